"""What may be done with approvals, in every service."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, or_, select

from chassis.approvals.consent import due_by
from chassis.approvals.model import (
    Approval,
    ApprovalState,
    ApprovalStep,
    Decision,
    StepState,
)
from chassis.approvals.rule import ApprovalRule
from chassis.approvals.schemas import (
    DecideApprovalSchema,
    DefineApprovalRuleSchema,
    ListApprovalRulesSchema,
    ListMyPendingApprovalsSchema,
    PassOnApprovalSchema,
)
from chassis.copies.model import PersonCopy
from chassis.errors import InvalidInput, NotFound
from chassis.principal import ANY_ROLE, HeldRole, Principal
from chassis.storage import Reader, UnitOfWork
from chassis.storage.unit_of_work import require_seen
from chassis.usecases import command, query
from chassis.wire import Values

_APPROVALS = Approval.__table__
_STEPS = ApprovalStep.__table__
_RULES = ApprovalRule.__table__
_BY_ID = select(_APPROVALS).where(_APPROVALS.c.id == bindparam("approval_id"))
_STEP = ("turn", "role", "escalation_role", "workdays")
_GIVEN = ("kind", "region_code", "least_fen", "below_fen", "valid_from", "valid_to", "source")


@query(ListMyPendingApprovalsSchema())
def list_my_pending_approvals(reader: Reader, request: Values) -> dict[str, Any]:
    """Those with an open step the caller may decide, the longest waiting first."""
    mine = (
        select(_APPROVALS, _STEPS.c.opened_at)
        .join(_STEPS, _STEPS.c.approval_id == _APPROVALS.c.id)
        .where(
            _STEPS.c.state == StepState.OPEN,
            _undecided_by(reader.principal.subject),
            _is_for(reader),
        )
        .order_by(_STEPS.c.opened_at, _STEPS.c.id)
        .limit(request.page_size)
    )
    found = {row.id: row for row in reader.rows(mine)}
    return {"approvals": _with_steps(reader, list(found.values()))}


@query()
def get_approval(reader: Reader, request: Values) -> Any:
    row = reader.row(_BY_ID, {"approval_id": request.approval_id}, "approval_id")
    return _with_steps(reader, [row])[0]


@command(DecideApprovalSchema())
def decide_approval(uow: UnitOfWork, request: Values) -> Approval:
    found = uow.get(Approval, request.approval_id, "approval_id", lock=True)
    decision = Decision(request.decision)
    if found.repeats(decision, uow.principal.subject):
        return found.as_of(uow.now)
    require_seen(found, request.etag)
    found.decide(decision, uow.principal, uow.now, request.note, due_by(uow))
    _tell_document(uow, found)
    return found.as_of(uow.now)


@command(PassOnApprovalSchema())
def pass_on_approval(uow: UnitOfWork, request: Values) -> Approval:
    found = uow.get(Approval, request.approval_id, "approval_id", request.etag, lock=True)
    if not uow.taken(PersonCopy.subject, [request.holder], PersonCopy.valid_to == ""):
        raise NotFound.object("holder", request.holder)
    found.pass_on(uow.principal, uow.now, request.holder, request.note)
    return found.as_of(uow.now)


@command()
def recall_approval(uow: UnitOfWork, request: Values) -> Approval:
    found = uow.get(Approval, request.approval_id, "approval_id", request.etag, lock=True)
    found.recall(uow.principal.subject)
    _tell_document(uow, found)
    return found.as_of(uow.now)


@command(DefineApprovalRuleSchema())
def define_approval_rule(uow: UnitOfWork, request: Values) -> ApprovalRule:
    assert uow.context.service is not None
    known = uow.context.service.consents
    if request.kind not in known:
        told = "、".join(sorted(known)) or "无"
        raise InvalidInput.field(
            "kind", "UNKNOWN_KIND", f"可定义的事项：{told}", f"must be one of: {told}"
        )
    steps = [{name: each[name] for name in _STEP} for each in request.steps]
    created = ApprovalRule(**request.present(*_GIVEN), steps=steps)
    uow.add(created)
    return created


@query(ListApprovalRulesSchema())
def list_approval_rules(reader: Reader, request: Values) -> dict[str, Any]:
    statement = select(_RULES)
    if request.kind:
        statement = statement.where(_RULES.c.kind == request.kind)
    rows, token = reader.page(statement, [_RULES.c.id], request)
    return {"rules": rows, "next_page_token": token}


def _tell_document(uow: UnitOfWork, approval: Approval) -> None:
    """What follows for the document is the service's act, not the approver's."""
    if approval.state is ApprovalState.PENDING:
        return
    assert uow.context.service is not None
    with uow.unrestricted():
        uow.context.service.consents[approval.kind].function(uow, approval)


def _is_for(reader: Reader) -> ColumnElement[bool]:
    """Steps that were passed on to the caller, or whose role the caller holds there."""
    principal: Principal = reader.principal
    late = and_(_STEPS.c.due_at <= reader.now, _STEPS.c.escalation_role != "")
    by_role = [_held_there(each, late) for each in principal.roles]
    return or_(_STEPS.c.holder == principal.subject, *by_role)


def _held_there(held: HeldRole, late: ColumnElement[bool]) -> ColumnElement[bool]:
    there = _APPROVALS.c.region_code.startswith(held.realm.region, autoescape=True)
    if held.realm.units:
        there = and_(there, _APPROVALS.c.unit_id.in_(held.realm.units))
    if held.on_behalf_of:
        there = and_(there, _undecided_by(held.on_behalf_of))
    own, above = _STEPS.c.holder == "", late
    if held.role != ANY_ROLE:
        own = and_(own, _STEPS.c.role == held.role)
        above = and_(above, _STEPS.c.escalation_role == held.role)
    return and_(there, or_(own, above))


def _undecided_by(subject: str) -> ColumnElement[bool]:
    """Requests in which this subject had no hand, and of which they decided no step."""
    other = _STEPS.alias()
    decided = exists().where(
        other.c.approval_id == _APPROVALS.c.id,
        or_(other.c.decided_by == subject, other.c.on_behalf_of == subject),
    )
    applied = _APPROVALS.c.applicants.contains(f"\n{subject}\n", autoescape=True)
    return and_(~applied, ~decided)


def _with_steps(reader: Reader, approvals: list[Any]) -> list[dict[str, Any]]:
    """Approvals with their steps, in one more statement however many there are."""
    ids = [each.id for each in approvals]
    steps = reader.rows(
        select(_STEPS).where(_STEPS.c.approval_id.in_(ids)).order_by(_STEPS.c.position)
    )
    found: dict[str, dict[str, Any]] = {
        each.id: {**each._mapping, "steps": []} for each in approvals
    }
    for step in steps:
        late = step.state is StepState.OPEN and step.due_at is not None
        overdue = late and step.due_at <= reader.now
        found[step.approval_id]["steps"].append({**step._mapping, "overdue": overdue})
    return list(found.values())
