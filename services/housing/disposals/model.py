"""Disposal (资产处置): how a building, furniture, or both leave their unit.

draft ⇄ submitted → approved ─┬→ handing over ⇄ needs attention → completed
  │        ├→ rejected        └→ (nothing movable: handing over at once)
  └────────┴→ withdrawn

A withdrawal after approval takes back the building and every line that was not accepted or
settled. Until the warehouse has answered it stays handing over; then it is withdrawn, or
goes on with what was accepted or settled before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.approvals.document import Asked
from chassis.errors import IllegalState, InvalidInput, NotFound
from chassis.storage import Aggregate, Base, Belongs, Instant, Money, words
from chassis.storage.columns import new_id
from housing.disposals import rules
from housing.disposals.lines import CLOSED, DisposalLine, LineState
from housing.properties.model import UseState


class DisposalState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    HANDING_OVER = "handing_over"
    NEEDS_ATTENTION = "needs_attention"
    COMPLETED = "completed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


STATE_NAMES = {
    DisposalState.DRAFT: "草稿",
    DisposalState.SUBMITTED: "已提交",
    DisposalState.APPROVED: "已批准",
    DisposalState.HANDING_OVER: "移交中",
    DisposalState.NEEDS_ATTENTION: "待处理",
    DisposalState.COMPLETED: "已办结",
    DisposalState.REJECTED: "已驳回",
    DisposalState.WITHDRAWN: "已撤回",
}
RUNNING = (DisposalState.APPROVED, DisposalState.HANDING_OVER, DisposalState.NEEDS_ATTENTION)


class Disposal(Asked[DisposalState], Aggregate, Base):
    """The unit that gives up the assets stands under the name it had then."""

    __tablename__ = "disposals"
    scoped = Belongs()
    state_names = STATE_NAMES

    code: Mapped[str] = mapped_column(String(40), unique=True)
    state: Mapped[DisposalState] = mapped_column(words(DisposalState))
    property_id: Mapped[str | None] = mapped_column(ForeignKey("properties.id"))
    reason: Mapped[str] = mapped_column(String(500))
    appraised_value_fen: Mapped[int] = mapped_column(Money, default=0)
    appraised_on: Mapped[date | None] = mapped_column(Date)
    appraiser: Mapped[str] = mapped_column(String(200), default="")
    use_state_before: Mapped[UseState | None] = mapped_column(words(UseState))
    withdrawn_by: Mapped[str] = mapped_column(String(200), default="")
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawal_reason: Mapped[str] = mapped_column(String(500), default="")
    income_fen: Mapped[int] = mapped_column(Money, default=0)
    shortfall_reason: Mapped[str] = mapped_column(String(500), default="")
    lines: Mapped[list[DisposalLine]] = relationship(
        order_by=DisposalLine.position, lazy="selectin", cascade="all, delete-orphan"
    )

    __table_args__ = (
        Index("ix_disposals_property_id", "property_id"),
        Index("ix_disposals_state_code", "state", "code"),
        Index("ix_disposals_region_code", "region_code"),
        Index("ix_disposals_unit_id", "unit_id"),
    )

    def add_line(self, **asset: object) -> None:
        line = DisposalLine(
            id=new_id(), position=len(self.lines) + 1, state=LineState.PLANNED, **asset
        )
        self.lines.append(line)

    def correct(self, by: str, reason: str, assets: Sequence[Mapping[str, object]]) -> None:
        """A draft says something else from now on."""
        self.require("修改", "change", DisposalState.DRAFT)
        self._written_by(by)
        self.touch()
        self.reason = reason
        self.lines.clear()
        for asset in assets:
            self.add_line(**asset)

    def appraise(self, by: str, value_fen: int, on: date, appraiser: str) -> None:
        """`by` noted what it is worth by `appraiser`; no correction changes that."""
        self.require("评估", "appraise", DisposalState.DRAFT)
        self._written_by(by)
        self.appraised_value_fen, self.appraised_on, self.appraiser = value_fen, on, appraiser

    def submit(self) -> None:
        self.require("提交", "submit", DisposalState.DRAFT)
        self.state = DisposalState.SUBMITTED

    def take_back(self, by: str = "", at: datetime | None = None, note: str = "") -> None:
        """Returned for correction, or recalled: a draft again."""
        self.require("退回", "return", DisposalState.SUBMITTED)
        self.state = DisposalState.DRAFT
        self._decide(by, at, note)

    def withdraw(self, by: str, at: datetime, reason: str) -> None:
        """Takes back all of it; once approved, what is not handed over yet, for a reason."""
        self.require("撤回", "withdraw", DisposalState.DRAFT, DisposalState.SUBMITTED, *RUNNING)
        if self.state in RUNNING:
            self._require_left_to_withdraw()
            if not reason:
                raise InvalidInput.field("reason", "REQUIRED", "必填", "required once approved")
        self.withdrawn_by, self.withdrawn_at, self.withdrawal_reason = by, at, reason
        if self.state not in RUNNING:
            self.state = DisposalState.WITHDRAWN
            return
        for line in self.lines:
            line.take_back()
        self._follow_lines()

    def reject(self, by: str, at: datetime, note: str) -> None:
        self.require("驳回", "reject", DisposalState.SUBMITTED)
        self.state = DisposalState.REJECTED
        self._decide(by, at, note)

    def approve(self, by: str, at: datetime, note: str) -> None:
        """From now on each movable line awaits its intake."""
        self.require("批准", "approve", DisposalState.SUBMITTED)
        self.state = DisposalState.APPROVED if self.lines else DisposalState.HANDING_OVER
        self._decide(by, at, note)
        for line in self.lines:
            line.state = LineState.AWAITING_INTAKE
            line.answer_due_at = rules.answer_due(at)

    def accept_line(self, line_id: str) -> None:
        """The warehouse has the asset."""
        self._answer(line_id, LineState.ACCEPTED, "")

    def reject_line(self, line_id: str, remark: str) -> None:
        """The warehouse does not take the asset: a person must see to it."""
        self._answer(line_id, LineState.REJECTED, remark)

    def give_back_line(self, line_id: str) -> None:
        """The warehouse has learnt of the withdrawal and will not take the asset in."""
        self._answer(line_id, LineState.WITHDRAWN, "")

    def settle_line(self, line_id: str, remark: str) -> None:
        """Closes by hand a line that was rejected or is still awaited."""
        self.require("了结明细", "settle a line", *RUNNING)
        self.line(line_id).settle(remark)
        self._follow_lines()

    def complete(
        self, income_fen: int, least_share: Decimal | None, shortfall_reason: str = ""
    ) -> None:
        """An income below `least_share` of the appraised value (None: no norm says how much
        it must be) needs a reason."""
        self.require("办结", "complete", DisposalState.HANDING_OVER)
        still_open = [line for line in self.lines if line.state not in CLOSED]
        if still_open:
            raise IllegalState.move(
                "办结",
                "complete",
                f"尚有 {len(still_open)} 项未移交",
                f"{len(still_open)} lines open",
            )
        suffices = rules.income_suffices(income_fen, self.appraised_value_fen, least_share)
        if not suffices and not shortfall_reason:
            raise InvalidInput.field(
                "income_fen",
                "INCOME_BELOW_APPRAISAL",
                "低于评估价值的规定比例，须说明原因",
                "below the share of the appraised value that is in force; say why",
            )
        self.state = DisposalState.COMPLETED
        self.income_fen, self.shortfall_reason = income_fen, shortfall_reason

    @property
    def leaving_property_id(self) -> str | None:
        """The building that leaves with it; none once it was withdrawn."""
        return self.property_id if self.withdrawn_at is None else None

    def as_of(self, now: datetime) -> Disposal:
        """Itself, with each line knowing whether it is overdue."""
        for line in self.lines:
            line.overdue = rules.is_overdue(line.answer_due_at, now)
        return self

    def line(self, line_id: str) -> DisposalLine:
        for line in self.lines:
            if line.id == line_id:
                return line
        raise NotFound.object("line_id", line_id)

    def _answer(self, line_id: str, state: LineState, remark: str) -> None:
        """An answer that comes after a person settled the line is noted and changes no state."""
        line = self.line(line_id)
        if line.state is LineState.SETTLED:
            line.note(state, remark)
            self.touch()
            return
        self.require("入仓应答", "answer a line", *RUNNING)
        line.answer(state, remark)
        self._follow_lines()

    def _follow_lines(self) -> None:
        self.touch()
        states = {line.state for line in self.lines}
        if LineState.REJECTED in states:
            self.state = DisposalState.NEEDS_ATTENTION
        elif self.withdrawn_at is not None and states <= {LineState.WITHDRAWN}:
            self.state = DisposalState.WITHDRAWN
        else:
            self.state = DisposalState.HANDING_OVER

    def _require_left_to_withdraw(self) -> None:
        if self.withdrawn_at is not None:
            raise IllegalState.move("撤回", "withdraw", "已撤回", "withdrawn already")
        gone = all(line.state in CLOSED for line in self.lines)
        if gone and self.property_id is None:
            raise IllegalState.move("撤回", "withdraw", "已全部移交", "all is handed over")
