"""Purchase (购置申请): a unit that wants to buy asks first what the stores have (先调剂后购置).

parked (offers to answer) → met, where all that is needed was taken
   ↑ │  │                └→ cleared, where nothing fits (at once, if nothing ever did)
   │ │  └→ reviewing → cleared, or rejected
   │ │        │
   │ └→ withdrawn ←┘
   └ more was found, the deadline was renewed, or the review was returned or recalled

Parked beyond its deadline it has lapsed: that is told, never stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Date, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.approvals.document import Asked
from chassis.errors import IllegalState, NotFound
from chassis.storage import Aggregate, Base, Belongs, Money, words
from warehouse.items.model import Item
from warehouse.items.states import Condition
from warehouse.purchases.offers import OfferState, PurchaseOffer
from warehouse.transfers.model import need_in


class PurchaseState(StrEnum):
    PARKED = "parked"
    MET = "met"
    REVIEWING = "reviewing"
    CLEARED = "cleared"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


LAPSED = "lapsed"
"""What a parked purchase is told as once its deadline has passed."""

STATE_NAMES = {
    PurchaseState.PARKED: "待答复",
    PurchaseState.MET: "已调剂满足",
    PurchaseState.REVIEWING: "待核准",
    PurchaseState.CLEARED: "准予购置",
    PurchaseState.REJECTED: "不予购置",
    PurchaseState.WITHDRAWN: "已撤回",
}


class Purchase(Asked[PurchaseState], Aggregate, Base):
    """The unit that asks stands under the name it had then. `answer_by` is the last day."""

    __tablename__ = "purchases"
    scoped = Belongs()
    state_names = STATE_NAMES

    code: Mapped[str] = mapped_column(String(40), unique=True)
    state: Mapped[PurchaseState] = mapped_column(words(PurchaseState))
    description: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(String(500))
    need_class_code: Mapped[str] = mapped_column(String(20))
    need_words: Mapped[str] = mapped_column(String(40))
    need_least_condition: Mapped[Condition | None] = mapped_column(words(Condition))
    need_quantity: Mapped[int] = mapped_column(Integer)
    estimated_price_fen: Mapped[int] = mapped_column(Money)
    offered_on: Mapped[date | None] = mapped_column(Date)
    answer_by: Mapped[date | None] = mapped_column(Date)
    clearance_number: Mapped[str] = mapped_column(String(40), default="")
    offers: Mapped[list[PurchaseOffer]] = relationship(
        order_by=PurchaseOffer.position, lazy="selectin", cascade="all, delete-orphan"
    )

    __table_args__ = (
        Index("ix_purchases_region_code", "region_code"),
        Index("ix_purchases_state_code", "state", "code"),
        Index("ix_purchases_unit_id", "unit_id"),
    )

    @property
    def need(self) -> dict[str, Any]:
        """class_code, words, least_condition and quantity of what is wanted."""
        names = ("class_code", "words", "least_condition", "quantity")
        return need_in({each: getattr(self, f"need_{each}") for each in names}) or {}

    @property
    def shortfall(self) -> int:
        """How many are wanted and not taken from the stores."""
        return self.need_quantity - len(self.those(OfferState.TAKEN))

    @property
    def refused(self) -> list[PurchaseOffer]:
        """What the unit refused without the bureau's consent so far."""
        return [each for each in self.those(OfferState.REFUSED) if not each.consented]

    def those(self, *states: OfferState) -> list[PurchaseOffer]:
        return [each for each in self.offers if each.state in states]

    def is_lapsed(self, today: date) -> bool:
        """Whether its offers were not answered in time."""
        parked, last = self.state is PurchaseState.PARKED, self.answer_by
        return parked and last is not None and last < today

    def offer(self, items: Sequence[Item], on: date, answer_by: date | None) -> None:
        """These items are the unit's to take or refuse, until that day."""
        first = len(self.offers) + 1
        self.offers += [PurchaseOffer.of(item, n) for n, item in enumerate(items, start=first)]
        self._park(on, answer_by)

    def begin_answer(self, by: str, today: date) -> None:
        """Raises IllegalState unless its offers wait for an answer."""
        if self.is_lapsed(today):
            raise IllegalState.move("答复", "answer", "逾期未答复", LAPSED)
        self.require("答复", "answer", PurchaseState.PARKED)
        self._written_by(by)

    def renew(self, by: str, today: date) -> None:
        """What was not answered in time is not offered any more."""
        if not self.is_lapsed(today):
            name = STATE_NAMES[self.state]
            raise IllegalState.move("重新查找", "renew", name, str(self.state))
        for each in self.those(OfferState.OFFERED):
            each.lapse()
        self._written_by(by)

    def meet(self) -> None:
        """The stores have all that is needed."""
        self.require("调剂满足", "meet", PurchaseState.PARKED)
        self._end(PurchaseState.MET)

    def review(self, approval_id: str) -> None:
        """The bureau is to consent to the refusals."""
        self.require("提交核准", "submit", PurchaseState.PARKED)
        self._end(PurchaseState.REVIEWING)
        self.approval_id = approval_id

    def consent(self, by: str, at: datetime, note: str) -> None:
        """The bureau agrees with what was refused; what follows is another move."""
        self.require("核准", "approve", PurchaseState.REVIEWING)
        for each in self.refused:
            each.consent()
        self._decide(by, at, note)

    def clear(self, number: str) -> None:
        """It may be bought: nothing fits, or the bureau agreed with what was refused."""
        self.require("准予购置", "clear", PurchaseState.PARKED, PurchaseState.REVIEWING)
        self._end(PurchaseState.CLEARED)
        self.clearance_number = number

    def reject(self, by: str, at: datetime, note: str) -> None:
        self.require("驳回", "reject", PurchaseState.REVIEWING)
        self._end(PurchaseState.REJECTED)
        self._decide(by, at, note)

    def take_back(
        self,
        on: date,
        answer_by: date | None,
        by: str = "",
        at: datetime | None = None,
        note: str = "",
    ) -> None:
        """Returned or recalled: what was refused is to be answered once more."""
        self.require("退回", "return", PurchaseState.REVIEWING)
        for each in self.refused:
            each.reopen()
        self._park(on, answer_by)
        self._decide(by, at, note)

    def withdraw(self) -> None:
        """The unit does not want to buy any more. What it took goes its own way."""
        self.require("撤回", "withdraw", PurchaseState.PARKED, PurchaseState.REVIEWING)
        self._end(PurchaseState.WITHDRAWN)

    def offer_of(self, offer_id: str, field: str) -> PurchaseOffer:
        for each in self.offers:
            if each.id == offer_id:
                return each
        raise NotFound.object(field, offer_id)

    def _park(self, on: date, answer_by: date | None) -> None:
        self.state = PurchaseState.PARKED
        self.offered_on, self.answer_by = on, answer_by
        self.touch()

    def _end(self, state: PurchaseState) -> None:
        self.state, self.answer_by = state, None

    def _written_by(self, by: str) -> None:
        super()._written_by(by)
        self.touch()
