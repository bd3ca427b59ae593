"""The facts of a disposal: what leaves, what stays after all, and how it ended."""

from __future__ import annotations

from collections.abc import Iterable

from chassis.storage import UnitOfWork
from chassis.wire import to_message
from guanjia.asset.v1 import asset_pb2
from guanjia.housing.v1 import events_pb2
from housing.disposals.lines import DisposalLine, LineState
from housing.disposals.model import Disposal


def publish_approval(uow: UnitOfWork, approved: Disposal) -> None:
    fact = to_message(
        events_pb2.DisposalApproved,
        approved,
        document_id=approved.id,
        document_code=approved.code,
        assets=_released(approved.lines),
        approved_by=approved.decided_by,
        approved_at=approved.decided_at,
    )
    uow.publish(fact, of=approved)


def publish_withdrawal(uow: UnitOfWork, withdrawn: Disposal) -> None:
    """Tells of the lines whose answer is still to come; the others are closed."""
    awaited = [line for line in withdrawn.lines if line.state is LineState.WITHDRAWING]
    fact = to_message(
        events_pb2.DisposalWithdrawn,
        withdrawn,
        document_id=withdrawn.id,
        document_code=withdrawn.code,
        assets=_released(awaited),
        reason=withdrawn.withdrawal_reason,
    )
    uow.publish(fact, of=withdrawn)


def publish_completion(uow: UnitOfWork, completed: Disposal) -> None:
    fact = to_message(
        events_pb2.DisposalCompleted,
        completed,
        document_id=completed.id,
        document_code=completed.code,
        property_id=completed.leaving_property_id,
    )
    uow.publish(fact, of=completed)


def _released(lines: Iterable[DisposalLine]) -> list[asset_pb2.ReleasedAsset]:
    return [to_message(asset_pb2.ReleasedAsset, line, line_id=line.id) for line in lines]
