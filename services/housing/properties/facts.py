"""The fact that a property's figures changed, for every noun that changes them."""

from __future__ import annotations

from chassis.storage import UnitOfWork
from chassis.wire import to_message
from guanjia.housing.v1 import events_pb2
from housing.properties.model import Property


def publish_change(uow: UnitOfWork, changed: Property) -> None:
    fact = to_message(events_pb2.PropertyChanged, changed, property_id=changed.id)
    uow.publish(fact, of=changed)
