"""Allocation (调配): a unit asks for rooms, from stock (调剂, 置换) or from outside (租用, 建设).

submitted ⇄ returned
  │ │          └→ withdrawn
  │ ├→ rejected, withdrawn
  └→ approved ─┬→ ended (the rooms are given back)
               └→ withdrawn (before its first day)

Rooms from stock are reserved while it is submitted and the unit's once it is approved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, Integer, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.approvals.document import Asked
from chassis.errors import InvalidInput
from chassis.storage import Aggregate, Base, Belongs, Money, Within, new_id, words
from housing.rooms.model import Room, RoomUse


class AllocationWay(StrEnum):
    ADJUST = "adjust"
    SWAP = "swap"
    LEASE = "lease"
    BUILD = "build"


class AllocationState(StrEnum):
    SUBMITTED = "submitted"
    APPROVED = "approved"
    ENDED = "ended"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"


FROM_STOCK = (AllocationWay.ADJUST, AllocationWay.SWAP)
"""Ways that give a unit rooms the bureau has."""

STATE_NAMES = {
    AllocationState.SUBMITTED: "已提交",
    AllocationState.APPROVED: "已批准",
    AllocationState.ENDED: "已终止",
    AllocationState.REJECTED: "已驳回",
    AllocationState.WITHDRAWN: "已撤回",
    AllocationState.RETURNED: "已退回",
}


class AllocationRoom(Base):
    """A room of an allocation, as it was when it was chosen."""

    __tablename__ = "allocation_rooms"
    scoped = Within("allocations", "allocation_id")

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    allocation_id: Mapped[str] = mapped_column(ForeignKey("allocations.id"))
    position: Mapped[int] = mapped_column(Integer)
    room_id: Mapped[str] = mapped_column(ForeignKey("rooms.id"))
    property_code: Mapped[str] = mapped_column(String(64))
    code: Mapped[str] = mapped_column(String(40))
    floor: Mapped[int] = mapped_column(Integer)
    area_m2: Mapped[Decimal] = mapped_column(Numeric(12, 2))

    __table_args__ = (
        Index("ix_allocation_rooms_allocation_id", "allocation_id"),
        Index("ix_allocation_rooms_room_id", "room_id"),
    )


class Allocation(Asked[AllocationState], Aggregate, Base):
    """The unit that asks stands under the name it had then."""

    __tablename__ = "allocations"
    scoped = Belongs()
    state_names = STATE_NAMES

    code: Mapped[str] = mapped_column(String(40), unique=True)
    way: Mapped[AllocationWay] = mapped_column(words(AllocationWay))
    state: Mapped[AllocationState] = mapped_column(words(AllocationState))
    use: Mapped[RoomUse] = mapped_column(words(RoomUse))
    area_m2: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    from_on: Mapped[date] = mapped_column(Date)
    months: Mapped[int] = mapped_column(Integer)
    property_code: Mapped[str] = mapped_column(String(64), default="")
    reason: Mapped[str] = mapped_column(String(500))
    override_reason: Mapped[str] = mapped_column(String(500), default="")
    rent_per_m2_year_fen: Mapped[int | None] = mapped_column(Money)
    area_allotted_m2: Mapped[Decimal] = mapped_column(Numeric(12, 2), default=Decimal(0))
    allotted_on: Mapped[date | None] = mapped_column(Date)
    ended_on: Mapped[date | None] = mapped_column(Date)
    rooms: Mapped[list[AllocationRoom]] = relationship(
        order_by=AllocationRoom.position, lazy="selectin", cascade="all, delete-orphan"
    )

    __table_args__ = (
        Index("ix_allocations_state_code", "state", "code"),
        Index("ix_allocations_region_code", "region_code"),
        Index("ix_allocations_unit_id", "unit_id"),
    )

    @property
    def is_from_stock(self) -> bool:
        return self.way in FROM_STOCK

    def correct(self, by: str, asked: Mapping[str, Any]) -> None:
        """One that was returned asks for something else from now on."""
        self.require("修改", "change", AllocationState.RETURNED)
        self._written_by(by)
        for name, value in asked.items():
            setattr(self, name, value)
        self.touch()

    def submit(self) -> None:
        """Once more, after it was returned; its rooms are chosen anew."""
        self.require("提交", "submit", AllocationState.RETURNED)
        self.state = AllocationState.SUBMITTED
        self.rooms.clear()

    def keep(self, rooms: Sequence[Room]) -> None:
        """These rooms are reserved for it."""
        for position, room in enumerate(rooms, start=1):
            room.reserve(self.id)
            self.rooms.append(
                AllocationRoom(
                    id=new_id(),
                    position=position,
                    room_id=room.id,
                    property_code=room.property_code,
                    code=room.code,
                    floor=room.floor,
                    area_m2=room.area_m2,
                )
            )

    def approve(
        self, by: str, at: datetime, note: str, today: date, rent_per_m2_year_fen: int | None
    ) -> date:
        """The day from which the unit has its rooms: the day it asked for, or today if later."""
        self.require("批准", "approve", AllocationState.SUBMITTED)
        self.state = AllocationState.APPROVED
        self._decide(by, at, note)
        self.rent_per_m2_year_fen = rent_per_m2_year_fen
        self.area_allotted_m2 = sum((each.area_m2 for each in self.rooms), Decimal(0))
        self.allotted_on = max(self.from_on, today)
        return self.allotted_on

    def reject(self, by: str, at: datetime, note: str) -> None:
        self.require("驳回", "reject", AllocationState.SUBMITTED)
        self.state = AllocationState.REJECTED
        self._decide(by, at, note)

    def take_back(self, by: str = "", at: datetime | None = None, note: str = "") -> None:
        """Returned for correction, or recalled: may be submitted again."""
        self.require("退回", "return", AllocationState.SUBMITTED)
        self.state = AllocationState.RETURNED
        self._decide(by, at, note)

    def withdraw(self, today: date) -> None:
        """Also when it is approved, before its first day: then it allots nothing."""
        may = [AllocationState.SUBMITTED, AllocationState.RETURNED]
        if self.allotted_on is not None and today < self.allotted_on:
            may.append(AllocationState.APPROVED)
        self.require("撤回", "withdraw", *may)
        self.state = AllocationState.WITHDRAWN
        self.allotted_on, self.rent_per_m2_year_fen = None, None
        self.area_allotted_m2 = Decimal(0)

    def end(self, last: date) -> None:
        """`last` is the unit's last day."""
        self.require("终止", "end", AllocationState.APPROVED)
        first = self.allotted_on or self.from_on
        if last < first:
            raise InvalidInput.field(
                "to_on",
                "ENDS_BEFORE_START",
                f"早于起用日期 {first}",
                f"before its first day, {first}",
            )
        self.state = AllocationState.ENDED
        self.ended_on = last
