"""How rooms are given back and closed, for every noun that does so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select

from chassis.errors import IllegalState
from chassis.storage import UnitOfWork
from housing.rooms.model import Room, Seat


def give_back(uow: UnitOfWork, room: Room, last: date) -> None:
    """`last` is the unit's last day in it, and that of everybody seated there."""
    give_back_all(uow, [room], last)


def give_back_all(uow: UnitOfWork, rooms: Sequence[Room], last: date) -> None:
    """The same for several rooms, whose seats one statement finds."""
    for room in rooms:
        room.free(last)
    for seat in running_seats(uow, *(each.id for each in rooms)):
        seat.end(last)


def require_unused(uow: UnitOfWork, property_id: str) -> None:
    """Raises IllegalState ROOMS_IN_USE while any unit has a room in it or is to get one."""
    in_use = or_(Room.unit_id != "", Room.reserved_for != "")
    if uow.taken(Room.property_id, [property_id], in_use):
        raise IllegalState(
            "ROOMS_IN_USE",
            "该房产尚有单位使用或预留的房间，请先腾退",
            "units have or get rooms in it",
        )


def close_rooms(uow: UnitOfWork, property_id: str, day: date) -> None:
    """The building is gone, and its rooms with it; nobody may be left in them."""
    with uow.unrestricted():
        for room in uow.all(select(Room).where(Room.property_id == property_id)):
            room.close(day)


def running_seats(uow: UnitOfWork, *room_ids: str) -> Sequence[Seat]:
    if not room_ids:
        return []
    return uow.all(select(Seat).where(Seat.room_id.in_(room_ids), Seat.to_on.is_(None)))
