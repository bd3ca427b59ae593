"""What the warehouse does when another service releases assets."""

from __future__ import annotations

from sqlalchemy import select

from chassis.assets import AssetSchema
from chassis.storage import UnitOfWork
from chassis.usecases import reaction
from chassis.wire import to_plain
from guanjia.housing.v1 import events_pb2
from warehouse.intakes.model import Intake, obstacle
from warehouse.intakes.usecases import draft, held_item, publish_rejection

_ASSET = AssetSchema()


@reaction(events_pb2.DisposalApproved)
def on_disposal_approved(uow: UnitOfWork, fact: events_pb2.DisposalApproved) -> None:
    """Drafts one intake for each released asset; one the store holds is rejected at once."""
    service = uow.source_service
    drafted = set(_drafted_lines(uow, service, fact.document_id))
    released = [each for each in fact.assets if each.line_id not in drafted]
    codes = uow.next_numbers("RK", len(released)) if released else []
    for code, each in zip(codes, released, strict=True):
        intake = draft(
            code,
            _ASSET.clean(to_plain(each.asset)),
            service=service,
            document_id=fact.document_id,
            document_code=fact.document_code,
            line_id=each.line_id,
        )
        uow.add(intake)
        reason = obstacle(held_item(uow, intake.asset_code))
        if reason is not None:
            intake.reject(reason, "", by=uow.principal.subject, at=uow.now)
            publish_rejection(uow, intake)


def _drafted_lines(uow: UnitOfWork, service: str, document_id: str) -> list[str]:
    statement = select(Intake.line_id).where(
        Intake.service == service, Intake.document_id == document_id
    )
    return list(uow.all(statement))
