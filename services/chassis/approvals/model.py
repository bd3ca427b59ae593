"""Approval (审批): one request for consent, its steps, and who decides them.

pending → approved, rejected, returned (for correction) or recalled (by the requester)

Steps of one turn are open together; when all of them are approved the next turn
opens. One step that is not approved ends the whole.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.approvals.authors import MOST_CHARACTERS
from chassis.errors import PermissionDenied
from chassis.principal import Principal
from chassis.storage import Aggregate, Base, Belongs, Instant, Money, Stateful, Within, words
from chassis.storage.columns import new_id

Due = Callable[[datetime, int], datetime | None]
"""When something begun at an instant is due after so many workdays; None if not known yet."""


class ApprovalState(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    RETURNED = "returned"
    RECALLED = "recalled"


class StepState(StrEnum):
    WAITING = "waiting"
    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    RETURNED = "returned"
    CLOSED = "closed"


class Decision(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    RETURN = "return"


STATE_NAMES = {
    ApprovalState.PENDING: "审批中",
    ApprovalState.APPROVED: "已批准",
    ApprovalState.REJECTED: "已驳回",
    ApprovalState.RETURNED: "已退回修改",
    ApprovalState.RECALLED: "已撤回",
}
_ENDS = {
    Decision.APPROVE: (StepState.APPROVED, ApprovalState.APPROVED),
    Decision.REJECT: (StepState.REJECTED, ApprovalState.REJECTED),
    Decision.RETURN: (StepState.RETURNED, ApprovalState.RETURNED),
}
_IS_OPEN = text("state = 'open'")
_IS_PENDING = text("state = 'pending'")


class ApprovalStep(Base):
    """The consent of one person."""

    __tablename__ = "approval_steps"
    scoped = Within("approvals", "approval_id")

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    approval_id: Mapped[str] = mapped_column(ForeignKey("approvals.id"))
    position: Mapped[int] = mapped_column(Integer)
    turn: Mapped[int] = mapped_column(Integer)
    role: Mapped[str] = mapped_column(String(64))
    escalation_role: Mapped[str] = mapped_column(String(64))
    workdays: Mapped[int] = mapped_column(Integer)
    state: Mapped[StepState] = mapped_column(words(StepState))
    opened_at: Mapped[datetime | None] = mapped_column(Instant)
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    holder: Mapped[str] = mapped_column(String(200), default="")
    passed_by: Mapped[str] = mapped_column(String(200), default="")
    decided_by: Mapped[str] = mapped_column(String(200), default="")
    decided_by_name: Mapped[str] = mapped_column(String(100), default="")
    on_behalf_of: Mapped[str] = mapped_column(String(200), default="")
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    note: Mapped[str] = mapped_column(String(500), default="")

    __table_args__ = (
        Index("ix_approval_steps_approval_id", "approval_id"),
        Index(
            "ix_approval_steps_open",
            "opened_at",
            "id",
            postgresql_where=_IS_OPEN,
            sqlite_where=_IS_OPEN,
        ),
    )

    overdue = False
    """Whether the decision is late, as of `Approval.as_of`."""

    def is_overdue(self, now: datetime) -> bool:
        return self.state is StepState.OPEN and self.due_at is not None and self.due_at <= now

    def roles(self, now: datetime) -> list[str]:
        """Who may decide: once it is late, the role above as well."""
        late = self.is_overdue(now) and self.escalation_role
        return [self.role, self.escalation_role] if late else [self.role]


class Approval(Stateful[ApprovalState], Aggregate, Base):
    """The unit that asks stands under the name it had then.

    `applicants` are all who had a hand in what is asked for, a line each, with a line
    break at both ends: none of them decides.
    """

    __tablename__ = "approvals"
    scoped = Belongs()
    state_names = STATE_NAMES

    service: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(100))
    document_id: Mapped[str] = mapped_column(String(36))
    document_code: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(500))
    amount_fen: Mapped[int] = mapped_column(Money)
    state: Mapped[ApprovalState] = mapped_column(words(ApprovalState))
    requested_by: Mapped[str] = mapped_column(String(200))
    requested_by_name: Mapped[str] = mapped_column(String(100))
    applicants: Mapped[str] = mapped_column(String(MOST_CHARACTERS))
    region_code: Mapped[str] = mapped_column(String(12))
    unit_id: Mapped[str] = mapped_column(String(36))
    unit_name: Mapped[str] = mapped_column(String(200))
    steps: Mapped[list[ApprovalStep]] = relationship(
        order_by=ApprovalStep.position, lazy="selectin"
    )

    __table_args__ = (
        # A document is asked for once at a time.
        Index(
            "uq_approvals_pending_document",
            "document_id",
            unique=True,
            postgresql_where=_IS_PENDING,
            sqlite_where=_IS_PENDING,
        ),
    )

    def add_step(self, turn: int, role: str, escalation_role: str, workdays: int) -> None:
        self.steps.append(
            ApprovalStep(
                id=new_id(),
                position=len(self.steps) + 1,
                turn=turn,
                role=role,
                escalation_role=escalation_role,
                workdays=workdays,
                state=StepState.WAITING,
            )
        )

    def open_next(self, now: datetime, due: Due) -> None:
        """Opens the first turn that waits; approved if there is none."""
        waiting = [each for each in self.steps if each.state is StepState.WAITING]
        if not waiting:
            self.state = ApprovalState.APPROVED
            return
        turn = min(each.turn for each in waiting)
        for each in waiting:
            if each.turn == turn:
                each.state, each.opened_at = StepState.OPEN, now
                each.due_at = due(now, each.workdays) if each.workdays else None

    def repeats(self, decision: Decision, by: str) -> bool:
        """Whether this person decided just that before: a second click decides nothing."""
        state, _ = _ENDS[decision]
        return any(each.decided_by == by and each.state is state for each in self.steps)

    def decide(self, decision: Decision, by: Principal, now: datetime, note: str, due: Due) -> None:
        """Decides the step that is this person's."""
        self.require("审批", "decide", ApprovalState.PENDING)
        step, right = self._step_of(by, now)
        step.state, ended = _ENDS[decision]
        step.decided_by, step.decided_by_name = by.subject, by.name
        step.on_behalf_of, step.decided_at, step.note = right, now, note
        self.touch()
        if decision is not Decision.APPROVE:
            self._end(ended)
        elif not any(each.state is StepState.OPEN for each in self.steps):
            self.open_next(now, due)

    def pass_on(self, by: Principal, now: datetime, holder: str, note: str) -> None:
        """One other person decides this person's step."""
        self.require("转办", "pass on", ApprovalState.PENDING)
        step, right = self._step_of(by, now)
        if holder == by.subject or self._applied(holder) or self._has_decided(holder):
            raise PermissionDenied(
                "NOT_INDEPENDENT",
                "不能转给申请人、本人或已审批过的人",
                "neither the requester, nor oneself, nor who has decided already",
            )
        step.holder, step.passed_by, step.note = holder, right or by.subject, note
        self.touch()

    def recall(self, by: str) -> None:
        self.require("撤回", "recall", ApprovalState.PENDING)
        if by != self.requested_by:
            raise PermissionDenied("NOT_YOURS", "只有申请人可以撤回", "only the requester may")
        self.withdraw(by)

    def withdraw(self, by: str) -> None:
        """Ends undecided, together with its document."""
        if not self._applied(by):
            raise PermissionDenied("NOT_YOURS", "只有申请人可以撤回", "only the requester may")
        self.touch()
        self._end(ApprovalState.RECALLED)

    def last_word(self) -> tuple[str, str]:
        """Who decided last, and what they noted; empty before anybody has."""
        decided = [(each.decided_at, each) for each in self.steps if each.decided_at is not None]
        if not decided:
            return "", ""
        _, last = max(decided, key=lambda each: (each[0], each[1].position))
        return last.decided_by, last.note

    def as_of(self, now: datetime) -> Approval:
        """Itself, with each step knowing whether it is overdue."""
        for each in self.steps:
            each.overdue = each.is_overdue(now)
        return self

    def _step_of(self, by: Principal, now: datetime) -> tuple[ApprovalStep, str]:
        """The open step this person may decide, and in whose place (empty: their own)."""
        if self._applied(by.subject):
            raise _own_request()
        if self._has_decided(by.subject):
            raise PermissionDenied(
                "DECIDED_ALREADY", "您已审批过此事项", "one person decides one step of a request"
            )
        rights = []
        for step in self.steps:
            if step.state is StepState.OPEN:
                rights += [(step, right) for right in self._rights(step, by, now)]
        independent = [each for each in rights if self._is_independent(each[1])]
        if independent:
            return independent[0]
        if rights:
            raise _own_request()
        raise PermissionDenied("NOT_YOUR_STEP", "此事项目前不由您审批", "no open step is yours")

    def _rights(self, step: ApprovalStep, by: Principal, now: datetime) -> list[str]:
        if step.holder == by.subject:
            return [step.passed_by]
        roles = step.roles(now)
        return [
            held.on_behalf_of
            for role in (roles[1:] if step.holder else roles)
            for held in by.holding(role, self.region_code, self.unit_id)
        ]

    def _is_independent(self, right: str) -> bool:
        """Nobody's right consents to their own request, nor twice to one."""
        return not right or not (self._applied(right) or self._has_decided(right))

    def _applied(self, subject: str) -> bool:
        return f"\n{subject}\n" in self.applicants

    def _has_decided(self, subject: str) -> bool:
        decided = (each for each in self.steps if each.decided_by)
        return any(subject in (each.decided_by, each.on_behalf_of) for each in decided)

    def _end(self, state: ApprovalState) -> None:
        self.state = state
        for each in self.steps:
            if each.state in (StepState.WAITING, StepState.OPEN):
                each.state = StepState.CLOSED


def _own_request() -> PermissionDenied:
    return PermissionDenied(
        "OWN_REQUEST", "不能审批自己的申请", "nobody consents to their own request"
    )
