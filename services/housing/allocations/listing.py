"""Which allocations a list, or a figure of a report, is about."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select

from chassis.storage import within
from chassis.wire import Values
from housing.allocations.model import FROM_STOCK, Allocation

_ALLOCATIONS = Allocation.__table__


def filtered(request: Values) -> Select[Any]:
    statement = select(_ALLOCATIONS)
    for name in ("state", "way", "unit_id"):
        if request[name]:
            statement = statement.where(_ALLOCATIONS.c[name] == request[name])
    statement = within(statement, _ALLOCATIONS.c.region_code, request.region_code)
    if request.from_stock_in_year:
        statement = statement.where(*from_stock_in(request.from_stock_in_year))
    return statement


def from_stock_in(year: int) -> list[Any]:
    """Rooms of the bureau that were a unit's on some day of that year."""
    ended = _ALLOCATIONS.c.ended_on
    return [
        _ALLOCATIONS.c.way.in_(FROM_STOCK),
        _ALLOCATIONS.c.allotted_on <= date(year, 12, 31),
        or_(ended.is_(None), ended >= date(year, 1, 1)),
    ]
