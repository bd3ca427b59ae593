"""What was done in a year, and with which properties first in which way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select

from chassis.days import days_of
from chassis.storage import Reader, within
from housing.properties.model import Property, UseState
from housing.revitalisation.model import Revitalisation, RevitalisationAction
from housing.revitalisation.rules import Done

PLANS = Revitalisation.__table__
ACTIONS = RevitalisationAction.__table__
_PROPERTIES = Property.__table__
_ORDER = (ACTIONS.c.done_on, ACTIONS.c.id)
"""Of several actions on one day the one that was recorded first is the first."""


def of_region(plans: Select[Any], region_code: str) -> Select[Any]:
    """Those whose property lies in the region or below it; all of them where none is said."""
    if not region_code:
        return plans
    there = within(select(_PROPERTIES.c.id), _PROPERTIES.c.region_code, region_code)
    return plans.where(PLANS.c.property_id.in_(there))


def with_actions_in(year: int) -> Select[Any]:
    """Ids of the plans by which something was done in that year."""
    return select(ACTIONS.c.revitalisation_id).where(_in(year))


def first_done(year: int, way: str) -> Select[Any]:
    """Ids of the properties whose first action of that year was of that way."""
    number = func.row_number().over(partition_by=PLANS.c.property_id, order_by=_ORDER)
    ranked = (
        select(PLANS.c.property_id, ACTIONS.c.way, number.label("number"))
        .join_from(ACTIONS, PLANS, ACTIONS.c.revitalisation_id == PLANS.c.id)
        .where(_in(year))
        .subquery()
    )
    return select(ranked.c.property_id).where(ranked.c.number == 1, ranked.c.way == way)


def done_in(reader: Reader, year: int, region_code: str) -> tuple[list[Done], int]:
    """All actions of a year, the earliest first; and how many of their properties are not
    idle any more."""
    columns = (ACTIONS.c.way, ACTIONS.c.gross_fen, ACTIONS.c.tax_fen, ACTIONS.c.cost_fen)
    statement = (
        select(PLANS.c.property_id, _PROPERTIES.c.floor_area_m2, _PROPERTIES.c.use_state, *columns)
        .join_from(ACTIONS, PLANS, ACTIONS.c.revitalisation_id == PLANS.c.id)
        .join(_PROPERTIES, PLANS.c.property_id == _PROPERTIES.c.id)
        .where(_in(year))
        .order_by(*_ORDER)
    )
    rows: Sequence[Any] = reader.rows(within(statement, _PROPERTIES.c.region_code, region_code))
    done = [
        Done(**{name: getattr(row, name) for name in Done.__dataclass_fields__}) for row in rows
    ]
    gone = {row.property_id for row in rows if row.use_state is not UseState.IDLE}
    return done, len(gone)


def idle_now(reader: Reader, region_code: str) -> int:
    """How many properties are idle."""
    statement = select(func.count().label("number")).select_from(_PROPERTIES)
    idle = statement.where(_PROPERTIES.c.use_state == UseState.IDLE)
    [row] = reader.rows(within(idle, _PROPERTIES.c.region_code, region_code))
    return int(row.number)


def _in(year: int) -> Any:
    return ACTIONS.c.done_on.between(*days_of(year))
