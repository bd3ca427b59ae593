"""What the warehouse does when another service releases assets, or takes them back.

It goes by the shape of a fact (guanjia.asset.v1), not by who publishes it.
The two may come in any order, or at once. Each line has one intake whichever comes
first (`uq_intakes_source`): the taking back leaves a cancelled one where none was drafted yet,
and the release drafts none where there is one.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from chassis.assets import AssetSchema
from chassis.storage import UnitOfWork
from chassis.usecases import reaction
from chassis.wire import to_plain
from guanjia.asset.v1 import asset_pb2
from warehouse.intakes.model import Intake, IntakeState, obstacle
from warehouse.intakes.usecases import draft, publish_cancellation, publish_rejection
from warehouse.items.model import Item
from warehouse.items.states import ItemState
from warehouse.stores.owners import present_id

_ASSET = AssetSchema()


@reaction(asset_pb2.AssetsReleased)
def on_assets_released(uow: UnitOfWork, fact: asset_pb2.AssetsReleased) -> None:
    """Drafts one intake for each released asset; one the store holds is rejected at once."""
    known = {each.line_id for each in _intakes_of(uow, fact.document_id)}
    released = [each for each in fact.assets if each.line_id not in known]
    drafted = _draft_all(uow, fact, released)
    held = _held_items(uow, [intake.asset_code for intake in drafted])
    unit_id = present_id(uow, fact.unit_id)
    for intake in drafted:
        reason = obstacle(held.get(intake.asset_code), unit_id)
        if reason is not None:
            intake.reject(reason, "", by=uow.principal.subject, at=uow.now)
            publish_rejection(uow, intake)


@reaction(asset_pb2.AssetsReclaimed)
def on_assets_reclaimed(uow: UnitOfWork, fact: asset_pb2.AssetsReclaimed) -> None:
    """Cancels what is not decided yet and says so; what was decided before stands."""
    intakes = {each.line_id: each for each in _intakes_of(uow, fact.document_id)}
    unknown = [each for each in fact.assets if each.line_id not in intakes]
    intakes |= {each.line_id: each for each in _draft_all(uow, fact, unknown)}
    for each in fact.assets:
        intake = intakes[each.line_id]
        if intake.state is IntakeState.DRAFTED:
            intake.cancel(fact.reason, by=uow.principal.subject, at=uow.now)
            publish_cancellation(uow, intake)


def _draft_all(
    uow: UnitOfWork,
    fact: asset_pb2.AssetsReleased | asset_pb2.AssetsReclaimed,
    lines: Sequence[asset_pb2.ReleasedAsset],
) -> list[Intake]:
    """An intake for each of these lines of the document."""
    assets = [_ASSET.clean(to_plain(each.asset)) for each in lines]
    codes = uow.next_numbers("RK", len(lines)) if lines else []
    drafted = [
        draft(
            code,
            asset,
            service=uow.source_service,
            document_id=fact.document_id,
            document_code=fact.document_code,
            region_code=fact.region_code or uow.context.region_code,
            unit_id=fact.unit_id,
            unit_name=fact.unit_name,
            line_id=each.line_id,
        )
        for code, each, asset in zip(codes, lines, assets, strict=True)
    ]
    uow.add(*drafted)
    return drafted


def _held_items(uow: UnitOfWork, asset_codes: list[str]) -> dict[str, Item]:
    statement = select(Item).where(Item.asset_code.in_(asset_codes), Item.state != ItemState.GONE)
    return {each.asset_code: each for each in uow.all(statement)}


def _intakes_of(uow: UnitOfWork, document_id: str) -> Sequence[Intake]:
    """All intakes of the document, locked: somebody may be about to decide one of them."""
    of_document = (Intake.service == uow.source_service, Intake.document_id == document_id)
    statement = select(Intake).where(*of_document).order_by(Intake.id).with_for_update()
    found: Sequence[Intake] = uow.all(statement)
    return found
