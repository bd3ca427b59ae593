"""What others are told of regions, for every noun that tells it."""

from __future__ import annotations

from chassis.storage import UnitOfWork
from chassis.wire import to_message
from directory.regions.model import Region
from guanjia.directory.v1 import directory_pb2, events_pb2


def publish_region(uow: UnitOfWork, region: Region) -> None:
    message = to_message(directory_pb2.Region, region)
    uow.publish(events_pb2.RegionDefined(region=message), of=region)
