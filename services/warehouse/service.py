"""Warehouse: the public asset store."""

from chassis.service import Service
from guanjia.warehouse import v1 as contract
from warehouse import (
    depreciation,
    disposals,
    intakes,
    items,
    labels,
    purchases,
    savings,
    stocktakes,
    stores,
    transfers,
)
from warehouse.measures import MEASURES

service = Service(
    name="warehouse",
    title="公物仓",
    contract=contract,
    nouns=(
        stores,
        intakes,
        items,
        transfers,
        purchases,
        savings,
        stocktakes,
        labels,
        depreciation,
        disposals,
    ),
    signs=True,
    measures=MEASURES,
)
