"""Disposal batch (处置批次): items of the stores that are to leave for good.

draft ⇄ submitted → approved → completed
  │         │ └→ rejected │
  └─────────┴─────────────┴→ withdrawn

From its first draft on the items are in disposal, so that no transfer takes them. An approved
batch is completed once each line has ended, or by hand: what nobody bought is back in stock.
It is withdrawn as long as nothing of it is sold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Date, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.approvals.document import Asked
from chassis.errors import IllegalState, InvalidInput, NotFound
from chassis.storage import Aggregate, Base, Belongs, Money, words
from warehouse.disposals.lines import BatchLine, BatchSale, LineState
from warehouse.items.model import Item


class DisposalBatchState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    COMPLETED = "completed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class DisposalKind(StrEnum):
    AUCTION = "auction"
    SCRAP = "scrap"
    DONATION = "donation"


STATE_NAMES = {
    DisposalBatchState.DRAFT: "草稿",
    DisposalBatchState.SUBMITTED: "已提交",
    DisposalBatchState.APPROVED: "已批准",
    DisposalBatchState.COMPLETED: "已办结",
    DisposalBatchState.REJECTED: "已驳回",
    DisposalBatchState.WITHDRAWN: "已撤回",
}


class DisposalBatch(Asked[DisposalBatchState], Aggregate, Base):
    """The owner of the items stands under the name it had then."""

    __tablename__ = "disposal_batches"
    scoped = Belongs()
    state_names = STATE_NAMES

    code: Mapped[str] = mapped_column(String(40), unique=True)
    state: Mapped[DisposalBatchState] = mapped_column(words(DisposalBatchState))
    kind: Mapped[DisposalKind] = mapped_column(words(DisposalKind))
    reason: Mapped[str] = mapped_column(String(500))
    receiver: Mapped[str] = mapped_column(String(200), default="")
    income_fen: Mapped[int] = mapped_column(Money, default=0)
    completed_on: Mapped[date | None] = mapped_column(Date)
    lines: Mapped[list[BatchLine]] = relationship(
        order_by=BatchLine.position, lazy="selectin", cascade="all, delete-orphan"
    )
    sales: Mapped[list[BatchSale]] = relationship(
        order_by=BatchSale.id, lazy="selectin", cascade="all, delete-orphan"
    )

    __table_args__ = (
        Index("ix_disposal_batches_region_code", "region_code"),
        Index("ix_disposal_batches_state_code", "state", "code"),
        Index("ix_disposal_batches_unit_id", "unit_id"),
    )

    @property
    def amount_fen(self) -> int:
        """What consent is asked to: the appraised values; of a donation what the items are
        worth."""
        if self.kind is DisposalKind.DONATION:
            return sum(each.value_fen for each in self.lines)
        return sum(each.appraised_fen for each in self.lines)

    def lists(self, items: Sequence[Item]) -> None:
        """These items and no others; what stays keeps its appraisal."""
        known = {each.item_id: each for each in self.lines}
        self.lines = [known.get(each.id) or BatchLine.of(each) for each in items]
        for position, line in enumerate(self.lines, start=1):
            line.position = position

    def require_draft(self) -> None:
        self.require("修改", "change", DisposalBatchState.DRAFT)

    def correct(self, by: str, reason: str, items: Sequence[Item]) -> None:
        """A draft says something else from now on."""
        self.require_draft()
        self._written_by(by)
        self.reason = reason
        self.lists(items)

    def appraise(self, by: str, values_fen: Mapping[str, int], appraiser: str, on: date) -> None:
        """`by` noted what `appraiser` holds some of the items, by their ids, to be worth."""
        self.require("评估", "appraise", DisposalBatchState.DRAFT)
        lines = self._named(values_fen)
        self._written_by(by)
        for line in lines:
            line.appraise(values_fen[line.item_id], appraiser, on)

    def submit(self, by: str) -> None:
        self.require("提交", "submit", DisposalBatchState.DRAFT)
        bare = [n for n, each in enumerate(self.lines) if each.appraised_on is None]
        if bare and self.kind is not DisposalKind.DONATION:
            raise InvalidInput.field(
                f"lines.{bare[0]}.appraised_fen",
                "NOT_APPRAISED",
                f"尚有 {len(bare)} 项未评估",
                f"{len(bare)} lines are not appraised",
            )
        self._written_by(by)
        self.state = DisposalBatchState.SUBMITTED

    def take_back(self, by: str = "", at: datetime | None = None, note: str = "") -> None:
        """Returned for correction, or recalled: a draft again."""
        self.require("退回", "return", DisposalBatchState.SUBMITTED)
        self.state = DisposalBatchState.DRAFT
        self._decide(by, at, note)

    def reject(self, by: str, at: datetime, note: str) -> list[BatchLine]:
        """The lines whose items are to be back in stock."""
        self.require("驳回", "reject", DisposalBatchState.SUBMITTED)
        self.state = DisposalBatchState.REJECTED
        self._decide(by, at, note)
        return self._end_listed(LineState.DROPPED)

    def approve(self, by: str, at: datetime, note: str) -> None:
        self.require("批准", "approve", DisposalBatchState.SUBMITTED)
        self.state = DisposalBatchState.APPROVED
        self._decide(by, at, note)

    def withdraw(self) -> list[BatchLine]:
        """The lines whose items are to be back in stock."""
        early = (DisposalBatchState.DRAFT, DisposalBatchState.SUBMITTED)
        self.require("撤回", "withdraw", *early, DisposalBatchState.APPROVED)
        if self.sales:
            raise IllegalState.move("撤回", "withdraw", "已有售出", "partly sold")
        self.state = DisposalBatchState.WITHDRAWN
        return self._end_listed(LineState.DROPPED)

    def sell(self, sale: BatchSale, incomes_fen: Mapping[str, int]) -> list[BatchLine]:
        """`sale` brought these incomes, by item; the lines whose items are gone."""
        self.require("登记处置收入", "record a sale", DisposalBatchState.APPROVED)
        self._require_sale()
        lines = self._named(incomes_fen)
        if any(
            each.appraised_on is not None and sale.sold_on < each.appraised_on for each in lines
        ):
            raise InvalidInput.field(
                "sold_on", "BEFORE_APPRAISAL", "不得早于评估日期", "before the appraisal"
            )
        for line in lines:
            line.sell(sale, incomes_fen[line.item_id])
        self.touch()
        self.sales.append(sale)
        self.income_fen += sale.income_fen
        return lines

    def donate(self, receiver: str, on: date) -> list[BatchLine]:
        """All of it is `receiver`'s; the lines whose items are gone."""
        self.require("捐赠", "donate", DisposalBatchState.APPROVED)
        if self.kind is not DisposalKind.DONATION:
            raise IllegalState("NOT_A_DONATION", "该批次不是捐赠", "this batch is no donation")
        for line in self.lines:
            line.donate(on)
        self.receiver = receiver
        return list(self.lines)

    def complete(self, day: date) -> list[BatchLine]:
        """What nobody bought: the lines whose items are to be back in stock."""
        self.require("办结", "complete", DisposalBatchState.APPROVED)
        self._require_sale()
        unsold = self._end_listed(LineState.UNSOLD)
        self.settle(day)
        return unsold

    def settle(self, day: date) -> bool:
        """Whether it is completed now, each line having ended."""
        if any(each.state is LineState.LISTED for each in self.lines):
            return False
        self.state, self.completed_on = DisposalBatchState.COMPLETED, day
        return True

    def sale(self, voucher: str) -> BatchSale | None:
        return next((each for each in self.sales if each.voucher == voucher), None)

    def _named(self, item_ids: Mapping[str, int]) -> list[BatchLine]:
        known = {each.item_id: each for each in self.lines}
        for n, each in enumerate(item_ids):
            if each not in known:
                raise NotFound.object(f"lines.{n}.item_id", each)
        return [known[each] for each in item_ids]

    def _end_listed(self, state: LineState) -> list[BatchLine]:
        listed = [each for each in self.lines if each.state is LineState.LISTED]
        for line in listed:
            line.end(state)
        self.touch()
        return listed

    def _require_sale(self) -> None:
        if self.kind is DisposalKind.DONATION:
            raise IllegalState("NOT_A_SALE", "捐赠批次不登记售出", "a donation is not sold")

    def _written_by(self, by: str) -> None:
        super()._written_by(by)
        self.touch()
