"""What may be done with transfers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, bindparam, or_, select

from chassis.approvals.consent import consent, turn_down, withdraw
from chassis.approvals.model import Approval, ApprovalState
from chassis.errors import InvalidInput
from chassis.storage import Reader, UnitOfWork, lies_in
from chassis.storage.unit_of_work import require_seen
from chassis.usecases import Step, command, query
from chassis.wire import Values
from warehouse.items.movements import Cause
from warehouse.stores.owners import callers_unit, owner_now
from warehouse.transfers import asking, facts, flow
from warehouse.transfers.lines import IN_CUSTODY, LineState, TransferLine
from warehouse.transfers.model import UNDER_WAY, Transfer, TransferState, need_in
from warehouse.transfers.schemas import (
    AskSchema,
    HandOverSchema,
    ListCustodyLinesSchema,
    ListTransfersSchema,
    ReceiveSchema,
)

_TRANSFERS = Transfer.__table__
_LINES = TransferLine.__table__


@command(AskSchema())
def create_transfer(uow: UnitOfWork, request: Values) -> Transfer:
    unit = callers_unit(uow)
    items = flow.chosen(uow, request, unit["region_code"], unit["unit_id"])
    asked = {"reason": request.reason, "to_place": request.to_place, "need": request.need}
    return asking.draft(uow, unit, items, **asked)


@command(AskSchema())
def update_transfer(uow: UnitOfWork, request: Values) -> Transfer:
    found = _get(uow, request)
    found.correct(uow.principal.subject)
    items = flow.chosen(uow, request, found.region_code, found.unit_id)
    found.says(request.reason, request.to_place, request.need or {}, items)
    return found


@command()
def submit_transfer(uow: UnitOfWork, request: Values) -> Transfer:
    found = _get(uow, request)
    asking.submit(uow, found)
    return found


@consent(asking.KIND, "公物仓调剂", default=(Step("bureau_head"),))
def on_transfer_decided(uow: UnitOfWork, approval: Approval) -> None:
    found = uow.get(Transfer, approval.document_id, "document_id", lock=True)
    if approval.state is ApprovalState.APPROVED:
        by, note = approval.last_word()
        found.require_submitted()
        flow.reserve(uow, found)
        found.approve(by, uow.now, note)
        if found.state in UNDER_WAY:
            flow.set_deadline(uow, found, "hand_over")
    else:
        turn_down(uow, approval, found)
    if approval.state in (ApprovalState.APPROVED, ApprovalState.REJECTED):
        uow.flush()
        facts.publish_decision(uow, found)


@command()
def withdraw_transfer(uow: UnitOfWork, request: Values) -> Transfer:
    found = withdraw(uow, Transfer, request.transfer_id, "transfer_id", request.etag)
    freed = found.withdraw()
    flow.release(uow, found, freed)
    if found.state is TransferState.IN_TRANSIT:
        flow.set_deadline(uow, found, "receive")
    uow.flush()
    facts.publish_withdrawal(uow, found, freed)
    return found


@command(HandOverSchema())
def hand_over_transfer(uow: UnitOfWork, request: Values) -> Transfer | dict[str, Any]:
    """The caller answers for the items, whoever asked for them."""
    own = uow.principal
    with uow.unrestricted():
        found = uow.get(Transfer, request.transfer_id, "transfer_id", lock=True)
    lines = flow.handed_over_by_caller(uow, found, request.line_ids)
    require_seen(found, request.etag)
    with uow.unrestricted():
        cause = Cause.of(uow, found)
        found.hand_over(lines, own.subject, uow.now)
        for _, item in flow.items_of(uow, lines):
            uow.add(item.hand_over(cause))
        if found.state is TransferState.IN_TRANSIT:
            flow.set_deadline(uow, found, "receive")
    return flow.told_to_caller(uow, found)


@command(ReceiveSchema())
def receive_transfer(uow: UnitOfWork, request: Values) -> Transfer:
    found = _get(uow, request)
    refusals = {each["line_id"]: each for each in request.refusals}
    refused = [found.line(each, f"refusals.{n}.line_id") for n, each in enumerate(refusals)]
    received = _received(found, request.line_ids, refused)
    by, cause = uow.principal.subject, Cause.of(uow, found)
    owner = owner_now(uow, found) if received else None
    for line in refused:
        told = refusals[line.id]
        found.refuse(line, by, uow.now, told["reason"], told["remark"])
    if received or not refused:
        found.receive(received, by, uow.now)
    with uow.unrestricted():  # until now they were another unit's
        for line, item in flow.items_of(uow, [*received, *refused]):
            took = owner if line.state is LineState.RECEIVED else None
            uow.add(item.receive(found.to_place, took, cause) if took else item.refuse(cause))
    facts.publish_receipt(uow, found, received, refused)
    return found


_BY_ID = select(_TRANSFERS).where(_TRANSFERS.c.id == bindparam("transfer_id"))


@query()
def get_transfer(reader: Reader, request: Values) -> Any:
    row = reader.row(_BY_ID, {"transfer_id": request.transfer_id}, "transfer_id")
    return _with_lines(reader, [row])[0]


@query(ListTransfersSchema())
def list_transfers(reader: Reader, request: Values) -> dict[str, Any]:
    statement = select(_TRANSFERS)
    for name in ("state", "unit_id"):
        if request[name]:
            statement = statement.where(_TRANSFERS.c[name] == request[name])
    if request.item_id:
        of_item = select(_LINES.c.transfer_id).where(_LINES.c.item_id == request.item_id)
        statement = statement.where(_TRANSFERS.c.id.in_(of_item))
    if request.overdue:
        late = and_(_TRANSFERS.c.state.in_(UNDER_WAY), _TRANSFERS.c.due_at <= reader.now)
        statement = statement.where(late)
    rows, token = reader.page(statement, [_TRANSFERS.c.code], request)
    return {"transfers": _with_lines(reader, rows), "next_page_token": token}


@query(ListCustodyLinesSchema())
def list_custody_lines(reader: Reader, request: Values) -> dict[str, Any]:
    """Shown to the unit that gives as to the unit that gets."""
    scope = reader.principal.scope
    given = lies_in(scope, _LINES.c.from_region_code, _LINES.c.from_unit_id)
    got = lies_in(scope, _TRANSFERS.c.region_code, _TRANSFERS.c.unit_id)
    to = ("code", "unit_id", "unit_name", "to_place")
    statement = (
        select(_LINES, *(_TRANSFERS.c[name].label(f"of_{name}") for name in to))
        .join_from(_LINES, _TRANSFERS, _LINES.c.transfer_id == _TRANSFERS.c.id)
        .where(or_(given, got), _LINES.c.state.in_(IN_CUSTODY))
    )
    for name in ("state", "transfer_id", "from_unit_id"):
        if request[name]:
            statement = statement.where(_LINES.c[name] == request[name])
    rows, token = reader.unrestricted().page(statement, [_LINES.c.id], request)
    return {"lines": [_custody(each) for each in rows], "next_page_token": token}


def _get(uow: UnitOfWork, request: Values) -> Transfer:
    return uow.get(Transfer, request.transfer_id, "transfer_id", request.etag, lock=True)


def _received(
    found: Transfer, line_ids: list[str], refused: list[TransferLine]
) -> list[TransferLine]:
    """The lines that are received: those named, or all in transit that are not refused."""
    if not line_ids:
        in_transit = (each for each in found.lines if each.state is LineState.IN_TRANSIT)
        return [each for each in in_transit if each not in refused]
    lines = [found.line(each, f"line_ids.{n}") for n, each in enumerate(line_ids)]
    for n, each in enumerate(lines):
        if each in refused:
            field, zh = f"line_ids.{n}", "同一明细不能既签收又拒收"
            raise InvalidInput.field(field, "DUPLICATE", zh, "received and refused at once")
    return lines


def _with_lines(reader: Reader, transfers: Any) -> list[dict[str, Any]]:
    """Transfers with their lines, in one more statement however many there are."""
    ids = [each.id for each in transfers]
    lines = reader.rows(
        select(_LINES).where(_LINES.c.transfer_id.in_(ids)).order_by(_LINES.c.position)
    )
    found = {each.id: {**each._mapping, "lines": []} for each in transfers}
    for row in found.values():
        said = {name.removeprefix("need_"): row[name] for name in row if name.startswith("need_")}
        row["need"] = need_in(said)
    for line in lines:
        found[line.transfer_id]["lines"].append(line)
    return list(found.values())


def _custody(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "line": row,
        "transfer_id": row.transfer_id,
        "transfer_code": row.of_code,
        "to_unit_id": row.of_unit_id,
        "to_unit_name": row.of_unit_name,
        "to_place": row.of_to_place,
    }
