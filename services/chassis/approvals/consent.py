"""How a document asks for consent, and learns of the outcome.

    @consent("housing.disposal", "资产处置", default=(Step("unit_head"),))
    def on_disposal_decided(uow, approval): ...

marks, in a noun's `usecases`, the function that is called in the transaction of the
last decision. `ask` begins; `withdraw` fetches a document to end both; `turn_down` follows
where there was no consent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any, Protocol, TypeVar

from sqlalchemy import or_, select

from chassis.approvals.authors import lines_of
from chassis.approvals.model import Approval, ApprovalState
from chassis.approvals.rule import ApprovalRule
from chassis.copies.calendar import Calendar
from chassis.days import day_of, start_of
from chassis.errors import IllegalState
from chassis.regions import region_prefix
from chassis.spans import covers
from chassis.storage import Aggregate, UnitOfWork
from chassis.usecases import Consent, Step, mark

F = TypeVar("F", bound=Callable[[Any, Any], None])
D = TypeVar("D", bound=Aggregate)


class Document(Protocol):
    """What consent is asked for: it has a code and belongs to a unit."""

    id: str
    code: str
    region_code: str
    unit_id: str
    unit_name: str

    def authors(self) -> Sequence[str]:
        """All who wrote it."""


class Returning(Protocol):
    """A document that can be rejected, and taken back: returned by somebody, or recalled."""

    def reject(self, by: str, at: datetime, note: str) -> None: ...
    def take_back(self, by: str = "", at: datetime | None = None, note: str = "") -> None: ...


def consent(kind: str, label: str, default: Sequence[Step]) -> Callable[[F], F]:
    """Marks `function(uow, approval)` as what follows a decided approval of this kind.

    `default` are the steps where no rule is in force: no document goes without consent.
    """

    if not default:
        raise ValueError(f"{kind}: a document without any step would go without consent")

    def decorate(function: F) -> F:
        return mark(function, Consent(function.__name__, kind, label, tuple(default), function))

    return decorate


def ask(uow: UnitOfWork, kind: str, of: Document, *, title: str, amount_fen: int) -> Approval:
    """Asks for consent to a document. The unit must be known, and so must the asker."""
    asked = Approval(
        service=kind.partition(".")[0],
        kind=kind,
        document_id=of.id,
        document_code=of.code,
        title=title,
        amount_fen=amount_fen,
        state=ApprovalState.PENDING,
        requested_by=uow.principal.subject,
        requested_by_name=uow.principal.name,
        applicants=lines_of([uow.principal.subject, *of.authors()]),
        region_code=of.region_code,
        unit_id=of.unit_id,
        unit_name=of.unit_name,
    )
    for step in _steps(uow, kind, of.region_code, amount_fen):
        asked.add_step(step.turn, step.role, step.escalation_role, step.workdays)
    asked.open_next(uow.now, due_by(uow))
    uow.add(asked)
    return asked


def withdraw(uow: UnitOfWork, kind: type[D], id: str, field: str, etag: str = "") -> D:
    """The document that is to be withdrawn, held until the end: nobody need decide any more.

    Finds and refuses as `UnitOfWork.get` does. The approval is held before its document, as
    who decides does: in the other order the two would wait for one another.
    """
    pending = select(Approval).where(
        Approval.document_id == id, Approval.state == ApprovalState.PENDING
    )
    asked = uow.find(pending.with_for_update())
    found = uow.get(kind, id, field, etag, lock=True)
    asked = asked or uow.find(pending)  # consent may have been asked for meanwhile
    if asked is not None:
        asked.withdraw(uow.principal.subject)
    return found


def turn_down(uow: UnitOfWork, approval: Approval, document: Returning) -> None:
    """The document follows a request that ended without consent."""
    by, note = approval.last_word()
    match approval.state:
        case ApprovalState.REJECTED:
            document.reject(by, uow.now, note)
        case ApprovalState.RETURNED:
            document.take_back(by, uow.now, note)
        case ApprovalState.RECALLED:
            document.take_back()
        case _:
            raise AssertionError(f"{approval.state}: this request did not end without consent")


def due_by(uow: UnitOfWork) -> Callable[[datetime, int], datetime | None]:
    """End of the workday so many workdays later; None while that year is not published."""

    def due(begun: datetime, workdays: int) -> datetime | None:
        try:
            last = Calendar(uow).after(day_of(begun), workdays)
        except IllegalState:
            return None
        return start_of(last + timedelta(days=1))

    return due


def _steps(uow: UnitOfWork, kind: str, region_code: str, amount_fen: int) -> Sequence[Step]:
    assert uow.context.service is not None
    rules = uow.all(_in_force(kind, day_of(uow.now), amount_fen))
    near = [each for each in rules if region_code.startswith(region_prefix(each.region_code))]
    if not near:
        return uow.context.service.consents[kind].default
    rule = max(near, key=lambda each: (len(region_prefix(each.region_code)), each.id))
    return [Step(**each) for each in rule.steps]


def _in_force(kind: str, day: date, amount_fen: int) -> Any:
    return select(ApprovalRule).where(
        ApprovalRule.kind == kind,
        covers(ApprovalRule.valid_from, ApprovalRule.valid_to, day),
        ApprovalRule.least_fen <= amount_fen,
        or_(ApprovalRule.below_fen == 0, ApprovalRule.below_fen > amount_fen),
    )


def as_data(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Steps as a rule keeps them."""
    return [asdict(each) for each in steps]
