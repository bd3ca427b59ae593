"""Revitalisation (盘活): the plan for one idle property (一房一策), and what came of it.

draft ⇄ submitted → approved → done
  │         │ └→ rejected │
  └─────────┴─────────────┴→ abandoned
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.approvals.document import Asked
from chassis.errors import IllegalState
from chassis.storage import Aggregate, Base, Belongs, Money, Within, words
from chassis.storage.columns import new_id
from housing.properties.model import UseState


class RevitalisationState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    DONE = "done"
    ABANDONED = "abandoned"
    REJECTED = "rejected"


class RevitalisationWay(StrEnum):
    REALLOCATE = "reallocate"
    SWAP = "swap"
    LET = "let"
    INJECT = "inject"
    CONVERT = "convert"
    SELL = "sell"
    HAND_OVER = "hand_over"


STATE_NAMES = {
    RevitalisationState.DRAFT: "草稿",
    RevitalisationState.SUBMITTED: "已提交",
    RevitalisationState.APPROVED: "已批准",
    RevitalisationState.DONE: "已完成",
    RevitalisationState.ABANDONED: "已放弃",
    RevitalisationState.REJECTED: "已驳回",
}
RUNNING = (
    RevitalisationState.DRAFT,
    RevitalisationState.SUBMITTED,
    RevitalisationState.APPROVED,
)
USED_AS = {
    RevitalisationWay.REALLOCATE: UseState.IN_USE,
    RevitalisationWay.SWAP: UseState.IN_USE,
    RevitalisationWay.CONVERT: UseState.IN_USE,
    RevitalisationWay.HAND_OVER: UseState.IN_USE,
    RevitalisationWay.LET: UseState.LET,
}
"""What the property is once a plan is done; by the other ways only a disposal changes it."""
_IS_RUNNING = text("state IN ('draft', 'submitted', 'approved')")


class RevitalisationAction(Base):
    """Something that was done by a plan, and what it brought and cost."""

    __tablename__ = "revitalisation_actions"
    scoped = Within("revitalisations", "revitalisation_id")

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    revitalisation_id: Mapped[str] = mapped_column(ForeignKey("revitalisations.id"))
    position: Mapped[int] = mapped_column(Integer)
    way: Mapped[RevitalisationWay] = mapped_column(words(RevitalisationWay))
    done_on: Mapped[date] = mapped_column(Date)
    gross_fen: Mapped[int] = mapped_column(Money)
    tax_fen: Mapped[int] = mapped_column(Money)
    cost_fen: Mapped[int] = mapped_column(Money)
    note: Mapped[str] = mapped_column(String(500))
    recorded_by: Mapped[str] = mapped_column(String(200))

    __table_args__ = (
        Index("ix_revitalisation_actions_done_on", "done_on"),
        Index("ix_revitalisation_actions_revitalisation_id", "revitalisation_id"),
    )


class Revitalisation(Asked[RevitalisationState], Aggregate, Base):
    """The unit that holds the property stands under the name it had then."""

    __tablename__ = "revitalisations"
    scoped = Belongs()
    state_names = STATE_NAMES

    code: Mapped[str] = mapped_column(String(40), unique=True)
    state: Mapped[RevitalisationState] = mapped_column(words(RevitalisationState))
    property_id: Mapped[str] = mapped_column(ForeignKey("properties.id"))
    way: Mapped[RevitalisationWay] = mapped_column(words(RevitalisationWay))
    target_on: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(String(500))
    ended_on: Mapped[date | None] = mapped_column(Date)
    ending_note: Mapped[str] = mapped_column(String(500), default="")
    actions: Mapped[list[RevitalisationAction]] = relationship(
        order_by=RevitalisationAction.position, lazy="selectin"
    )

    __table_args__ = (
        # One plan at a time for a property (一房一策).
        Index(
            "uq_revitalisations_running_property",
            "property_id",
            unique=True,
            postgresql_where=_IS_RUNNING,
            sqlite_where=_IS_RUNNING,
        ),
        Index("ix_revitalisations_property_id", "property_id"),
        Index("ix_revitalisations_region_code", "region_code"),
        Index("ix_revitalisations_state_code", "state", "code"),
        Index("ix_revitalisations_unit_id", "unit_id"),
    )

    def correct(self, by: str, way: str, target_on: date, reason: str) -> None:
        """A draft says something else from now on."""
        self.require("修改", "change", RevitalisationState.DRAFT)
        self._written_by(by)
        self.touch()
        self.way, self.target_on, self.reason = RevitalisationWay(way), target_on, reason

    def submit(self) -> None:
        self.require("提交", "submit", RevitalisationState.DRAFT)
        self.state = RevitalisationState.SUBMITTED

    def take_back(self, by: str = "", at: datetime | None = None, note: str = "") -> None:
        """Returned for correction, or recalled: a draft again."""
        self.require("退回", "return", RevitalisationState.SUBMITTED)
        self.state = RevitalisationState.DRAFT
        self._decide(by, at, note)

    def reject(self, by: str, at: datetime, note: str) -> None:
        self.require("驳回", "reject", RevitalisationState.SUBMITTED)
        self.state = RevitalisationState.REJECTED
        self._decide(by, at, note)

    def approve(self, by: str, at: datetime, note: str) -> None:
        self.require("批准", "approve", RevitalisationState.SUBMITTED)
        self.state = RevitalisationState.APPROVED
        self._decide(by, at, note)

    def record(self, by: str, done_on: date, way: str, note: str, **amounts: int) -> None:
        """Something was done; amounts are gross_fen, tax_fen and cost_fen."""
        self.require("登记盘活行动", "record an action", RevitalisationState.APPROVED)
        self.touch()
        action = RevitalisationAction(
            id=new_id(),
            position=len(self.actions) + 1,
            way=RevitalisationWay(way),
            done_on=done_on,
            note=note,
            recorded_by=by,
            **amounts,
        )
        self.actions.append(action)

    def finish(self, day: date) -> UseState | None:
        """What the property is from now on; None where that is for a disposal to say."""
        self.require("办结", "finish", RevitalisationState.APPROVED)
        if not self.actions:
            raise IllegalState(
                "NO_ACTION", "尚未登记任何盘活行动，不能办结", "nothing was done by this plan yet"
            )
        used_as = USED_AS.get(self.way)
        note = "须另行办理资产处置，房产使用状态不变" if used_as is None else "已盘活"
        self._end(RevitalisationState.DONE, day, note)
        return used_as

    def abandon(self, day: date, reason: str) -> None:
        self.require("放弃", "abandon", *RUNNING)
        self._end(RevitalisationState.ABANDONED, day, reason)

    def _end(self, state: RevitalisationState, day: date, note: str) -> None:
        self.state, self.ended_on, self.ending_note = state, day, note
