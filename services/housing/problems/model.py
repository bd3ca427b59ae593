"""Problem (问题): something found that a unit must mend.

open → assigned ⇄ hard
          └───────┴→ closed → reopened (runs like assigned) → closed …
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.errors import IllegalState, InvalidInput
from chassis.storage import Aggregate, Base, Belongs, Instant, Stateful, Within, words
from chassis.storage.columns import new_id
from housing.problems import rules


class ProblemSource(StrEnum):
    AUDIT = "audit"
    INSPECTION = "inspection"
    RECONCILIATION = "reconciliation"
    LEGACY = "legacy"
    OTHER = "other"


class ProblemState(StrEnum):
    OPEN = "open"
    ASSIGNED = "assigned"
    HARD = "hard"
    CLOSED = "closed"
    REOPENED = "reopened"


STATE_NAMES = {
    ProblemState.OPEN: "待分办",
    ProblemState.ASSIGNED: "整改中",
    ProblemState.HARD: "挂起难办",
    ProblemState.CLOSED: "已销号",
    ProblemState.REOPENED: "重新整改",
}
IN_HAND = (ProblemState.ASSIGNED, ProblemState.REOPENED)


class Evidence(Base):
    """What shows that the problem was mended, `round` times after it was opened."""

    __tablename__ = "problem_evidence"
    scoped = Within("problems", "problem_id")

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    problem_id: Mapped[str] = mapped_column(ForeignKey("problems.id"))
    round: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(100))
    reference: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(String(500))
    added_by: Mapped[str] = mapped_column(String(200))
    added_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index("ix_problem_evidence_problem_id", "problem_id"),)


class Problem(Stateful[ProblemState], Aggregate, Base):
    """The unit that must mend it stands under the name it had when it was opened.

    `round` counts how often it was opened: 1, and one more each time it is reopened.
    """

    __tablename__ = "problems"
    scoped = Belongs()
    state_names = STATE_NAMES

    code: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    detail: Mapped[str] = mapped_column(String(2000))
    source: Mapped[ProblemSource] = mapped_column(words(ProblemSource))
    state: Mapped[ProblemState] = mapped_column(words(ProblemState))
    property_id: Mapped[str | None] = mapped_column(ForeignKey("properties.id"))
    region_code: Mapped[str] = mapped_column(String(12))
    unit_id: Mapped[str] = mapped_column(String(36))
    unit_name: Mapped[str] = mapped_column(String(200))
    found_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date | None] = mapped_column(Date)
    assignee: Mapped[str] = mapped_column(String(200), default="")
    round: Mapped[int] = mapped_column(Integer, default=1)
    hard_reason: Mapped[str] = mapped_column(String(500), default="")
    closing_note: Mapped[str] = mapped_column(String(500), default="")
    closed_by: Mapped[str] = mapped_column(String(200), default="")
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    reopening_reason: Mapped[str] = mapped_column(String(500), default="")
    opened_by: Mapped[str] = mapped_column(String(200))
    evidence: Mapped[list[Evidence]] = relationship(
        order_by=Evidence.id, lazy="selectin", cascade="all, delete-orphan"
    )

    __table_args__ = (
        Index("ix_problems_state_code", "state", "code"),
        Index("ix_problems_source_state", "source", "state"),
        Index("ix_problems_due_on", "due_on"),
        Index("ix_problems_property_id", "property_id"),
        Index("ix_problems_region_code", "region_code"),
        Index("ix_problems_unit_id", "unit_id"),
    )

    overdue = False
    """Whether its deadline is over, as of `as_of`."""

    def assign(self, assignee: str, due_on: date | None) -> None:
        """`assignee` mends it from now on; without `due_on` the deadline stays."""
        self.require("分办", "assign", ProblemState.OPEN, ProblemState.HARD, *IN_HAND)
        if due_on is not None:
            if due_on < self.found_on:
                raise due_before_found()
            self.due_on = due_on
        self.assignee = assignee
        self.touch()
        if self.state is not ProblemState.REOPENED:
            self.state = ProblemState.ASSIGNED

    def set_aside(self, reason: str) -> None:
        self.require("挂起", "set aside", *IN_HAND)
        self.state = ProblemState.HARD
        self.hard_reason = reason

    def add_evidence(self, kind: str, reference: str, note: str, by: str, at: datetime) -> None:
        self.require("补充整改材料", "add evidence", ProblemState.OPEN, ProblemState.HARD, *IN_HAND)
        self.touch()
        self.evidence.append(
            Evidence(
                id=new_id(),
                round=self.round,
                kind=kind,
                reference=reference,
                note=note,
                added_by=by,
                added_at=at,
            )
        )

    def close(self, note: str, by: str, at: datetime) -> None:
        """Raises IllegalState NO_EVIDENCE unless some was added since it last opened."""
        self.require("销号", "close", ProblemState.HARD, *IN_HAND)
        if not any(each.round == self.round for each in self.evidence):
            raise IllegalState(
                "NO_EVIDENCE",
                "登记或重新整改以来没有整改材料，不能销号",
                "no evidence was added since it was opened or reopened",
            )
        self.state = ProblemState.CLOSED
        self.closing_note, self.closed_by, self.closed_at = note, by, at

    def reopen(self, reason: str) -> None:
        """Runs again; evidence added before counts no more."""
        self.require("重新整改", "reopen", ProblemState.CLOSED)
        self.state = ProblemState.REOPENED
        self.round += 1
        self.reopening_reason = reason
        self.closed_by, self.closed_at = "", None

    def as_of(self, today: date) -> Problem:
        """Itself, knowing whether it is overdue."""
        self.overdue = rules.is_overdue(self.due_on, today, closed=self._is_closed)
        return self

    @property
    def _is_closed(self) -> bool:
        return self.state is ProblemState.CLOSED


def due_before_found() -> InvalidInput:
    """The deadline lies before the day the problem was found."""
    return InvalidInput.field(
        "due_on", "DUE_BEFORE_FOUND", "整改期限不得早于发现日期", "due before it was found"
    )
