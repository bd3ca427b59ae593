"""What left in a year, and the lists behind it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from chassis.testing import Harness
from chassis.testing.reports import figures, rows_behind
from tests.warehouse.disposals.factories import approved, kind_of, sell
from tests.warehouse.factories import stocked

pytestmark = pytest.mark.row("W10")


def report(warehouse: Harness, **fields: Any) -> dict[str, list[Decimal | None]]:
    told = figures(warehouse.call("report_disposals", **fields))
    return {about: list(each.values()) for (about,), each in told.items()}


def test_a_report_says_what_left_by_kind_and_leads_to_it(warehouse: Harness) -> None:
    auction = approved(warehouse, 3, values_fen=(10_001, 20_000, 30_000))
    ids = [each.item_id for each in auction.lines]
    sell(warehouse, auction, {ids[0]: 12_345, ids[1]: 20_000}, "PJ-1")
    warehouse.call("complete_disposal_batch", disposal_batch_id=auction.id)
    donation = approved(warehouse, 2, "DONATION")
    warehouse.call("donate_disposal_batch", disposal_batch_id=donation.id, receiver="希望小学")
    approved(warehouse, 1, "SCRAP")
    told = warehouse.call("report_disposals")
    assert report(warehouse) == {
        "拍卖": [1, 2, 3600, Decimal("300.01"), Decimal("323.45")],
        "捐赠": [1, 2, 3600, 0, 0],
        "合计": [2, 4, 7200, Decimal("300.01"), Decimal("323.45")],
    }
    assert all(each.definition for each in told.figures)
    assert [len(rows_behind(warehouse, line)) for line in told.lines] == [2, 2, 4]
    behind = rows_behind(warehouse, told.lines[0])
    assert sum(each.income_fen for each in behind) == 32_345


def test_what_left_counts_in_the_year_of_its_day_in_china(warehouse: Harness) -> None:
    def left(year: int) -> Any:
        return report(warehouse, year=year)["合计"][1]

    batch = approved(warehouse, 4, appraised_on="2025-12-30")
    ids = [each.item_id for each in batch.lines]
    sell(warehouse, batch, {ids[0]: 1}, "PJ-1", sold_on="2025-12-31")
    warehouse.clock.at = datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)  # 31 December in China
    sell(warehouse, batch, {ids[1]: 1}, "PJ-2")
    assert [left(year) for year in (2025, 2026, 2027, 0)] == [1, 1, 0, 1]
    warehouse.clock.at = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)  # 1 January in China
    sell(warehouse, batch, {ids[2]: 1}, "PJ-3")
    sell(warehouse, batch, {ids[3]: 1}, "PJ-4", sold_on="2026-12-31")
    assert [left(year) for year in (2025, 2026, 2027, 0)] == [1, 2, 1, 1]
    assert [report(warehouse, year=year)["合计"][0] for year in (2025, 2026, 2027)] == [1, 1, 1]


def test_batches_and_lines_are_found_by_what_they_are_about(warehouse: Harness) -> None:
    there = stocked(warehouse, 1, region_code="990101")
    sold, open_ = approved(warehouse, there), approved(warehouse, 2, "SCRAP")
    sell(warehouse, sold, {there[0].id: 5}, "PJ-1", sold_on="2026-03-02")

    def batches(**fields: Any) -> list[str]:
        found = warehouse.call("list_disposal_batches", **fields).disposal_batches
        return [each.id for each in found]

    def lines(**fields: Any) -> int:
        return len(warehouse.call("list_disposal_lines", **fields).lines)

    assert batches() == [sold.id, open_.id]
    assert batches(kind=kind_of("SCRAP")) == [open_.id]
    assert batches(state="DISPOSAL_BATCH_STATE_COMPLETED") == [sold.id]
    assert batches(item_id=there[0].id) == batches(year=2026) == [sold.id]
    assert batches(region_code="990101") == [sold.id]
    assert batches(year=2025) == []
    assert [lines(), lines(disposal_batch_id=open_.id), lines(item_id=there[0].id)] == [3, 2, 1]
    assert [lines(state="DISPOSAL_LINE_STATE_LISTED"), lines(year=2026)] == [2, 1]
    assert [lines(kind=kind_of("SCRAP")), lines(region_code="990101")] == [2, 1]


def test_where_nothing_left_the_report_has_its_total_only(warehouse: Harness) -> None:
    assert report(warehouse) == {"合计": [0, 0, 0, 0, 0]}
