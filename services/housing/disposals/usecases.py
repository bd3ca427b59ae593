"""What may be done with disposals."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, bindparam, select

from chassis.approvals.consent import ask, consent, turn_down, withdraw
from chassis.approvals.model import Approval, ApprovalState
from chassis.assets import FIELDS
from chassis.days import day_of
from chassis.errors import AlreadyExists, IllegalState, InvalidInput
from chassis.spans import not_ahead
from chassis.storage import Reader, UnitOfWork, within
from chassis.usecases import Step, command, query
from chassis.wire import Values
from housing.disposals import rules
from housing.disposals.facts import publish_approval, publish_completion, publish_withdrawal
from housing.disposals.lines import AWAITED, RELEASED, DisposalLine
from housing.disposals.model import RUNNING, Disposal, DisposalState
from housing.disposals.norms import LEAST_SHARE
from housing.disposals.schemas import (
    AppraisalSchema,
    CompletionSchema,
    CreateDisposalSchema,
    ListDisposalsSchema,
    SettlementSchema,
    UpdateDisposalSchema,
    WithdrawalSchema,
)
from housing.leases.lettings import given_from
from housing.properties.facts import publish_change
from housing.properties.model import Property, UseState
from housing.rooms.moves import close_rooms, require_unused

KIND = "housing.disposal"
_DISPOSALS = Disposal.__table__
_LINES = DisposalLine.__table__


@command(CreateDisposalSchema())
def create_disposal(uow: UnitOfWork, request: Values) -> Disposal:
    id = request.property_id
    building = uow.get(Property, id, "property_id") if id else None
    created = Disposal(
        code=uow.next_numbers("CZ")[0],
        state=DisposalState.DRAFT,
        property_id=request.property_id or None,
        reason=request.reason,
        requested_by=uow.principal.subject,
        **(building.holder() if building is not None else uow.own_unit()),
    )
    for asset in request.assets:
        created.add_line(**_asset(asset))
    uow.add(created)
    return created


@command(UpdateDisposalSchema())
def update_disposal(uow: UnitOfWork, request: Values) -> Disposal:
    found = _get(uow, request)
    if not request.assets and not found.property_id:
        raise InvalidInput.field(
            "assets", "REQUIRED", "房产与资产清单至少填一项", "a property or assets"
        )
    found.correct(uow.principal.subject, request.reason, [_asset(each) for each in request.assets])
    return found.as_of(uow.now)


@command(AppraisalSchema())
def appraise_disposal(uow: UnitOfWork, request: Values) -> Disposal:
    found = _get(uow, request)
    day = not_ahead(request.appraised_on, uow.now, "appraised_on")
    found.appraise(uow.principal.subject, request.appraised_value_fen, day, request.appraiser)
    return found.as_of(uow.now)


@command()
def submit_disposal(uow: UnitOfWork, request: Values) -> Disposal:
    found = _get(uow, request)
    found.submit()
    building = _building(uow, found)
    if building is not None:
        _require_empty(uow, building)
        found.belong_to(**building.holder())
    asked = ask(uow, KIND, found, title=found.reason, amount_fen=_worth(found, building))
    found.approval_id = asked.id
    return found.as_of(uow.now)


@consent(KIND, "资产处置", default=(Step("unit_head"),))
def on_disposal_decided(uow: UnitOfWork, approval: Approval) -> None:
    found = uow.get(Disposal, approval.document_id, "document_id", lock=True)
    if approval.state is ApprovalState.APPROVED:
        building = _building(uow, found)
        _require_as_asked(found, building, approval)
        by, note = approval.last_word()
        found.approve(by, uow.now, note)
        _release(uow, found, building)
    else:
        turn_down(uow, approval, found)


@command(WithdrawalSchema())
def withdraw_disposal(uow: UnitOfWork, request: Values) -> Disposal:
    found = withdraw(uow, Disposal, request.disposal_id, "disposal_id", request.etag)
    was_approved = found.state in RUNNING
    found.withdraw(uow.principal.subject, uow.now, request.reason)
    if was_approved:
        _keep_building(uow, found)
        publish_withdrawal(uow, found)
    return found.as_of(uow.now)


@command(SettlementSchema())
def settle_disposal_line(uow: UnitOfWork, request: Values) -> Disposal:
    found = _get(uow, request)
    found.settle_line(request.line_id, request.remark)
    return found.as_of(uow.now)


@command(CompletionSchema())
def complete_disposal(uow: UnitOfWork, request: Values) -> Disposal:
    found = _get(uow, request)
    found.complete(request.income_fen, least_share(uow, found), request.shortfall_reason)
    if found.leaving_property_id:
        building = uow.get(Property, found.leaving_property_id, "property_id", lock=True)
        building.end_disposal()
        close_rooms(uow, building.id, day_of(uow.now))
        publish_change(uow, building)
    publish_completion(uow, found)
    return found.as_of(uow.now)


def least_share(uow: UnitOfWork, disposal: Disposal) -> Decimal | None:
    """The least share of the appraised value that the income must reach (0.9 is 90 %): the
    norm in force today in the disposal's region; None if there is none."""
    share = LEAST_SHARE.in_force(uow, disposal.region_code, day_of(uow.now)).get()
    return share / 100 if share is not None else None


