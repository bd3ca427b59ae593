"""The lines of a transfer: one item each, from the one who gives it to the one who asked."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage import Base, Instant, Money, Stateful, Within, new_id, words
from warehouse.items.model import Item


class LineState(StrEnum):
    ASKED = "asked"
    RESERVED = "reserved"
    IN_TRANSIT = "in_transit"
    RECEIVED = "received"
    REFUSED = "refused"
    MISSED = "missed"
    DROPPED = "dropped"


class RefusalReason(StrEnum):
    DAMAGED = "damaged"
    NOT_AS_DESCRIBED = "not_as_described"
    NOT_DELIVERED = "not_delivered"
    NO_LONGER_NEEDED = "no_longer_needed"
    OTHER = "other"


LINE_STATE_NAMES = {
    LineState.ASKED: "申请中",
    LineState.RESERVED: "已预留",
    LineState.IN_TRANSIT: "在途",
    LineState.RECEIVED: "已签收",
    LineState.REFUSED: "已拒收",
    LineState.MISSED: "已被调走",
    LineState.DROPPED: "已取消",
}
OPEN_LINES = (LineState.ASKED, LineState.RESERVED, LineState.IN_TRANSIT)
IN_CUSTODY = (
    LineState.RESERVED,
    LineState.IN_TRANSIT,
    LineState.RECEIVED,
    LineState.REFUSED,
)
"""To be handed over, or handed over."""


class TransferLine(Stateful[LineState], Base):
    """Who gives it up is who owned it when it was asked for, or reserved."""

    __tablename__ = "transfer_lines"
    scoped = Within("transfers", "transfer_id")
    state_names = LINE_STATE_NAMES

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    transfer_id: Mapped[str] = mapped_column(ForeignKey("transfers.id"))
    position: Mapped[int] = mapped_column(Integer)
    state: Mapped[LineState] = mapped_column(words(LineState))
    item_id: Mapped[str] = mapped_column(ForeignKey("items.id"))
    item_code: Mapped[str] = mapped_column(String(40))
    item_name: Mapped[str] = mapped_column(String(200))
    from_region_code: Mapped[str] = mapped_column(String(12))
    from_unit_id: Mapped[str] = mapped_column(String(36))
    from_unit_name: Mapped[str] = mapped_column(String(200))
    from_store_id: Mapped[str | None] = mapped_column(String(36))
    from_place: Mapped[str] = mapped_column(String(100))
    value_fen: Mapped[int] = mapped_column(Money)
    stay: Mapped[int] = mapped_column(Integer)
    handed_over_by: Mapped[str] = mapped_column(String(200), default="")
    handed_over_at: Mapped[datetime | None] = mapped_column(Instant)
    received_by: Mapped[str] = mapped_column(String(200), default="")
    received_at: Mapped[datetime | None] = mapped_column(Instant)
    refusal_reason: Mapped[RefusalReason | None] = mapped_column(words(RefusalReason))
    remark: Mapped[str] = mapped_column(String(500), default="")

    __table_args__ = (
        Index("ix_transfer_lines_transfer_id", "transfer_id"),
        Index("ix_transfer_lines_item_id", "item_id"),
        Index("ix_transfer_lines_from_unit_id", "from_unit_id"),
    )

    @classmethod
    def of(cls, item: Item, position: int) -> TransferLine:
        line = cls(id=new_id(), position=position, state=LineState.ASKED)
        line.be_about(item)
        return line

    def be_about(self, item: Item) -> None:
        self.item_id, self.item_code, self.item_name = item.id, item.code, item.name
        self.from_region_code, self.from_unit_id = item.region_code, item.unit_id
        self.from_unit_name = item.owner_name
        self.from_store_id, self.from_place = item.store_id, item.place
        self.value_fen, self.stay = item.value_fen, item.stay

    def reserve(self, item: Item) -> None:
        """`item` is the unit's to have: the one it asked for, or another one that is as good."""
        self.require("预留", "reserve", LineState.ASKED)
        self.be_about(item)
        self.state = LineState.RESERVED

    def miss(self) -> None:
        self.require("落选", "miss", LineState.ASKED)
        self.state = LineState.MISSED

    def hand_over(self, by: str, at: datetime) -> None:
        self.require("移交", "hand over", LineState.RESERVED)
        self.state = LineState.IN_TRANSIT
        self.handed_over_by, self.handed_over_at = by, at

    def receive(self, by: str, at: datetime) -> None:
        self.require("签收", "receive", LineState.IN_TRANSIT)
        self.state = LineState.RECEIVED
        self.received_by, self.received_at = by, at

    def refuse(self, by: str, at: datetime, reason: str, remark: str) -> None:
        self.require("拒收", "refuse", LineState.IN_TRANSIT)
        self.state = LineState.REFUSED
        self.received_by, self.received_at = by, at
        self.refusal_reason, self.remark = RefusalReason(reason), remark
