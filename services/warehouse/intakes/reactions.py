"""What the warehouse does when another service releases assets."""

from __future__ import annotations

from sqlalchemy import select

from chassis.assets import AssetSchema
from chassis.storage import UnitOfWork
from chassis.usecases import reaction
from chassis.wire import to_plain
from guanjia.housing.v1 import events_pb2
from warehouse.intakes.model import Intake, obstacle
from warehouse.intakes.usecases import draft, publish_rejection
from warehouse.items.model import Item, ItemState

_ASSET = AssetSchema()


@reaction(events_pb2.DisposalApproved)
def on_disposal_approved(uow: UnitOfWork, fact: events_pb2.DisposalApproved) -> None:
    """Drafts one intake for each released asset; one the store holds is rejected at once."""
    service = uow.source_service
    drafted = set(_drafted_lines(uow, service, fact.document_id))
    released = [each for each in fact.assets if each.line_id not in drafted]
    assets = [_ASSET.clean(to_plain(each.asset)) for each in released]
    held = _held_items(uow, [asset["asset_code"] for asset in assets])
    codes = uow.next_numbers("RK", len(released)) if released else []
    for code, each, asset in zip(codes, released, assets, strict=True):
        intake = draft(
            code,
            asset,
            service=service,
            document_id=fact.document_id,
            document_code=fact.document_code,
            region_code=fact.region_code or uow.context.region_code,
            unit_id=fact.unit_id,
            unit_name=fact.unit_name,
            line_id=each.line_id,
        )
        uow.add(intake)
        reason = obstacle(held.get(intake.asset_code))
        if reason is not None:
            intake.reject(reason, "", by=uow.principal.subject, at=uow.now)
            publish_rejection(uow, intake)


def _held_items(uow: UnitOfWork, asset_codes: list[str]) -> dict[str, Item]:
    statement = select(Item).where(Item.asset_code.in_(asset_codes), Item.state != ItemState.GONE)
    return {each.asset_code: each for each in uow.all(statement)}


def _drafted_lines(uow: UnitOfWork, service: str, document_id: str) -> list[str]:
    statement = select(Intake.line_id).where(
        Intake.service == service, Intake.document_id == document_id
    )
    return list(uow.all(statement))
