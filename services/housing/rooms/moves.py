"""How a room is given back, for every noun that does so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from chassis.storage import UnitOfWork
from housing.rooms.model import Room, Seat


def give_back(uow: UnitOfWork, room: Room, last: date) -> None:
    """`last` is the unit's last day in it, and that of everybody seated there."""
    room.free(last)
    for seat in running_seats(uow, room.id):
        seat.end(last)


def running_seats(uow: UnitOfWork, room_id: str) -> Sequence[Seat]:
    return uow.all(select(Seat).where(Seat.room_id == room_id, Seat.to_on.is_(None)))
