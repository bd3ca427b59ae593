"""What may be done with rooms and seats."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, bindparam, or_, select

from chassis.copies.model import PersonCopy
from chassis.copies.people import serves
from chassis.errors import AlreadyExists, IllegalState, NotFound
from chassis.schemas import PageSchema
from chassis.spans import covers, not_ahead
from chassis.storage import Reader, UnitOfWork, within
from chassis.usecases import command, query
from chassis.wire import Values
from housing.properties.model import Property
from housing.rooms import occupancy, report
from housing.rooms.importing import Importing
from housing.rooms.model import Room, Seat, Tenure
from housing.rooms.moves import give_back
from housing.rooms.schemas import (
    EndSeatSchema,
    FreeRoomSchema,
    ListRoomsSchema,
    ListSeatsSchema,
    ReportRoomsSchema,
    RoomSchema,
    SeatPersonSchema,
)

_ROOMS = Room.__table__
_SEATS = Seat.__table__
_TENURES = Tenure.__table__
_BY_ID = select(_ROOMS).where(_ROOMS.c.id == bindparam("room_id"))
_FIGURES = ("floor", "use", "area_m2")


@command(RoomSchema())
def create_room(uow: UnitOfWork, request: Values) -> Room:
    building = uow.get(Property, request.property_id, "property_id", lock=True)
    if uow.taken(Room.code, [request.code], Room.property_id == building.id):
        raise AlreadyExists.key(
            "code", "CODE_TAKEN", "该房产内房间号已登记", "this room is registered"
        )
    created = Room.of(building, **request.present("code", *_FIGURES))
    uow.add(created)
    return created


@command(RoomSchema(partial=True))
def update_room(uow: UnitOfWork, request: Values) -> Room:
    found = uow.get(Room, request.room_id, "room_id", request.etag, lock=True)
    found.revise(**request.present(*_FIGURES))
    return found


@query()
def get_room(reader: Reader, request: Values) -> Any:
    return reader.row(_BY_ID, {"room_id": request.room_id}, "room_id")


@query(ListRoomsSchema())
def list_rooms(reader: Reader, request: Values) -> dict[str, Any]:
    statement = select(_ROOMS)
    if not request.include_closed:
        statement = statement.where(_ROOMS.c.closed_on.is_(None))
    for name in ("property_id", "unit_id", "use"):
        if request[name]:
            statement = statement.where(_ROOMS.c[name] == request[name])
    statement = within(statement, _ROOMS.c.region_code, request.region_code)
    if request.vacant:
        statement = statement.where(_ROOMS.c.unit_id == "", _ROOMS.c.reserved_for == "")
    if request.in_use:
        statement = statement.where((_ROOMS.c.unit_id != "") | (_ROOMS.c.reserved_for != ""))
    rows, token = reader.page(statement, _order(request), request)
    return {"rooms": rows, "next_page_token": token}


@command()
def import_rooms(uow: UnitOfWork, request: Values) -> dict[str, Any]:
    """Registers new rooms with their unit and people, row by row."""
    return Importing.of(uow, request.rows)


@query(PageSchema())
def list_occupancy(reader: Reader, request: Values) -> dict[str, Any]:
    statement = select(_ROOMS)
    for name in ("property_id", "unit_id"):
        if request[name]:
            statement = statement.where(_ROOMS.c[name] == request[name])
    rows, token = reader.page(statement, _order(request), request)
    return {"rows": occupancy.told(reader, rows), "next_page_token": token}


@command(FreeRoomSchema())
def free_room(uow: UnitOfWork, request: Values) -> Room:
    found = uow.get(Room, request.room_id, "room_id", request.etag, lock=True)
    last = not_ahead(request.get("to_on"), uow.now, "to_on")
    give_back(uow, found, last)
    return found


@command(SeatPersonSchema())
def seat_person(uow: UnitOfWork, request: Values) -> Seat:
    room = uow.get(Room, request.room_id, "room_id", lock=True)
    since = not_ahead(request.get("from_on"), uow.now, "from_on")
    person = uow.find(select(PersonCopy).where(PersonCopy.id == request.person_id))
    if person is None:
        raise NotFound.object("person_id", request.person_id)
    _require_room_of_theirs(uow, room, person, since)
    if uow.taken(Seat.person_id, [person.id], Seat.room_id == room.id, _lasting(since)):
        raise AlreadyExists.key(
            "person_id", "ALREADY_SEATED", "该人员已在此房间", "the person has a seat there"
        )
    created = Seat.of(room, person, since)
    uow.add(created)
    return created


@command(EndSeatSchema())
def end_seat(uow: UnitOfWork, request: Values) -> Seat:
    found = uow.get(Seat, request.seat_id, "seat_id", request.etag, lock=True)
    found.end(not_ahead(request.get("to_on"), uow.now, "to_on"))
    return found


@query(ListSeatsSchema())
def list_seats(reader: Reader, request: Values) -> dict[str, Any]:
    statement = select(_SEATS)
    for name in ("room_id", "person_id", "unit_id"):
        if request[name]:
            statement = statement.where(_SEATS.c[name] == request[name])
    if request.get("on_day"):
        statement = statement.where(covers(_SEATS.c.from_on, _SEATS.c.to_on, request.on_day))
    rows, token = reader.page(statement, [_SEATS.c.id], request)
    return {"seats": rows, "next_page_token": token}


@query()
def list_tenures(reader: Reader, request: Values) -> dict[str, Any]:
    room = get_room(reader, request)
    of_room = select(_TENURES).where(_TENURES.c.room_id == room.id)
    return {"tenures": reader.rows(of_room.order_by(_TENURES.c.from_on).limit(2_000))}


@query(ReportRoomsSchema())
def report_rooms(reader: Reader, request: Values) -> dict[str, Any]:
    return report.told(reader, request.region_code, request.property_id)


def _order(request: Values) -> list[Any]:
    """Within one building the code alone, as its index has it."""
    return [_ROOMS.c.code] if request.property_id else [_ROOMS.c.property_code, _ROOMS.c.code]


def _lasting(day: date) -> ColumnElement[bool]:
    """Seats that are taken on that day or later."""
    return or_(Seat.to_on.is_(None), Seat.to_on >= day)


def _require_room_of_theirs(uow: UnitOfWork, room: Room, person: PersonCopy, since: date) -> None:
    if not room.unit_id or since < room.tenures[-1].from_on:
        raise IllegalState(
            "ROOM_NOT_IN_USE", "该日房间没有使用单位", "no unit has the room on that day"
        )
    if not serves(uow, person.id, room.unit_id, since):
        raise IllegalState(
            "NOT_OF_UNIT", "该人员在该日不在使用单位任职", "the person does not serve that unit"
        )
