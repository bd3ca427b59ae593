"""Housing: properties and how they leave."""

from chassis.service import Service
from guanjia.housing.v1 import events_pb2, housing_pb2
from housing import disposals, properties

service = Service(
    name="housing",
    contract=housing_pb2,
    events=events_pb2,
    nouns=(properties, disposals),
)
