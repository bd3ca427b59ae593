"""Intake (入仓): an asset on its way into the store.

drafted → accepted (a card is made), rejected, or cancelled (its source took it back)
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage import Aggregate, Base, Belongs, Instant, Money, Stateful, words
from warehouse.items.model import Item
from warehouse.items.states import Condition, ItemState


class IntakeState(StrEnum):
    DRAFTED = "drafted"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class IntakeKind(StrEnum):
    IDLE = "idle"
    OVER_STANDARD = "over_standard"
    LOW_USE = "low_use"
    REFORM = "reform"
    PAST_AGE = "past_age"
    EVENT = "event"
    TEMPORARY_BODY = "temporary_body"


class RejectionReason(StrEnum):
    BEYOND_REPAIR = "beyond_repair"
    NOT_RECEIVED = "not_received"
    NOT_AS_LISTED = "not_as_listed"
    STILL_ON_LOAN = "still_on_loan"
    ALREADY_HELD = "already_held"
    NOT_OWNER = "not_owner"


STATE_NAMES = {
    IntakeState.DRAFTED: "待验收",
    IntakeState.ACCEPTED: "已入仓",
    IntakeState.REJECTED: "已退回",
    IntakeState.CANCELLED: "已收回",
}


class Intake(Stateful[IntakeState], Aggregate, Base):
    """Source columns are named as in guanjia.asset.v1.SourceLine, asset columns as in Asset.

    The unit that gives the asset up stands under the name it had then.
    """

    __tablename__ = "intakes"
    scoped = Belongs()
    state_names = STATE_NAMES

    code: Mapped[str] = mapped_column(String(40), unique=True)
    state: Mapped[IntakeState] = mapped_column(words(IntakeState))
    kind: Mapped[IntakeKind] = mapped_column(words(IntakeKind), default=IntakeKind.IDLE)
    service: Mapped[str] = mapped_column(String(40))
    document_id: Mapped[str] = mapped_column(String(64))
    document_code: Mapped[str] = mapped_column(String(64))
    line_id: Mapped[str] = mapped_column(String(64))
    region_code: Mapped[str] = mapped_column(String(12))
    unit_id: Mapped[str] = mapped_column(String(36))
    unit_name: Mapped[str] = mapped_column(String(200))
    asset_code: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    class_code: Mapped[str] = mapped_column(String(20))
    acquired_on: Mapped[date | None] = mapped_column(Date)
    original_value_fen: Mapped[int] = mapped_column(Money)
    condition: Mapped[Condition] = mapped_column(words(Condition))
    store_id: Mapped[str | None] = mapped_column(ForeignKey("stores.id"))
    place: Mapped[str] = mapped_column(String(100), default="")
    value_fen: Mapped[int] = mapped_column(Money, default=0)
    item_id: Mapped[str | None] = mapped_column(ForeignKey("items.id"))
    rejection_reason: Mapped[RejectionReason | None] = mapped_column(words(RejectionReason))
    remark: Mapped[str] = mapped_column(String(500), default="")
    decided_by: Mapped[str] = mapped_column(String(200), default="")
    decided_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        UniqueConstraint("service", "document_id", "line_id", name="uq_intakes_source"),
        Index("ix_intakes_state_code", "state", "code"),
        Index("ix_intakes_document_id_code", "document_id", "code"),
        Index("ix_intakes_asset_code", "asset_code"),
        Index("ix_intakes_region_code", "region_code"),
        Index("ix_intakes_unit_id", "unit_id"),
    )

    def accept(self, item: Item, by: str, at: datetime) -> None:
        """The asset lies at its place; `item` is its card from now on."""
        self.require_open("验收", "accept")
        self.state = IntakeState.ACCEPTED
        self.item_id = item.id
        self.store_id, self.place, self.value_fen = item.store_id, item.place, item.value_fen
        self.decided_by, self.decided_at = by, at

    def reject(self, reason: RejectionReason, remark: str, by: str, at: datetime) -> None:
        self.require_open("退回", "reject")
        self.state = IntakeState.REJECTED
        self.rejection_reason, self.remark = reason, remark
        self.decided_by, self.decided_at = by, at

    def cancel(self, remark: str, by: str, at: datetime) -> None:
        """Its source keeps the asset after all."""
        self.require_open("收回", "cancel")
        self.state, self.remark = IntakeState.CANCELLED, remark
        self.decided_by, self.decided_at = by, at

    def require_open(self, act_zh: str, act_en: str) -> None:
        self.require(act_zh, act_en, IntakeState.DRAFTED)


OBSTACLES = {
    RejectionReason.STILL_ON_LOAN: ("ASSET_ON_LOAN", "资产仍在借出，不能入仓", "still on loan"),
    RejectionReason.ALREADY_HELD: ("ASSET_ALREADY_HELD", "资产已在仓内", "already in the store"),
    RejectionReason.NOT_OWNER: (
        "OWNED_BY_OTHER",
        "资产卡片的权属单位不是移交单位",
        "its card says that another unit owns it",
    ),
}
"""Why an asset cannot be taken in: reason, Chinese and English text."""


NOT_TAKEN = ("KIND_NOT_TAKEN", "本地公物仓不接收此类资产", "the store does not take such assets")


def obstacle(held: Item | None, unit_id: str) -> RejectionReason | None:
    """Why an asset that has the card `held` cannot be taken in from that unit; an empty one is
    nobody that could give up what a unit owns."""
    if held is None or held.state is ItemState.MISSING:
        return None
    if held.state is ItemState.ON_LOAN:
        return RejectionReason.STILL_ON_LOAN
    if held.state is not ItemState.IN_USE:
        return RejectionReason.ALREADY_HELD
    if held.unit_id and unit_id != held.unit_id:
        return RejectionReason.NOT_OWNER
    return None
