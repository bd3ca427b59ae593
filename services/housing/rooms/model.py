"""Room (房间), the times units had it (使用经过), and the seats of people in it (座位)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, Integer, Numeric, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.copies.model import PersonCopy
from chassis.errors import IllegalState, InvalidInput
from chassis.storage import Aggregate, Base, Belongs, Within, new_id, words
from housing.properties.model import LEAVING, Property


class RoomUse(StrEnum):
    OFFICE = "office"
    MEETING = "meeting"
    SERVICE = "service"
    EQUIPMENT = "equipment"
    AUXILIARY = "auxiliary"
    TECHNICAL = "technical"


_STILL = text("to_on IS NULL")


class Room(Aggregate, Base):
    """A vacant room belongs to its region alone."""

    __tablename__ = "rooms"
    scoped = Belongs(follows={"unit_name": "name"})

    property_id: Mapped[str] = mapped_column(ForeignKey("properties.id"))
    property_code: Mapped[str] = mapped_column(String(64))
    code: Mapped[str] = mapped_column(String(40))
    floor: Mapped[int] = mapped_column(Integer)
    use: Mapped[RoomUse] = mapped_column(words(RoomUse))
    area_m2: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    region_code: Mapped[str] = mapped_column(String(12))
    unit_id: Mapped[str] = mapped_column(String(36))
    unit_name: Mapped[str] = mapped_column(String(200))
    reserved_for: Mapped[str] = mapped_column(String(36))
    closed_on: Mapped[date | None] = mapped_column(Date)
    tenures: Mapped[list[Tenure]] = relationship(
        order_by="Tenure.from_on", cascade="all, delete-orphan"
    )

    __table_args__ = (
        Index("uq_rooms_property_id_code", "property_id", "code", unique=True),
        Index("ix_rooms_property_code_code", "property_code", "code"),
        Index("ix_rooms_unit_id_property_code", "unit_id", "property_code", "code"),
        Index("ix_rooms_region_code", "region_code"),
        Index("ix_rooms_reserved_for", "reserved_for"),
    )

    @property
    def is_vacant(self) -> bool:
        return not self.unit_id and not self.reserved_for and self.closed_on is None

    def revise(self, **figures: Any) -> None:
        """Corrects what it is; not while an allocation of it as it was is being decided on."""
        if self.closed_on is not None:
            raise IllegalState.move("修改房间", "change the room", "随房产处置而关闭", "closed")
        if self.reserved_for:
            raise IllegalState.move("修改房间", "change the room", "已预留", "reserved")
        for name, value in figures.items():
            setattr(self, name, value)

    def close(self, day: date) -> None:
        """Its building is gone; it counts no more."""
        self.closed_on = day

    @classmethod
    def of(cls, building: Property, **figures: Any) -> Room:
        """A vacant room of a building that people may use."""
        if building.use_state in LEAVING:
            raise IllegalState.move(
                "登记房间", "have rooms", "处置中、已处置或已注销", building.use_state
            )
        return cls(
            property_id=building.id,
            property_code=building.code,
            region_code=building.region_code,
            unit_id="",
            unit_name="",
            reserved_for="",
            **figures,
        )

    def reserve(self, allocation_id: str) -> None:
        """Nobody else gets it until the allocation is decided on."""
        if not self.is_vacant:
            raise not_vacant(self)
        self.reserved_for = allocation_id

    def release(self, allocation_id: str) -> None:
        if self.reserved_for == allocation_id:
            self.reserved_for = ""

    def allot(self, unit_id: str, unit_name: str, since: date, allocation_id: str = "") -> None:
        """The unit has it from this day on."""
        if self.unit_id or self.reserved_for not in ("", allocation_id):
            raise not_vacant(self)
        last = self.tenures[-1].to_on if self.tenures else None
        if last is not None and since <= last:
            raise _overlaps("from_on")
        self.unit_id, self.unit_name, self.reserved_for = unit_id, unit_name, ""
        self.tenures.append(
            Tenure(
                id=new_id(),
                unit_id=unit_id,
                unit_name=unit_name,
                from_on=since,
                allocation_id=allocation_id,
            )
        )

    def unallot(self, allocation_id: str) -> None:
        """Undone before its first day: the unit never had the room, nor is that told of it."""
        if not self.unit_id or self.tenures[-1].allocation_id != allocation_id:
            raise IllegalState.move(
                "撤销调配", "undo the allocation", "未由该调配单分配", "not allotted by it"
            )
        self.tenures.pop()
        self.unit_id = self.unit_name = ""

    def free(self, last: date) -> None:
        """`last` is the unit's last day in it."""
        if not self.unit_id:
            raise IllegalState.move("腾退", "free the room", "空置", "vacant")
        if last < self.tenures[-1].from_on:
            raise _overlaps("to_on")
        self.tenures[-1].to_on = last
        self.unit_id = self.unit_name = ""


