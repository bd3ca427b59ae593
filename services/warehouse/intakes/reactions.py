"""What the warehouse does when another service releases assets, or takes them back.

The two facts may come in any order, or at once. Each line has one intake whichever comes
first (`uq_intakes_source`): the withdrawal leaves a cancelled one where none was drafted yet,
and the approval drafts none where there is one.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from chassis.assets import AssetSchema
from chassis.storage import UnitOfWork
from chassis.usecases import reaction
from chassis.wire import to_plain
from guanjia.asset.v1 import asset_pb2
from guanjia.housing.v1 import events_pb2
from warehouse.intakes.model import Intake, IntakeState, obstacle
from warehouse.intakes.usecases import draft, publish_cancellation, publish_rejection
from warehouse.items.model import Item, ItemState

_ASSET = AssetSchema()


@reaction(events_pb2.DisposalApproved)
def on_disposal_approved(uow: UnitOfWork, fact: events_pb2.DisposalApproved) -> None:
    """Drafts one intake for each released asset; one the store holds is rejected at once."""
    known = {each.line_id for each in _intakes_of(uow, fact.document_id)}
    released = [each for each in fact.assets if each.line_id not in known]
    drafted = _draft_all(uow, fact, released)
    held = _held_items(uow, [intake.asset_code for intake in drafted])
    for intake in drafted:
        reason = obstacle(held.get(intake.asset_code))
        if reason is not None:
            intake.reject(reason, "", by=uow.principal.subject, at=uow.now)
            publish_rejection(uow, intake)


@reaction(events_pb2.DisposalWithdrawn)
def on_disposal_withdrawn(uow: UnitOfWork, fact: events_pb2.DisposalWithdrawn) -> None:
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
    fact: events_pb2.DisposalApproved | events_pb2.DisposalWithdrawn,
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
