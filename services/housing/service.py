"""Housing: properties, who uses them, and how they leave."""

from chassis.service import Service
from guanjia.housing import v1 as contract
from housing import (
    allocations,
    checks,
    disposals,
    leases,
    problems,
    properties,
    repairs,
    revitalisation,
    rooms,
    standards,
    titles,
)
from housing.measures import MEASURES

service = Service(
    name="housing",
    title="办公用房与资产处置",
    contract=contract,
    nouns=(
        properties,
        rooms,
        standards,
        disposals,
        problems,
        repairs,
        titles,
        allocations,
        leases,
        revitalisation,
        checks,
    ),
    measures=MEASURES,
)
