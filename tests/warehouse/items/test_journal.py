"""What came into the stores, what left them, and what they hold, on any span of days."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.errors import InvalidInput
from chassis.testing import Harness
from tests.refusals import refusal
from tests.warehouse.factories import (
    accept,
    create_store,
    granted,
    offer,
    received,
    somebody,
    stocked,
)

pytestmark = pytest.mark.row("W03")
UNIT = somebody()


def stock(warehouse: Harness, **span: str) -> dict[str, list[str]]:
    """Opening, came, left and closing pieces of each store, by the code of the store."""
    report = warehouse.call("report_stock", **span)
    keys = [each.key for each in report.figures]
    assert keys[::2] == ["opening", "came", "left", "closing"]
    for line in report.lines:
        for first in (0, 1):
            opening, came, left, closing = map(float, list(line.figures)[first::2])
            assert opening + came - left == closing >= 0
    return {line.about[0] or "all": list(line.figures)[::2] for line in report.lines}


@pytest.fixture
def year(warehouse: Harness) -> tuple[Harness, Any, Any]:
    """Two stores: one gets three cards in March, one of which a unit has from April to May,
    when it comes into the other store."""
    warehouse.clock.at = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    desk, *_ = stocked(warehouse, 3)
    other = create_store(warehouse, region_code="990200")
    warehouse.clock.at = datetime(2026, 4, 10, 1, 0, tzinfo=UTC)
    received(warehouse, UNIT, item_ids=[desk.id])
    warehouse.clock.at = datetime(2026, 5, 20, 1, 0, tzinfo=UTC)
    again = offer(warehouse, user=UNIT, asset_code=desk.asset.asset_code)
    accept(warehouse, again, store_id=other.id, value_fen=50_000)
    first = warehouse.call("get_store", store_id=desk.store_id)
    return warehouse, first, other


@pytest.mark.parametrize(
    ("from_on", "to_on", "first", "other"),
    [
        ("2026-03-01", "2026-03-01", "0 0 0 0", "0 0 0 0"),
        ("2026-03-02", "2026-03-02", "0 3 0 3", "0 0 0 0"),
        ("2026-03-03", "2026-04-09", "3 0 0 3", "0 0 0 0"),
        ("2026-03-01", "2026-04-10", "0 3 1 2", "0 0 0 0"),
        ("2026-04-11", "2026-05-20", "2 0 0 2", "0 1 0 1"),
        ("2026-01-01", "2026-12-31", "0 3 1 2", "0 1 0 1"),
        ("", "2026-05-19", "0 3 1 2", "0 0 0 0"),
        ("2026-05-01", "", "2 0 0 2", "0 1 0 1"),
        ("", "", "0 3 1 2", "0 1 0 1"),
    ],
)
def test_opening_and_what_came_less_what_left_is_closing(
    year: tuple[Harness, Any, Any], from_on: str, to_on: str, first: str, other: str
) -> None:
    warehouse, one, two = year
    told = stock(warehouse, from_on=from_on, to_on=to_on)
    assert (told[one.code], told[two.code]) == (first.split(), other.split())
    both = [int(a) + int(b) for a, b in zip(first.split(), other.split(), strict=True)]
    assert told["all"] == list(map(str, both))
    assert list(stock(warehouse, from_on=from_on, to_on=to_on, region_code="9902")) == [
        two.code,
        "all",
    ]


def test_a_figure_leads_to_the_movements_it_counts(year: tuple[Harness, Any, Any]) -> None:
    warehouse, one, two = year
    report = warehouse.call("report_stock", from_on="2026-03-01", to_on="2026-12-31")
    counted = {}
    for line in report.lines[:-1]:
        assert line.drill.method == "warehouse.ListMovements"
        rows = warehouse.call("list_movements", **line.drill.fields).movements
        counted[line.about[0]] = [(each.before.store_id, each.after.store_id) for each in rows]
    assert counted == {
        one.code: [("", one.id)] * 3 + [(one.id, "")],
        two.code: [("", two.id)],
    }


def test_the_year_ends_by_the_day_in_china(warehouse: Harness) -> None:
    warehouse.clock.at = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
    [old] = stocked(warehouse, 1)
    warehouse.clock.at = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)
    [new] = stocked(warehouse, 1)
    assert (old.code, new.code) == ("GW-2026-000001", "GW-2027-000001")
    days = [
        warehouse.call("list_movements", item_id=each.id).movements[0].moved_on
        for each in (old, new)
    ]
    assert days == ["2026-12-31", "2027-01-01"]
    assert stock(warehouse, to_on="2026-12-31")["all"] == ["0", "1", "0", "1"]
    assert stock(warehouse)["all"] == ["1", "1", "0", "2"]


def test_what_is_lent_reserved_or_in_transit_is_still_the_store_s(warehouse: Harness) -> None:
    lent, reserved, sent, _ = stocked(warehouse, 4)
    warehouse.call("lend_item", item_id=lent.id, borrower_name="云澜市档案馆")
    granted(warehouse, UNIT, item_ids=[reserved.id])
    transfer = granted(warehouse, UNIT, item_ids=[sent.id])
    warehouse.call("hand_over_transfer", transfer_id=transfer.id)
    assert stock(warehouse)["all"] == ["0", "4", "0", "4"]


def test_movements_are_listed_by_day_document_and_store_page_by_page(
    year: tuple[Harness, Any, Any],
) -> None:
    warehouse, one, _ = year
    [transfer] = warehouse.call("list_transfers").transfers
    of_transfer = warehouse.call("list_movements", document_id=transfer.id).movements
    assert [each.moved_on for each in of_transfer] == ["2026-04-10"] * 3
    in_april = {"from_on": "2026-04-01", "to_on": "2026-04-30"}
    assert warehouse.call("list_movements", **in_april).movements == of_transfer
    assert list(warehouse.call("list_movements", store_id=one.id, **in_april).movements) == [
        of_transfer[-1]
    ]
    seen, token = [], ""
    while True:
        page = warehouse.call("list_movements", page_size=2, page_token=token)
        seen += [each.id for each in page.movements]
        token = page.next_page_token
        if not token:
            break
    assert len(seen) == len(set(seen)) == 7


@pytest.mark.parametrize(
    ("span", "field", "reason"),
    [
        ({"from_on": "2026-05-02", "to_on": "2026-05-01"}, "to_on", "ENDS_BEFORE_START"),
        ({"from_on": "2027-01-01"}, "from_on", "STARTS_AFTER_END"),
        ({"to_on": "2026-02-30"}, "to_on", "INVALID_DATE"),
        ({"region_code": "99x"}, "region_code", "INVALID_REGION_CODE"),
    ],
    ids=["order", "ahead", "no-day", "no-region"],
)
def test_a_span_that_is_none_is_refused(
    warehouse: Harness, span: dict[str, str], field: str, reason: str
) -> None:
    assert refusal(warehouse, "report_stock", InvalidInput, **span) == (reason, [field])
