"""Warehouse: the public asset store."""

from chassis.service import Service
from guanjia.warehouse.v1 import events_pb2, warehouse_pb2
from warehouse import intakes, items, stores

service = Service(
    name="warehouse",
    contract=warehouse_pb2,
    events=events_pb2,
    nouns=(stores, intakes, items),
)
