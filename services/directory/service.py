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
from directory.measures import MEASURES
from guanjia.directory import v1 as contract

service = Service(
    name="directory",
    title="基础信息",
    contract=contract,
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
    measures=MEASURES,
)
