"""How a room is given back, for every noun that does so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

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


def close_rooms(uow: UnitOfWork, property_id: str, day: date) -> None:
    """The building is gone, and its rooms with it; nobody may be left in them."""
    with uow.unrestricted():
        for room in uow.all(select(Room).where(Room.property_id == property_id)):
            room.close(day)


def running_seats(uow: UnitOfWork, *room_ids: str) -> Sequence[Seat]:
    if not room_ids:
        return []
    return uow.all(select(Seat).where(Seat.room_id.in_(room_ids), Seat.to_on.is_(None)))
