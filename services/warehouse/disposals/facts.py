"""The fact of a disposal batch: that it is over, what is gone and what it brought."""

from __future__ import annotations

from chassis.storage import UnitOfWork
from chassis.wire import to_message
from guanjia.warehouse.v1 import events_pb2
from warehouse.disposals.lines import LEFT
from warehouse.disposals.model import DisposalBatch


def publish_completion(uow: UnitOfWork, batch: DisposalBatch) -> None:
    fact = to_message(
        events_pb2.DisposalBatchCompleted,
        batch,
        disposal_batch_id=batch.id,
        disposal_batch_code=batch.code,
        item_ids=[each.item_id for each in batch.lines if each.state in LEFT],
    )
    uow.publish(fact, of=batch)
