"""The offers of a purchase: one item of the stores each, which the unit takes or refuses."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage import Base, Instant, Money, Stateful, Within, new_id, words
from warehouse.items.model import Item
from warehouse.items.states import Condition


class OfferState(StrEnum):
    OFFERED = "offered"
    TAKEN = "taken"
    REFUSED = "refused"
    GONE = "gone"
    LAPSED = "lapsed"


class OfferRefusal(StrEnum):
    WRONG_SIZE = "wrong_size"
    POOR_CONDITION = "poor_condition"
    POOR_PERFORMANCE = "poor_performance"
    MOVING_COST = "moving_cost"
    SECRECY = "secrecy"
    OTHER = "other"


OFFER_STATE_NAMES = {
    OfferState.OFFERED: "待答复",
    OfferState.TAKEN: "接受调剂",
    OfferState.REFUSED: "不接受",
    OfferState.GONE: "已被调走",
    OfferState.LAPSED: "逾期失效",
}
ANSWERED = (OfferState.TAKEN, OfferState.REFUSED)


class PurchaseOffer(Stateful[OfferState], Base):
    """What the item was when it was offered; a refusal is `consented` once the bureau agreed."""

    __tablename__ = "purchase_offers"
    scoped = Within("purchases", "purchase_id")
    state_names = OFFER_STATE_NAMES

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    purchase_id: Mapped[str] = mapped_column(ForeignKey("purchases.id"))
    position: Mapped[int] = mapped_column(Integer)
    state: Mapped[OfferState] = mapped_column(words(OfferState))
    item_id: Mapped[str] = mapped_column(ForeignKey("items.id"))
    item_code: Mapped[str] = mapped_column(String(40))
    item_name: Mapped[str] = mapped_column(String(200))
    owner_name: Mapped[str] = mapped_column(String(200))
    condition: Mapped[Condition] = mapped_column(words(Condition))
    value_fen: Mapped[int] = mapped_column(Money)
    refusal: Mapped[OfferRefusal | None] = mapped_column(words(OfferRefusal))
    remark: Mapped[str] = mapped_column(String(500), default="")
    consented: Mapped[bool] = mapped_column(Boolean, default=False)
    answered_by: Mapped[str] = mapped_column(String(200), default="")
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    transfer_id: Mapped[str] = mapped_column(String(36), default="")

    __table_args__ = (
        Index("ix_purchase_offers_purchase_id", "purchase_id"),
        Index("ix_purchase_offers_item_id", "item_id"),
    )

    @classmethod
    def of(cls, item: Item, position: int) -> PurchaseOffer:
        return cls(
            id=new_id(),
            position=position,
            state=OfferState.OFFERED,
            item_id=item.id,
            item_code=item.code,
            item_name=item.name,
            owner_name=item.owner_name,
            condition=item.condition,
            value_fen=item.value_fen,
        )

    def take(self, by: str, at: datetime) -> None:
        self._answer("接受", "take", by, at)
        self.state = OfferState.TAKEN

    def refuse(self, by: str, at: datetime, refusal: str, remark: str) -> None:
        self._answer("拒绝", "refuse", by, at)
        self.state = OfferState.REFUSED
        self.refusal, self.remark = OfferRefusal(refusal), remark

    def be_gone(self) -> None:
        """Somebody else got the item before the unit answered."""
        self.require("注销", "be gone", OfferState.OFFERED)
        self.state = OfferState.GONE

    def lapse(self) -> None:
        """The unit did not answer in time."""
        self.require("失效", "lapse", OfferState.OFFERED)
        self.state = OfferState.LAPSED

    def consent(self) -> None:
        """The bureau agrees that it is refused."""
        self.require("核准", "consent to", OfferState.REFUSED)
        self.consented = True

    def reopen(self) -> None:
        """The refusal is not agreed to, or taken back: the unit answers once more."""
        self.require("重新答复", "reopen", OfferState.REFUSED)
        self.state, self.refusal, self.remark = OfferState.OFFERED, None, ""
        self.answered_by, self.answered_at = "", None

    def _answer(self, act_zh: str, act_en: str, by: str, at: datetime) -> None:
        self.require(act_zh, act_en, OfferState.OFFERED)
        self.answered_by, self.answered_at = by, at
