"""What operators and chiefs watch of the public asset store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, select

from chassis.days import day_of, days_of
from chassis.enums import labels_of
from chassis.measures import Measure, number_of, sum_of
from chassis.storage import Reader
from guanjia.warehouse.v1 import intakes_pb2, items_pb2, purchases_pb2, transfers_pb2
from warehouse.intakes.model import Intake
from warehouse.items.model import Item
from warehouse.items.states import OUTSIDE
from warehouse.purchases.model import Purchase
from warehouse.savings.model import Saving
from warehouse.transfers.model import Transfer


def _saved_this_year(reader: Reader) -> Iterable[Sequence[Any]]:
    first, last = days_of(day_of(reader.now).year)
    within = Saving.booked_on.between(first, last)
    return reader.rows(select(func.sum(Saving.saving_fen)).where(within))


MEASURES = (
    Measure(
        "guanjia_warehouse_items",
        "公物仓资产",
        "Items by state",
        number_of(Item, Item.state),
        labels=("state",),
        names=labels_of(items_pb2.ItemState.DESCRIPTOR),
        unit="件",
    ),
    Measure(
        "guanjia_warehouse_stock_value_fen",
        "库存资产原值",
        "Original value of what is in the stores",
        sum_of(Item.original_value_fen, where=[Item.state.not_in(OUTSIDE)]),
        unit="元",
        scale=0.01,
    ),
    Measure(
        "guanjia_warehouse_saved_this_year_fen",
        "本年节约资金",
        "Savings booked this year",
        _saved_this_year,
        unit="元",
        scale=0.01,
    ),
    Measure(
        "guanjia_warehouse_intakes",
        "入仓单",
        "Intakes by state",
        number_of(Intake, Intake.state),
        labels=("state",),
        names=labels_of(intakes_pb2.IntakeState.DESCRIPTOR),
        unit="件",
    ),
    Measure(
        "guanjia_warehouse_transfers",
        "调剂单",
        "Transfers by state",
        number_of(Transfer, Transfer.state),
        labels=("state",),
        names=labels_of(transfers_pb2.TransferState.DESCRIPTOR),
        unit="件",
    ),
    Measure(
        "guanjia_warehouse_purchases",
        "购置前比对",
        "Purchases checked against the stores, by state",
        number_of(Purchase, Purchase.state),
        labels=("state",),
        names=labels_of(purchases_pb2.PurchaseState.DESCRIPTOR),
        unit="件",
    ),
)
