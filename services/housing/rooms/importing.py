"""Rooms that come by spreadsheet: what a batch needs is looked up once, not row by row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select, tuple_

from chassis import sheets
from chassis.copies import units
from chassis.copies.model import PersonCopy, UnitCopy
from chassis.copies.people import serving
from chassis.sheets import IN_FUTURE, Batch, Row, Sheet
from chassis.storage import UnitOfWork
from guanjia.housing.v1 import rooms_pb2 as pb
from housing.properties.held import held
from housing.properties.model import LEAVING, Property
from housing.rooms.model import Room, Seat, Tenure
from housing.rooms.schemas import RoomRowSchema

SHEET = Sheet(pb.RoomRow, RoomRowSchema())
_BETWEEN = re.compile(r"[、，,;；/\s]+")


class Importing(sheets.Importing):
    """One batch of rooms."""

    sheet = SHEET

    def __init__(self, uow: UnitOfWork, batch: Batch) -> None:
        super().__init__(uow, batch)
        self._buildings = held(uow, batch.column("property_code"))
        self._units = units.by_uscc(uow, batch.column("unit_uscc"))
        self._units |= units.by_name(uow, batch.column("unit_name"))
        found = {each.id for each in self._units.values()}
        self._people = serving(uow, found)
        self._elsewhere = self._all_rooms()
        self._known = self._known_rooms()
        self._elsewhere -= self._known.keys()

    def take(self, row: Row) -> None:
        values = row.values
        building = self._buildings.get(values["property_code"])
        if building is None:
            return self._refuse(row, "property_code", *_NO_BUILDING)
        if building.use_state in LEAVING:
            return self._refuse(row, "property_code", *_LEAVING)
        unit = self._units.get(values["unit_uscc"] or values["unit_name"])
        if unit is None and (values["unit_uscc"] or values["unit_name"]):
            field = "unit_uscc" if values["unit_uscc"] else "unit_name"
            return self._refuse(row, field, *_NO_UNIT)
        people = self._people_of(row, unit)
        if people is None:
            return None
        since = values["from_on"] or self._today
        if since > self._today:
            return self._refuse(row, "from_on", *IN_FUTURE)
        return self._register(row, building, unit, people, since)

    def _register(
        self,
        row: Row,
        building: Property,
        unit: UnitCopy | None,
        people: Sequence[PersonCopy],
        since: date,
    ) -> None:
        key = (building.id, row.values["code"])
        told = _told(row, unit, people)
        if key in self._elsewhere:
            return self._refuse(row, "code", *_OTHER_CONTENT)
        if key in self._known:
            since_known, known = self._known[key]
            is_same = known == told and row.values["from_on"] in (None, since_known)
            return self._recognise(row, is_same, "code", *_OTHER_CONTENT)
        figures = {name: row.values[name] for name in ("code", "floor", "use", "area_m2")}
        made = Room.of(building, **figures)
        if unit is not None:
            made.allot(unit.id, unit.name, since)
        self._known[key] = since if unit is not None else None, told
        return self._create(made, *(Seat.of(made, each, since) for each in people))

    def _people_of(self, row: Row, unit: UnitCopy | None) -> list[PersonCopy] | None:
        """Those the row names, or None once it is refused."""
        found = []
        for name in filter(None, _BETWEEN.split(row.values["people"])):
            named = self._people.get((unit.id, name), []) if unit is not None else []
            if len(named) != 1:
                wrong = _SEVERAL if named else _NO_PERSON
                self._refuse(row, "people", wrong[0], f"{wrong[1]}：{name}", wrong[2])
                return None
            found.append(named[0])
        if len({each.id for each in found}) < len(found):
            self._refuse(row, "people", *_TWICE)
            return None
        return found

    def _all_rooms(self) -> set[tuple[str, str]]:
        """The batch's rooms that are registered, in whosever scope."""
        codes = self._batch.column("code")
        return {
            (building.id, code)
            for building in self._buildings.values()
            for code in self._uow.taken(Room.code, codes, Room.property_id == building.id)
        }

    def _known_rooms(self) -> dict[tuple[str, str], Any]:
        keys = [
            (self._buildings[code].id, row.values["code"])
            for row in self._batch
            if (code := row.values["property_code"]) in self._buildings
        ]
        named = tuple_(Room.property_id, Room.code).in_(keys)
        rooms = self._uow.all(select(Room).where(named)) if keys else []
        ids = [each.id for each in rooms]
        running = select(Seat).where(Seat.room_id.in_(ids), Seat.to_on.is_(None))
        seated: dict[str, set[str]] = {id: set() for id in ids}
        for seat in self._uow.all(running) if ids else []:
            seated[seat.room_id].add(seat.person_id)
        tenures = select(Tenure).where(Tenure.room_id.in_(ids), Tenure.to_on.is_(None))
        since = {each.room_id: each.from_on for each in self._uow.all(tenures)} if ids else {}
        return {
            (each.property_id, each.code): (
                since.get(each.id),
                ((each.floor, each.use, each.area_m2, each.unit_id), seated[each.id]),
            )
            for each in rooms
        }


def _told(row: Row, unit: UnitCopy | None, people: Sequence[PersonCopy]) -> Any:
    figures = tuple(row.values[name] for name in ("floor", "use", "area_m2"))
    return (*figures, unit.id if unit is not None else ""), {each.id for each in people}


_NO_BUILDING = ("NOT_FOUND", "台账中没有该房产编号", "no property with this code")
_LEAVING = ("ILLEGAL_STATE", "该房产处置中、已处置或已注销", "the property is leaving")
_NO_UNIT = ("UNIT_UNKNOWN", "目录中没有该单位", "the directory has no such unit")
_NO_PERSON = ("PERSON_UNKNOWN", "该单位没有此在岗人员", "nobody of that name serves the unit")
_TWICE = ("DUPLICATE", "同一人重复填写", "the same person is named twice")
_SEVERAL = (
    "PERSON_AMBIGUOUS",
    "该单位有同名人员，请填账号",
    "several of that name; give the account",
)
_OTHER_CONTENT = (
    "CODE_TAKEN",
    "该房间已登记，且内容不同",
    "this room is registered with other content",
)
