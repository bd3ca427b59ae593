"""What housing does when the warehouse answers."""

from __future__ import annotations

from chassis.contract import label_of_value
from chassis.storage import UnitOfWork
from chassis.usecases import reaction
from guanjia.warehouse.v1 import events_pb2, intakes_pb2
from housing.disposals.model import Disposal


@reaction(events_pb2.IntakeAccepted)
def on_intake_accepted(uow: UnitOfWork, fact: events_pb2.IntakeAccepted) -> None:
    if fact.source.service == "housing":
        _disposal_of(uow, fact.source.document_id).accept_line(fact.source.line_id)


@reaction(events_pb2.IntakeRejected)
def on_intake_rejected(uow: UnitOfWork, fact: events_pb2.IntakeRejected) -> None:
    if fact.source.service != "housing":
        return
    reason = label_of_value(intakes_pb2.RejectionReason.DESCRIPTOR, fact.reason)
    remark = f"{reason}：{fact.remark}" if fact.remark else reason
    _disposal_of(uow, fact.source.document_id).reject_line(fact.source.line_id, remark)


@reaction(events_pb2.IntakeCancelled)
def on_intake_cancelled(uow: UnitOfWork, fact: events_pb2.IntakeCancelled) -> None:
    if fact.source.service == "housing":
        _disposal_of(uow, fact.source.document_id).give_back_line(fact.source.line_id)


def _disposal_of(uow: UnitOfWork, document_id: str) -> Disposal:
    return uow.get(Disposal, document_id, "document_id", lock=True)
