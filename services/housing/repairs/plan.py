"""A repair plan (维修计划) as offices keep it: a row for each line of a repair."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from chassis.storage import within
from chassis.wire import Values
from housing.properties.model import Property
from housing.repairs.model import ENDED, WORK, Repair, RepairLine

_REPAIRS = Repair.__table__
_LINES = RepairLine.__table__
_PROPERTIES = Property.__table__
_OF_LINE = ("position", *WORK)
_OF_REPAIR = ("kind", "year", "reason", "code", "state")


def works(request: Values) -> tuple[Select[Any], list[Any]]:
    """The plan as rows, and the columns it is in the order of. An import knows each of them:
    what was rejected or withdrawn, and may be applied for anew, is not among them."""
    statement = (
        select(
            _PROPERTIES.c.code.label("property_code"),
            *(_REPAIRS.c[name] for name in _OF_REPAIR),
            *(_LINES.c[name] for name in _OF_LINE),
        )
        .join_from(_LINES, _REPAIRS, _LINES.c.repair_id == _REPAIRS.c.id)
        .join(_PROPERTIES, _REPAIRS.c.property_id == _PROPERTIES.c.id)
        .where(_REPAIRS.c.state.not_in(ENDED))
    )
    for name in ("year", "property_id"):
        if request[name]:
            statement = statement.where(_REPAIRS.c[name] == request[name])
    statement = within(statement, _REPAIRS.c.region_code, request.region_code)
    return statement, [_REPAIRS.c.code, _LINES.c.position]