class Tenure(Base):
    """A time during which a unit had a room; it keeps the name it had then."""

    __tablename__ = "tenures"
    scoped = Within("rooms", "room_id")

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    room_id: Mapped[str] = mapped_column(ForeignKey("rooms.id"))
    unit_id: Mapped[str] = mapped_column(String(36))
    unit_name: Mapped[str] = mapped_column(String(200))
    from_on: Mapped[date] = mapped_column(Date)
    to_on: Mapped[date | None] = mapped_column(Date)
    allocation_id: Mapped[str] = mapped_column(String(36), default="")

    __table_args__ = (
        Index("ix_tenures_room_id", "room_id"),
        Index(
            "uq_tenures_running",
            "room_id",
            unique=True,
            postgresql_where=_STILL,
            sqlite_where=_STILL,
        ),
    )


class Seat(Aggregate, Base):
    __tablename__ = "seats"
    scoped = Belongs(follows={"unit_name": "name"})

    room_id: Mapped[str] = mapped_column(ForeignKey("rooms.id"))
    person_id: Mapped[str] = mapped_column(String(36))
    person_name: Mapped[str] = mapped_column(String(100))
    unit_id: Mapped[str] = mapped_column(String(36))
    unit_name: Mapped[str] = mapped_column(String(200))
    region_code: Mapped[str] = mapped_column(String(12))
    from_on: Mapped[date] = mapped_column(Date)
    to_on: Mapped[date | None] = mapped_column(Date)

    __table_args__ = (
        Index("ix_seats_room_id", "room_id"),
        Index("ix_seats_person_id", "person_id"),
        Index("ix_seats_unit_id", "unit_id"),
        Index(
            "uq_seats_running",
            "room_id",
            "person_id",
            unique=True,
            postgresql_where=_STILL,
            sqlite_where=_STILL,
        ),
    )

    @classmethod
    def of(cls, room: Room, person: PersonCopy, since: date) -> Seat:
        return cls(
            room_id=room.id,
            person_id=person.id,
            person_name=person.name,
            unit_id=room.unit_id,
            unit_name=room.unit_name,
            region_code=room.region_code,
            from_on=since,
        )

    def end(self, last: date, field: str = "to_on") -> None:
        if self.to_on is not None:
            raise IllegalState.move("腾退", "end the seat", "已腾退", "ended")
        if last < self.from_on:
            raise _overlaps(field)
        self.to_on = last


def not_vacant(room: Room) -> IllegalState:
    """Somebody has the room, or is about to."""
    told = f"{room.property_code} {room.code}"
    return IllegalState(
        "ROOM_NOT_VACANT", f"房间 {told} 已有使用单位或已预留", f"room {told} is not vacant"
    )


def _overlaps(field: str) -> InvalidInput:
    return InvalidInput.field(
        field, "OVERLAPS", "与此前的使用时间重叠", "overlaps with the time before"
    )
