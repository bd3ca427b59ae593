"""What may be done with intakes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select

from chassis.assets import FIELDS
from chassis.errors import IllegalState
from chassis.storage import Reader, UnitOfWork
from chassis.usecases import command, query
from chassis.wire import Values, to_message
from guanjia.asset.v1 import asset_pb2
from guanjia.warehouse.v1 import events_pb2
from warehouse.intakes.model import Intake, IntakeState, RejectionReason, obstacle
from warehouse.intakes.schemas import (
    AcceptIntakeSchema,
    ListIntakesSchema,
    OfferAssetSchema,
    RejectIntakeSchema,
)
from warehouse.items.model import Item, ItemState
from warehouse.stores.model import Store

_TABLE = Intake.__table__
_BY_ID = select(_TABLE).where(_TABLE.c.id == bindparam("intake_id"))
_OBSTACLES = {
    RejectionReason.STILL_ON_LOAN: ("ASSET_ON_LOAN", "资产仍在借出，不能入仓", "still on loan"),
    RejectionReason.ALREADY_HELD: ("ASSET_ALREADY_HELD", "资产已在仓内", "already in the store"),
}


@command(OfferAssetSchema())
def offer_asset(uow: UnitOfWork, request: Values) -> Intake:
    asset = request.asset
    _refuse_obstacle(held_item(uow, asset["asset_code"]))
    code = uow.next_numbers("RK")[0]
    created = draft(code, asset, service="warehouse", document_code=code, **uow.own_unit())
    created.document_id = created.line_id = created.id
    uow.add(created)
    return created


@query()
def get_intake(reader: Reader, request: Values) -> Any:
    return reader.row(_BY_ID, {"intake_id": request.intake_id}, "intake_id")


@query(ListIntakesSchema())
def list_intakes(reader: Reader, request: Values) -> dict[str, Any]:
    statement = select(_TABLE)
    if request.state:
        statement = statement.where(_TABLE.c.state == request.state)
    if request.document_id:
        statement = statement.where(_TABLE.c.document_id == request.document_id)
    rows, token = reader.page(statement, [_TABLE.c.code], request)
    return {"intakes": rows, "next_page_token": token}


@command(AcceptIntakeSchema())
def accept_intake(uow: UnitOfWork, request: Values) -> Intake:
    found = uow.get(Intake, request.intake_id, "intake_id", request.etag, lock=True)
    found.require_open("验收", "accept")
    store = uow.get(Store, request.store_id, "store_id")
    _refuse_obstacle(held_item(uow, found.asset_code))
    item = Item(
        code=uow.next_numbers("GW")[0],
        state=ItemState.IN_STOCK,
        store_id=store.id,
        place=request.place,
        region_code=store.region_code,
        unit_id=store.unit_id,
        owner_name=store.owner_name,
        owner_uscc=store.owner_uscc,
        value_fen=request.value_fen,
        **{name: getattr(found, name) for name in FIELDS},
    )
    # The card first: nothing tells the session that the intake will point to it.
    uow.add(item)
    uow.flush()
    found.accept(item, by=uow.principal.subject, at=uow.now)
    uow.flush()
    fact = to_message(events_pb2.IntakeAccepted, found, intake_id=found.id, source=source_of(found))
    uow.publish(fact, of=found)
    return found


@command(RejectIntakeSchema())
def reject_intake(uow: UnitOfWork, request: Values) -> Intake:
    found = uow.get(Intake, request.intake_id, "intake_id", request.etag, lock=True)
    reason = RejectionReason(request.reason)
    found.reject(reason, request.remark, by=uow.principal.subject, at=uow.now)
    publish_rejection(uow, found)
    return found


def draft(code: str, asset: Any, **source: str) -> Intake:
    """A drafted intake of `asset` (plain values of guanjia.asset.v1.Asset)."""
    given = {name: asset[name] for name in FIELDS}
    return Intake(code=code, state=IntakeState.DRAFTED, **given, **source)


def held_item(uow: UnitOfWork, asset_code: str) -> Item | None:
    """The card the store has for an asset."""
    statement = select(Item).where(Item.asset_code == asset_code, Item.state != ItemState.GONE)
    found: Item | None = uow.find(statement)
    return found


def publish_rejection(uow: UnitOfWork, intake: Intake) -> None:
    fact = to_message(
        events_pb2.IntakeRejected,
        intake,
        intake_id=intake.id,
        source=source_of(intake),
        reason=intake.rejection_reason,
    )
    uow.publish(fact, of=intake)


def publish_cancellation(uow: UnitOfWork, intake: Intake) -> None:
    fact = to_message(
        events_pb2.IntakeCancelled, intake, intake_id=intake.id, source=source_of(intake)
    )
    uow.publish(fact, of=intake)


def source_of(intake: Intake) -> asset_pb2.SourceLine:
    return to_message(asset_pb2.SourceLine, intake)


def _refuse_obstacle(held: Item | None) -> None:
    reason = obstacle(held)
    if reason is not None:
        code, zh, en = _OBSTACLES[reason]
        raise IllegalState(code, zh, en)
