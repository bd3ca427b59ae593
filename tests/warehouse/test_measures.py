"""Figures of the stores for whoever watches them."""

from __future__ import annotations

from datetime import UTC, datetime

from chassis.testing import Harness
from tests.warehouse.factories import held_item, lent_item
from tests.warehouse.savings.test_usecases import book, received_line


def test_the_stores_are_told_by_state_and_worth(warehouse: Harness) -> None:
    held_item(warehouse, original_value_fen=120_000)
    lent_item(warehouse, original_value_fen=30_000)
    told = warehouse.measured()
    assert told["guanjia_warehouse_items"] == {("in_stock",): 1, ("on_loan",): 1}
    assert told["guanjia_warehouse_stock_value_fen"] == {(): 150_000}


def test_savings_are_those_of_the_year_in_china(warehouse: Harness) -> None:
    entry = book(warehouse, received_line(warehouse))
    assert entry.saving_fen > 0
    warehouse.clock.at = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
    assert warehouse.measured()["guanjia_warehouse_saved_this_year_fen"] == {(): entry.saving_fen}
    warehouse.clock.at = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    assert warehouse.measured()["guanjia_warehouse_saved_this_year_fen"] == {(): 0}
