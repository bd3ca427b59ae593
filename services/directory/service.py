"""Directory: the master data every service keeps a copy of, and who may do what."""

from chassis.service import Service
from directory import (
    access,
    calendar,
    delegations,
    grants,
    master,
    people,
    regions,
    reorganisations,
    roles,
    units,
)
from guanjia.directory.v1 import directory_pb2, events_pb2

service = Service(
    name="directory",
    contract=directory_pb2,
    events=events_pb2,
    nouns=(
        units,
        reorganisations,
        people,
        regions,
        calendar,
        roles,
        grants,
        delegations,
        access,
        master,
    ),
)
