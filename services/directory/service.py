"""Directory: the master data every service keeps a copy of."""

from chassis.service import Service
from directory import regions, units
from guanjia.directory.v1 import directory_pb2, events_pb2

service = Service(
    name="directory",
    contract=directory_pb2,
    events=events_pb2,
    nouns=(units, regions),
)
