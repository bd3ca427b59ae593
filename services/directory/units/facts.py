"""What others are told of units, for every noun that changes them."""

from __future__ import annotations

from collections.abc import Iterable

from chassis.storage import UnitOfWork
from chassis.wire import to_message
from directory.units.model import Unit
from guanjia.directory.v1 import directory_pb2, events_pb2


def message(unit: Unit) -> directory_pb2.Unit:
    return to_message(directory_pb2.Unit, unit)


def publish_registered(uow: UnitOfWork, units: Iterable[Unit]) -> None:
    for each in units:
        uow.publish(events_pb2.UnitRegistered(unit=message(each)), of=each)


def publish_unit(uow: UnitOfWork, unit: Unit) -> None:
    """As it is now."""
    uow.publish(events_pb2.UnitChanged(unit=message(unit)), of=unit)
