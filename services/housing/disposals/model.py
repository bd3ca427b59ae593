"""Disposal (资产处置): how a building, furniture, or both leave their unit.

draft ⇄ submitted → approved ─┬→ handing over ⇄ needs attention → completed
  └────────┴→ withdrawn       └→ (nothing movable: handing over at once)
           └→ rejected
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.errors import IllegalState, NotFound
from chassis.storage import Aggregate, Base, Belongs, Instant, Money, Within, words
from chassis.storage.columns import new_id
from housing.disposals import rules


class DisposalState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    HANDING_OVER = "handing_over"
    NEEDS_ATTENTION = "needs_attention"
    COMPLETED = "completed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class LineState(StrEnum):
    PLANNED = "planned"
    AWAITING_INTAKE = "awaiting_intake"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    SETTLED = "settled"


class Condition(StrEnum):
    NEW = "new"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    BROKEN = "broken"


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
CLOSED = (LineState.ACCEPTED, LineState.SETTLED)
RELEASED = (LineState.AWAITING_INTAKE, LineState.ACCEPTED)
_IS_RELEASED = text("state IN ('awaiting_intake', 'accepted')")


class DisposalLine(Base):
    """One movable asset on a disposal."""

    __tablename__ = "disposal_lines"
    scoped = Within("disposals", "disposal_id")

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    disposal_id: Mapped[str] = mapped_column(ForeignKey("disposals.id"))
    position: Mapped[int] = mapped_column(Integer)
    asset_code: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    class_code: Mapped[str] = mapped_column(String(20))
    acquired_on: Mapped[date | None] = mapped_column(Date)
    original_value_fen: Mapped[int] = mapped_column(Money)
    condition: Mapped[Condition] = mapped_column(words(Condition))
    state: Mapped[LineState] = mapped_column(words(LineState))
    answer_due_at: Mapped[datetime | None] = mapped_column(Instant)
    remark: Mapped[str] = mapped_column(String(500), default="")

    __table_args__ = (
        Index("ix_disposal_lines_disposal_id", "disposal_id"),
        Index("ix_disposal_lines_asset_code", "asset_code"),
        # An asset leaves once, also when two disposals that list it are approved at once.
        Index(
            "uq_disposal_lines_released_asset",
            "asset_code",
            unique=True,
            postgresql_where=_IS_RELEASED,
            sqlite_where=_IS_RELEASED,
        ),
        Index("ix_disposal_lines_state_answer_due_at", "state", "answer_due_at"),
    )

    overdue = False
    """Whether the answer is late, as of `Disposal.as_of`."""

    def close(self, state: LineState, remark: str = "") -> None:
        self.state = state
        self.remark = remark
        self.answer_due_at = None


class Disposal(Aggregate, Base):
    """The unit that gives up the assets stands under the name it had then."""

    __tablename__ = "disposals"
    scoped = Belongs()

    code: Mapped[str] = mapped_column(String(40), unique=True)
    state: Mapped[DisposalState] = mapped_column(words(DisposalState))
    property_id: Mapped[str | None] = mapped_column(ForeignKey("properties.id"))
    reason: Mapped[str] = mapped_column(String(500))
    region_code: Mapped[str] = mapped_column(String(12))
    unit_id: Mapped[str] = mapped_column(String(36))
    unit_name: Mapped[str] = mapped_column(String(200))
    approval_id: Mapped[str] = mapped_column(String(36), default="")
    requested_by: Mapped[str] = mapped_column(String(200))
    corrected_by: Mapped[str] = mapped_column(String(1000), default="")
    decided_by: Mapped[str] = mapped_column(String(200), default="")
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decision_note: Mapped[str] = mapped_column(String(500), default="")
    income_fen: Mapped[int] = mapped_column(Money, default=0)
    lines: Mapped[list[DisposalLine]] = relationship(
        order_by=DisposalLine.position, lazy="selectin", cascade="all, delete-orphan"
    )

    __table_args__ = (
        Index("ix_disposals_state_code", "state", "code"),
        Index("ix_disposals_region_code", "region_code"),
        Index("ix_disposals_unit_id", "unit_id"),
    )

    def add_line(self, **asset: object) -> None:
        line = DisposalLine(
            id=new_id(), position=len(self.lines) + 1, state=LineState.PLANNED, **asset
        )
        self.lines.append(line)

    def authors(self) -> list[str]:
        """All who wrote it: the one who drafted it, and who corrected it."""
        return [self.requested_by, *self.corrected_by.split("\n")]

    def correct(self, by: str, reason: str, assets: Sequence[Mapping[str, object]]) -> None:
        """A draft says something else from now on."""
        self._require("修改", "change", DisposalState.DRAFT)
        self.touch()
        if by not in self.authors():
            self.corrected_by = f"{self.corrected_by}\n{by}".strip()
        self.reason = reason
        self.lines.clear()
        for asset in assets:
            self.add_line(**asset)

    def submit(self) -> None:
        self._require("提交", "submit", DisposalState.DRAFT)
        self.state = DisposalState.SUBMITTED

    def belong_to(self, region_code: str, unit_id: str, unit_name: str) -> None:
        """It is this unit that gives up what is listed."""
        self.region_code, self.unit_id, self.unit_name = region_code, unit_id, unit_name

    def take_back(self, by: str = "", at: datetime | None = None, note: str = "") -> None:
        """Returned for correction, or recalled: a draft again."""
        self._require("退回", "return", DisposalState.SUBMITTED)
        self.state = DisposalState.DRAFT
        self._decide(by, at, note)

    def withdraw(self) -> None:
        self._require("撤回", "withdraw", DisposalState.DRAFT, DisposalState.SUBMITTED)
        self.state = DisposalState.WITHDRAWN

    def reject(self, by: str, at: datetime, note: str) -> None:
        self._require("驳回", "reject", DisposalState.SUBMITTED)
        self.state = DisposalState.REJECTED
        self._decide(by, at, note)

    def approve(self, by: str, at: datetime, note: str) -> None:
        """From now on each movable line awaits its intake."""
        self._require("批准", "approve", DisposalState.SUBMITTED)
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

    def settle_line(self, line_id: str, remark: str) -> None:
        """Closes by hand a line that was rejected or is still awaited."""
        self._require("了结明细", "settle a line", *RUNNING)
        line = self.line(line_id)
        if line.state not in (LineState.REJECTED, LineState.AWAITING_INTAKE):
            raise IllegalState.move("了结明细", "settle a line", "已关闭", str(line.state))
        line.close(LineState.SETTLED, remark)
        self._follow_lines()

    def complete(self, income_fen: int) -> None:
        self._require("办结", "complete", DisposalState.HANDING_OVER)
        still_open = [line for line in self.lines if line.state not in CLOSED]
        if still_open:
            raise IllegalState.move(
                "办结",
                "complete",
                f"尚有 {len(still_open)} 项未移交",
                f"{len(still_open)} lines open",
            )
        self.state = DisposalState.COMPLETED
        self.income_fen = income_fen

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
            told = (
                "公物仓其后已入仓" if state is LineState.ACCEPTED else f"公物仓其后退回：{remark}"
            )
            line.remark = f"{line.remark}；{told}"[:500]
            self.touch()
            return
        self._require("入仓应答", "answer a line", *RUNNING)
        if line.state is not LineState.AWAITING_INTAKE:
            raise IllegalState.move("入仓应答", "answer a line", "已应答", str(line.state))
        line.close(state, remark)
        self._follow_lines()

    def _follow_lines(self) -> None:
        self.touch()
        rejected = any(line.state is LineState.REJECTED for line in self.lines)
        self.state = DisposalState.NEEDS_ATTENTION if rejected else DisposalState.HANDING_OVER

    def _decide(self, by: str, at: datetime | None, note: str) -> None:
        self.decided_by, self.decided_at, self.decision_note = by, at, note

    def _require(self, act_zh: str, act_en: str, *states: DisposalState) -> None:
        if self.state not in states:
            raise IllegalState.move(act_zh, act_en, STATE_NAMES[self.state], str(self.state))
