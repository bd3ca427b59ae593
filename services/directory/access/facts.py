"""That somebody's rights changed, for every noun that changes them."""

from __future__ import annotations

from chassis.storage import Aggregate, UnitOfWork
from directory.delegations.model import Delegation
from guanjia.directory.v1 import events_pb2


def publish_access_changed(uow: UnitOfWork, of: Aggregate, subject: str = "") -> None:
    """Without a `subject` it concerns everybody, as it may if others use the subject's rights."""
    if subject and uow.taken(Delegation.from_subject, [subject]):
        subject = ""
    uow.publish(events_pb2.AccessChanged(subject=subject), of=of)
