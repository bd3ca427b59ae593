"""A line of a disposal: one movable asset on its way out.

planned → awaiting intake ─┬→ accepted
            │              ├→ rejected ─┬→ settled
            │              ├────────────┘
            └→ withdrawing ┼→ accepted (the warehouse was first)
                           ├→ withdrawn (also from rejected)
                           └→ settled
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.errors import IllegalState
from chassis.storage import Base, Instant, Money, Within, words


class LineState(StrEnum):
    PLANNED = "planned"
    AWAITING_INTAKE = "awaiting_intake"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    SETTLED = "settled"
    WITHDRAWING = "withdrawing"
    WITHDRAWN = "withdrawn"


class Condition(StrEnum):
    NEW = "new"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    BROKEN = "broken"


CLOSED = (LineState.ACCEPTED, LineState.SETTLED, LineState.WITHDRAWN)
AWAITED = (LineState.AWAITING_INTAKE, LineState.WITHDRAWING)
"""The warehouse has not answered yet."""

RELEASED = (*AWAITED, LineState.ACCEPTED)
"""The warehouse has the asset, or may turn out to have it."""

_IS_RELEASED = text("state IN ('awaiting_intake', 'withdrawing', 'accepted')")
_LATE = {
    LineState.ACCEPTED: "公物仓其后已入仓",
    LineState.REJECTED: "公物仓其后退回",
    LineState.WITHDRAWN: "公物仓其后确认收回",
}


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

    def answer(self, state: LineState, remark: str) -> None:
        """What the warehouse says: accepted, rejected or withdrawn (it gave the asset back).

        An asset that is being withdrawn and was rejected before that was known is where it
        should be: withdrawn.
        """
        taken_back = self.state is LineState.WITHDRAWING
        if self.state not in AWAITED or (state is LineState.WITHDRAWN and not taken_back):
            raise IllegalState.move("入仓应答", "answer a line", "已应答", str(self.state))
        refused = state is LineState.REJECTED and taken_back
        self.close(LineState.WITHDRAWN if refused else state, remark)

    def note(self, state: LineState, remark: str) -> None:
        """An answer that comes after a person settled the line."""
        told = "：".join(filter(None, (_LATE[state], remark)))
        self.remark = f"{self.remark}；{told}"[:500]

    def settle(self, remark: str) -> None:
        """Closed by hand, where it was rejected or nobody has answered."""
        if self.state not in (LineState.REJECTED, *AWAITED):
            raise IllegalState.move("了结明细", "settle a line", "已关闭", str(self.state))
        self.close(LineState.SETTLED, remark)

    def take_back(self) -> None:
        """Asks for the asset back; one the warehouse did not want is back already."""
        if self.state is LineState.AWAITING_INTAKE:
            self.state = LineState.WITHDRAWING
        elif self.state is LineState.REJECTED:
            self.close(LineState.WITHDRAWN, self.remark)

    def close(self, state: LineState, remark: str = "") -> None:
        self.state = state
        self.remark = remark
        self.answer_due_at = None
