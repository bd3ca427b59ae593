"""Rooms with the people in them (用房台账), as the sheet has them that brings them in."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from chassis.copies.model import PersonCopy, UnitCopy
from chassis.storage import Reader
from housing.rooms.model import Seat, Tenure

_SEATS = Seat.__table__
_TENURES = Tenure.__table__
_PEOPLE = PersonCopy.__table__
_UNITS = UnitCopy.__table__


def told(reader: Reader, rooms: Sequence[Any]) -> list[dict[str, Any]]:
    """The plain values of a RoomRow for each room, in three more statements."""
    ids = [each.id for each in rooms]
    since = {
        each.room_id: each.from_on
        for each in reader.rows(
            select(_TENURES).where(_TENURES.c.room_id.in_(ids), _TENURES.c.to_on.is_(None))
        )
    }
    usccs = {
        each.id: each.uscc
        for each in reader.rows(
            select(_UNITS).where(_UNITS.c.id.in_({each.unit_id for each in rooms}))
        )
    }
    people = _people(reader, ids)
    return [
        {
            **each._mapping,
            "unit_uscc": usccs.get(each.unit_id, ""),
            "people": "、".join(people[each.id]),
            "from_on": since.get(each.id),
        }
        for each in rooms
    ]


def _people(reader: Reader, room_ids: Sequence[str]) -> dict[str, list[str]]:
    """Names; the account where two of a unit are called the same."""
    seats = reader.rows(
        select(_SEATS.c.room_id, _SEATS.c.unit_id, _SEATS.c.person_name, _PEOPLE.c.subject)
        .join(_PEOPLE, _PEOPLE.c.id == _SEATS.c.person_id)
        .where(_SEATS.c.room_id.in_(room_ids), _SEATS.c.to_on.is_(None))
        .order_by(_SEATS.c.id)
    )
    names = [each.person_name for each in seats]
    alike = reader.rows(select(_PEOPLE.c.unit_id, _PEOPLE.c.name).where(_PEOPLE.c.name.in_(names)))
    often = Counter((each.unit_id, each.name) for each in alike)
    found: dict[str, list[str]] = defaultdict(list)
    for each in seats:
        is_alone = often[each.unit_id, each.person_name] <= 1
        found[each.room_id].append(each.person_name if is_alone else each.subject)
    return found
