"""What may be done with intakes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select

from chassis.assets import FIELDS
from chassis.days import day_of
from chassis.errors import IllegalState, InvalidInput
from chassis.storage import Reader, UnitOfWork
from chassis.usecases import command, query
from chassis.wire import Values, to_message
from guanjia.asset.v1 import asset_pb2
from guanjia.warehouse.v1 import events_pb2
from warehouse.intakes import stocking
from warehouse.intakes.importing import Importing
from warehouse.intakes.model import (
    NOT_TAKEN,
    OBSTACLES,
    Intake,
    IntakeKind,
    IntakeState,
    RejectionReason,
    obstacle,
)
from warehouse.intakes.norms import TAKES
from warehouse.intakes.schemas import (
    AcceptIntakeSchema,
    ListIntakesSchema,
    OfferAssetSchema,
    RejectIntakeSchema,
)
from warehouse.items.model import Item
from warehouse.items.states import ItemState
from warehouse.stores.model import Store
from warehouse.stores.owners import present_id

_TABLE = Intake.__table__
_BY_ID = select(_TABLE).where(_TABLE.c.id == bindparam("intake_id"))


@command(OfferAssetSchema())
def offer_asset(uow: UnitOfWork, request: Values) -> Intake:
    asset, kind = request.asset, request.kind or IntakeKind.IDLE
    unit = uow.own_unit()
    _require_taken(uow, kind, unit["region_code"])
    _refuse_obstacle(held_item(uow, asset["asset_code"]), unit["unit_id"])
    code = uow.next_numbers("RK")[0]
    created = draft(code, asset, kind=kind, service="warehouse", document_code=code, **unit)
    created.document_id = created.line_id = created.id
    uow.add(created)
    return created


@command()
def import_intakes(uow: UnitOfWork, request: Values) -> dict[str, Any]:
    """Drafts intakes of a ledger of offered assets, row by row."""
    return Importing.of(uow, request.rows)


@query()
def get_intake(reader: Reader, request: Values) -> Any:
    return reader.row(_BY_ID, {"intake_id": request.intake_id}, "intake_id")


@query(ListIntakesSchema())
def list_intakes(reader: Reader, request: Values) -> dict[str, Any]:
    statement = select(_TABLE)
    for name in ("state", "document_id", "kind"):
        if request[name]:
            statement = statement.where(_TABLE.c[name] == request[name])
    rows, token = reader.page(statement, [_TABLE.c.code], request)
    return {"intakes": rows, "next_page_token": token}


@command(AcceptIntakeSchema())
def accept_intake(uow: UnitOfWork, request: Values) -> Intake:
    found = uow.get(Intake, request.intake_id, "intake_id", request.etag, lock=True)
    found.require_open("验收", "accept")
    store = uow.get(Store, request.store_id, "store_id")
    held = held_item(uow, found.asset_code, lock=True)
    _refuse_obstacle(held, present_id(uow, found.unit_id))
    item = stocking.take_in(uow, found, held, store, request.place, request.value_fen)
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


def _require_taken(uow: UnitOfWork, kind: str, region_code: str) -> None:
    """Refuses what the store of a region does not take, by the norm in force today."""
    if not TAKES.in_force(uow, region_code, day_of(uow.now)).get(kind):
        raise InvalidInput.field("kind", *NOT_TAKEN)


def held_item(uow: UnitOfWork, asset_code: str, *, lock: bool = False) -> Item | None:
    """The card there is for an asset."""
    statement = select(Item).where(Item.asset_code == asset_code, Item.state != ItemState.GONE)
    found: Item | None = uow.find(statement.with_for_update() if lock else statement)
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


def _refuse_obstacle(held: Item | None, unit_id: str) -> None:
    reason = obstacle(held, unit_id)
    if reason is not None:
        code, zh, en = OBSTACLES[reason]
        raise IllegalState(code, zh, en)
