"""The rooms the bureau has to give: vacant, in the wanted region, in a building fit for use.

A vacant room belongs to its region alone, so units do not see it. Who looks here must be
unrestricted, and tells of codes and areas only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select

from chassis.days import day_of
from chassis.errors import IllegalState, unavailable
from chassis.regions import region_prefix
from chassis.storage import Reader, UnitOfWork
from housing.allocations import rules
from housing.allocations.norms import SURPLUS
from housing.properties.model import LEAVING, Property, UseState
from housing.rooms.model import Room

UNFIT = (*LEAVING, UseState.DANGEROUS, UseState.LET, UseState.LENT)
"""Use states of buildings whose rooms nobody gets."""

_AT_ONCE = 20
_ATTEMPTS = 5
_TOLD = 5
_HALF_CENT = Decimal("0.005")
"""SQLite adds up areas as floating point."""

Source = UnitOfWork | Reader
Choice = Sequence[Any]
"""Rooms that suffice together."""


@dataclass(frozen=True)
class Wanted:
    """Which rooms are asked for; `county` is what their region codes begin with."""

    use: str
    area_m2: Decimal
    limit_m2: Decimal
    county: str
    property_code: str = ""


def wanted(source: Source, use: str, area_m2: Decimal, region: str, building: str = "") -> Wanted:
    """What fits is decided in the county of `region`, or all of a city or province."""
    surplus = SURPLUS.in_force(source, region, day_of(source.now)).must()
    return Wanted(
        use, area_m2, rules.most_m2(area_m2, surplus), region_prefix(region[:6]), building
    )


def choices(source: Source, sought: Wanted) -> list[Choice]:
    """What fits, the best first: rooms of one property each; where no single one suffices,
    one choice of rooms in several; else nothing.

    Looks at the properties whose vacant area is the smallest that suffices first, and no
    further once some of them fit.
    """
    enough = _property_ids(source, sought, sought.area_m2)
    for begin in range(0, len(enough), _AT_ONCE):
        there = _rooms_by_property(source, sought, enough[begin : begin + _AT_ONCE])
        chosen = [rules.choose(each, sought.area_m2, sought.limit_m2) for each in there]
        if found := sorted(filter(None, chosen), key=rules.surplus_of):
            return list(found)
    return _together(source, sought)


def reserve(uow: UnitOfWork, sought: Wanted) -> Sequence[Room]:
    """The best choice, locked and still vacant, its buildings too and still fit. Others may
    take rooms meanwhile: then it chooses again. Raises IllegalState NO_STOCK_FITS with what
    is left."""
    for _ in range(_ATTEMPTS):
        found = choices(uow, sought)
        if not found:
            raise _nothing_fits(left_m2(uow, sought))
        fit = hold_fit(uow, {each.property_id for each in found[0]})
        ids = [each.id for each in found[0]]
        locked: Sequence[Room] = uow.all(
            select(Room)
            .where(Room.id.in_(ids), *_vacant(sought), Room.property_id.in_(fit))
            .order_by(Room.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        if len(locked) == len(ids):
            return sorted(locked, key=lambda each: (each.property_code, each.code))
    raise unavailable("房间正被他人申请，请稍后重试", "others are taking these rooms; try again")


def hold_fit(uow: UnitOfWork, property_ids: Collection[str]) -> list[str]:
    """Ids of those of the buildings that are fit for use; all are locked until the end, before
    their rooms are, lest one is disposed of or divided meanwhile."""
    if not property_ids:
        return []
    named = select(Property).where(Property.id.in_(property_ids)).order_by(Property.id)
    held = uow.all(named.with_for_update().execution_options(populate_existing=True))
    return [each.id for each in held if each.use_state not in UNFIT]


def left_m2(source: Source, sought: Wanted) -> Decimal:
    """The vacant area of the wanted use in the region, in buildings fit for use."""
    rooms = Room.__table__
    total = select(func.sum(rooms.c.area_m2)).where(
        *_vacant(sought), rooms.c.property_id.in_(_fit_buildings(sought))
    )
    [area] = _first_column(source, total)
    return Decimal(area or 0)


def told(found: Sequence[Choice]) -> str:
    """Some of the choices as people read them: property code and area."""
    texts = []
    for choice in found[:_TOLD]:
        areas: dict[str, Decimal] = defaultdict(Decimal)
        for each in choice:
            areas[each.property_code] += each.area_m2
        texts.append(" + ".join(f"{code} {area} ㎡" for code, area in sorted(areas.items())))
    return "；".join(texts)


def _together(source: Source, sought: Wanted) -> list[Choice]:
    """Rooms of several properties, of as few as suffice: those with most vacant area first."""
    ids = _property_ids(source, sought, Decimal(0))[::-1]
    there: list[Any] = []
    begin, end = 0, 2
    while begin < len(ids):
        for each in _rooms_by_property(source, sought, ids[begin:end]):
            there += each
        if chosen := rules.choose(there, sought.area_m2, sought.limit_m2):
            return [chosen]
        begin, end = end, 2 * end
    return []


def _property_ids(source: Source, sought: Wanted, least_m2: Decimal) -> Sequence[str]:
    """Properties with so much vacant area, the one with the smallest first."""
    rooms = Room.__table__
    area = func.sum(rooms.c.area_m2)
    statement = (
        select(rooms.c.property_id)
        .where(
            *_vacant(sought),
            rooms.c.area_m2 <= sought.limit_m2,
            rooms.c.property_id.in_(_fit_buildings(sought)),
        )
        .group_by(rooms.c.property_id, rooms.c.property_code)
        .having(area >= least_m2 - _HALF_CENT)
        .order_by(area, rooms.c.property_code)
    )
    return _first_column(source, statement)


def _rooms_by_property(source: Source, sought: Wanted, ids: Sequence[str]) -> list[list[Any]]:
    is_wanted = (
        Room.property_id.in_(ids),
        Room.area_m2 <= sought.limit_m2,
        *_vacant(sought),
    )
    found: dict[str, list[Any]] = {id: [] for id in ids}
    if isinstance(source, Reader):
        rows: Sequence[Any] = source.rows(select(Room.__table__).where(*is_wanted))
    else:
        rows = source.all(select(Room).where(*is_wanted))
    for each in rows:
        found[each.property_id].append(each)
    return list(found.values())


def _first_column(source: Source, statement: Select[Any]) -> Sequence[Any]:
    if isinstance(source, Reader):
        return [row[0] for row in source.rows(statement)]
    return source.all(statement)


def _vacant(sought: Wanted) -> list[Any]:
    rooms = Room.__table__
    return [
        rooms.c.unit_id == "",
        rooms.c.reserved_for == "",
        rooms.c.use == sought.use,
        rooms.c.area_m2 > 0,
        rooms.c.region_code.startswith(sought.county, autoescape=True),
    ]


def _fit_buildings(sought: Wanted) -> Select[Any]:
    buildings = Property.__table__
    fit = select(buildings.c.id).where(buildings.c.use_state.not_in(UNFIT))
    if sought.property_code:
        fit = fit.where(buildings.c.code == sought.property_code)
    return fit


def _nothing_fits(left: Decimal) -> IllegalState:
    return IllegalState(
        "NO_STOCK_FITS",
        f"没有合适的空置房间，同用途房间剩余空置 {left:.2f} ㎡",
        f"no vacant rooms fit; {left:.2f} square metres of this use are left",
        metadata={"left_m2": f"{left:.2f}"},
    )
