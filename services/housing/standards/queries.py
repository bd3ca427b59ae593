"""Areas allowed and had on a day, in SQL.

A room several people share counts for each by the share of their standard, so that the
shares of a room add up to its area and nobody is over while the room is not. Of several
posts the one with the highest standard counts, once: a second post gives no second office.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import CTE, Subquery, and_, case, func, literal, null, select, type_coerce
from sqlalchemy.types import Numeric

from chassis.copies.model import PostingCopy, UnitCopy
from chassis.spans import covers
from chassis.storage import Reader
from housing.rooms.model import Room, RoomUse, Seat, Tenure

Standards = Sequence[tuple[str, str, Decimal]]
"""Region prefix, `level/rank` and square metres, the nearest region first."""

_POSTS = PostingCopy.__table__
_UNITS = UnitCopy.__table__
_ROOMS = Room.__table__
_SEATS = Seat.__table__
_TENURES = Tenure.__table__


def people_on(day: date, standards: Standards) -> CTE:
    """Everybody in office on a day: their main unit, and the highest standard of their posts."""
    main = case((_POSTS.c.concurrent.is_(False), _POSTS.c.unit_id))
    return (
        select(
            _POSTS.c.person_id,
            func.max(_POSTS.c.person_name).label("person_name"),
            func.coalesce(func.max(main), func.max(_POSTS.c.unit_id)).label("unit_id"),
            func.max(_standard(standards)).label("standard_m2"),
        )
        .join(_UNITS, _UNITS.c.id == _POSTS.c.unit_id)
        .where(covers(_POSTS.c.valid_from, _POSTS.c.valid_to, day))
        .group_by(_POSTS.c.person_id)
        .cte("people_in_office")
    )


def areas_on(day: date, standards: Standards) -> Subquery:
    """One row for each person: standard_m2 (NULL where none is in force), actual_m2, over_m2."""
    people = people_on(day, standards)
    seated = _shares_on(day, people)
    had = (
        select(seated.c.person_id, func.sum(seated.c.share_m2).label("actual_m2"))
        .group_by(seated.c.person_id)
        .subquery("had")
    )
    actual = _round(func.coalesce(had.c.actual_m2, 0))
    beyond = _round(actual - people.c.standard_m2)
    return (
        select(
            people,
            actual.label("actual_m2"),
            case((beyond > 0, beyond), else_=0).label("over_m2"),
        )
        .join_from(people, had, had.c.person_id == people.c.person_id, isouter=True)
        .subquery("areas")
    )


def offices_on(day: date, heirs: Mapping[str, str]) -> Subquery:
    """The office area each unit had on a day, seats in it or not. `heirs` names, for units
    that had ended by then, the one that has what was theirs."""
    unit_id = _TENURES.c.unit_id
    holder = case(heirs, value=unit_id, else_=unit_id) if heirs else unit_id
    return (
        select(holder.label("unit_id"), func.sum(_ROOMS.c.area_m2).label("office_m2"))
        .join(_ROOMS, _ROOMS.c.id == _TENURES.c.room_id)
        .where(_ROOMS.c.use == RoomUse.OFFICE, covers(_TENURES.c.from_on, _TENURES.c.to_on, day))
        .group_by(holder)
        .subquery("offices")
    )


def heirs_on(reader: Reader, day: date) -> dict[str, str]:
    """Units that ended before `day` → the unit that took over from them in the end."""
    ended = reader.rows(
        select(_UNITS.c.id, _UNITS.c.successor_id).where(
            _UNITS.c.successor_id != "", _UNITS.c.valid_to < day.isoformat()
        )
    )
    after = {each.id: each.successor_id for each in ended}
    return {id: _last_of(after, id) for id in after}


def _last_of(after: Mapping[str, str], id: str) -> str:
    seen = {id}
    while (heir := after.get(id)) and heir not in seen:
        seen.add(heir)
        id = heir
    return id


def seats_of(person_ids: Sequence[str], day: date) -> Any:
    """Person and room of each seat, in the order of the rooms."""
    return (
        select(_SEATS.c.person_id, _ROOMS.c.property_code, _ROOMS.c.code)
        .join(_ROOMS, _ROOMS.c.id == _SEATS.c.room_id)
        .where(
            _SEATS.c.person_id.in_(person_ids),
            _ROOMS.c.use == RoomUse.OFFICE,
            covers(_SEATS.c.from_on, _SEATS.c.to_on, day),
        )
        .order_by(_ROOMS.c.property_code, _ROOMS.c.code)
    )


def _shares_on(day: date, people: CTE) -> Subquery:
    weight = func.coalesce(people.c.standard_m2, 0)
    of_room = func.sum(weight).over(partition_by=_SEATS.c.room_id)
    heads = func.count().over(partition_by=_SEATS.c.room_id)
    share = case((of_room > 0, _ROOMS.c.area_m2 * weight / of_room), else_=_ROOMS.c.area_m2 / heads)
    return (
        select(_SEATS.c.person_id, share.label("share_m2"))
        .join(_ROOMS, _ROOMS.c.id == _SEATS.c.room_id)
        .join(people, people.c.person_id == _SEATS.c.person_id)
        .where(_ROOMS.c.use == RoomUse.OFFICE, covers(_SEATS.c.from_on, _SEATS.c.to_on, day))
        .subquery("shares")
    )


def _standard(standards: Standards) -> Any:
    if not standards:
        return type_coerce(null(), Numeric(12, 4))
    key = _UNITS.c.level + "/" + _POSTS.c.rank
    return case(
        *(
            (and_(key == of, _UNITS.c.region_code.startswith(near, autoescape=True)), literal(m2))
            if near
            else (key == of, literal(m2))
            for near, of, m2 in standards
        )
    )


def _round(value: Any) -> Any:
    """Two decimals, as areas are kept: what is over is never a trace of the division."""
    return type_coerce(func.round(value, 2), Numeric(12, 2))
