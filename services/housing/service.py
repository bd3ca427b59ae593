"""Housing: properties and how they leave."""

from chassis.service import Service
from guanjia.housing import v1 as contract
from housing import disposals, properties

service = Service(
    name="housing",
    contract=contract,
    nouns=(properties, disposals),
)
