"""What approvals do when the directory tells of a year's workdays."""

from __future__ import annotations

from sqlalchemy import select

from chassis.approvals.consent import due_by
from chassis.approvals.model import ApprovalStep, StepState
from chassis.storage import UnitOfWork


def set_open_deadlines(uow: UnitOfWork) -> None:
    """Gives a due time to steps that were opened before their year was published."""
    due = due_by(uow)
    unknown = select(ApprovalStep).where(
        ApprovalStep.state == StepState.OPEN,
        ApprovalStep.due_at.is_(None),
        ApprovalStep.workdays > 0,
    )
    for step in uow.all(unknown):
        step.due_at = due(step.opened_at, step.workdays)