_BY_ID = select(_DISPOSALS).where(_DISPOSALS.c.id == bindparam("disposal_id"))


@query()
def get_disposal(reader: Reader, request: Values) -> Any:
    row = reader.row(_BY_ID, {"disposal_id": request.disposal_id}, "disposal_id")
    return _with_lines(reader, [row])[0]


@query(ListDisposalsSchema())
def list_disposals(reader: Reader, request: Values) -> dict[str, Any]:
    statement = within(select(_DISPOSALS), _DISPOSALS.c.region_code, request.region_code)
    for name in ("state", "unit_id", "property_id"):
        if request[name]:
            statement = statement.where(_DISPOSALS.c[name] == request[name])
    if request.overdue:
        statement = statement.where(_DISPOSALS.c.id.in_(_with_overdue_lines(reader)))
    rows, token = reader.page(statement, [_DISPOSALS.c.code], request)
    return {"disposals": _with_lines(reader, rows), "next_page_token": token}


def _get(uow: UnitOfWork, request: Values) -> Disposal:
    return uow.get(Disposal, request.disposal_id, "disposal_id", request.etag, lock=True)


def _with_overdue_lines(reader: Reader) -> Select[Any]:
    return select(_LINES.c.disposal_id).where(
        _LINES.c.state.in_(AWAITED), _LINES.c.answer_due_at < reader.now
    )


def _with_lines(reader: Reader, disposals: Any) -> list[dict[str, Any]]:
    """Disposals with their lines, in one more statement however many there are."""
    ids = [each.id for each in disposals]
    lines = reader.rows(
        select(_LINES).where(_LINES.c.disposal_id.in_(ids)).order_by(_LINES.c.position)
    )
    found = {each.id: {**each._mapping, "lines": []} for each in disposals}
    for line in lines:
        overdue = rules.is_overdue(line.answer_due_at, reader.now)
        found[line.disposal_id]["lines"].append({**line._mapping, "overdue": overdue})
    return list(found.values())


def _release(uow: UnitOfWork, found: Disposal, building: Property | None) -> None:
    """What is approved leaves: the building is under disposal, and the rest is told of."""
    _refuse_released_elsewhere(uow, found)
    if building is not None:
        _require_empty(uow, building)
        found.use_state_before = building.begin_disposal()
        publish_change(uow, building)
    publish_approval(uow, found)


def _require_empty(uow: UnitOfWork, building: Property) -> None:
    """Nobody must be left in it: no lessee, no unit."""
    if given_from(uow, [building.id], day_of(uow.now)):
        raise IllegalState(
            "LEASE_RUNNING", "该房产尚在出租或出借", "the property is still let or lent"
        )
    require_unused(uow, building.id)


def _keep_building(uow: UnitOfWork, found: Disposal) -> None:
    """The building is used as before; disposals approved by earlier releases do not know how."""
    building = _building(uow, found)
    if building is not None:
        building.undo_disposal(found.use_state_before or UseState.IN_USE)
        publish_change(uow, building)


def _refuse_released_elsewhere(uow: UnitOfWork, disposal: Disposal) -> None:
    """An asset leaves once: no other disposal may have released it."""
    released = uow.taken(
        DisposalLine.asset_code,
        [line.asset_code for line in disposal.lines],
        DisposalLine.state.in_(RELEASED),
        DisposalLine.disposal_id != disposal.id,
    )
    if released:
        code = min(released)
        zh = f"资产 {code} 已在另一处置单中移交"
        en = f"asset {code} was released by another disposal"
        raise AlreadyExists.key("assets", "ASSET_ALREADY_RELEASED", zh, en)


def _worth(disposal: Disposal, building: Property | None) -> int:
    """The amount consent is asked for, in fen: original value of the assets and book value
    of the building, or the appraised value where that is higher. So nobody gets round those
    who consent to large amounts by figures that are out of date."""
    booked = sum(line.original_value_fen for line in disposal.lines)
    booked += building.book_value_fen if building is not None else 0
    return max(booked, disposal.appraised_value_fen)


def _building(uow: UnitOfWork, disposal: Disposal) -> Property | None:
    """Held until the end, lest anybody lets it or moves in meanwhile."""
    if not disposal.property_id:
        return None
    return uow.get(Property, disposal.property_id, "property_id", lock=True)


def _require_as_asked(disposal: Disposal, building: Property | None, approval: Approval) -> None:
    """What was consented to is what leaves: the same holder, the same worth."""
    same_unit = building is None or building.unit_id == disposal.unit_id
    if not same_unit or _worth(disposal, building) != approval.amount_fen:
        raise IllegalState(
            "CHANGED_SINCE_ASKED",
            "房产的使用单位或价值在提请后已变更，请退回后重新提请",
            "the property's unit or value changed since consent was asked for; return it",
        )


def _asset(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in FIELDS}
