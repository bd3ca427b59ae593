"""What leaves for good, what it brings, and that it counts once."""

from __future__ import annotations

import pytest

from chassis.errors import (
    AlreadyExists,
    DomainError,
    IllegalState,
    InvalidInput,
)
from chassis.testing import Harness
from guanjia.warehouse.v1 import disposals_pb2 as pb
from guanjia.warehouse.v1 import events_pb2
from tests.refusals import refusal
from tests.together import together
from tests.warehouse.disposals.factories import (
    approved,
    lines_of,
    read,
    sell,
    states,
)
from tests.warehouse.factories import stocked

pytestmark = pytest.mark.row("W10")


def test_a_batch_is_sold_in_parts_and_the_rest_is_back_in_stock(warehouse: Harness) -> None:
    items = stocked(warehouse, 3)
    batch = approved(warehouse, items, values_fen=(10_000, 20_000, 30_000))
    first = sell(warehouse, batch, {items[0].id: 12_345}, "PJ-1")
    assert (first.state, first.income_fen) == (pb.DISPOSAL_BATCH_STATE_APPROVED, 12_345)
    assert not warehouse.facts(events_pb2.DisposalBatchCompleted)
    sell(warehouse, batch, {items[2].id: 40_000}, "PJ-2", sold_on="2026-03-02")
    over = warehouse.call("complete_disposal_batch", disposal_batch_id=batch.id)
    assert read(warehouse, batch) == over
    assert (over.state, over.income_fen, over.completed_on, lines_of(over)) == (
        pb.DISPOSAL_BATCH_STATE_COMPLETED,
        52_345,
        "2026-03-02",
        ["SOLD", "UNSOLD", "SOLD"],
    )
    assert [(each.voucher, each.income_fen, each.sold_on) for each in over.sales] == [
        ("PJ-1", 12_345, "2026-03-02"),
        ("PJ-2", 40_000, "2026-03-02"),
    ]
    assert [each.sale_id for each in over.lines] == [over.sales[0].id, "", over.sales[1].id]
    assert states(warehouse, *items) == ["GONE", "IN_STOCK", "GONE"]
    [fact] = warehouse.facts(events_pb2.DisposalBatchCompleted)
    assert (fact.disposal_batch_code, list(fact.item_ids), fact.income_fen) == (
        batch.code,
        [items[0].id, items[2].id],
        52_345,
    )


def test_a_batch_is_over_with_its_last_line(warehouse: Harness) -> None:
    items = stocked(warehouse, 2)
    batch = approved(warehouse, items, "SCRAP", (0, 500))
    over = sell(warehouse, batch, {each.id: 300 for each in items}, "PJ-1")
    assert (over.state, over.income_fen) == (pb.DISPOSAL_BATCH_STATE_COMPLETED, 600)
    assert len(warehouse.facts(events_pb2.DisposalBatchCompleted)) == 1
    told = refusal(warehouse, "complete_disposal_batch", IllegalState, disposal_batch_id=batch.id)
    assert told == ("ILLEGAL_STATE", ["state"])


def test_a_donation_leaves_without_income(warehouse: Harness) -> None:
    items = stocked(warehouse, 2)
    batch = approved(warehouse, items, "DONATION")
    fields = {"receiver": "云澜希望小学", "handed_on": "2026-03-01"}
    over = warehouse.call("donate_disposal_batch", disposal_batch_id=batch.id, **fields)
    assert read(warehouse, batch) == over
    assert (over.state, over.receiver, over.income_fen, lines_of(over)) == (
        pb.DISPOSAL_BATCH_STATE_COMPLETED,
        "云澜希望小学",
        0,
        ["DONATED"] * 2,
    )
    assert {each.left_on for each in over.lines} == {"2026-03-01"}
    assert states(warehouse, *items) == ["GONE"] * 2
    [fact] = warehouse.facts(events_pb2.DisposalBatchCompleted)
    assert (len(fact.item_ids), fact.income_fen) == (2, 0)


def test_income_is_recorded_once_though_many_record_it_at_once(warehouse: Harness) -> None:
    items = stocked(warehouse, 2)
    batch = approved(warehouse, items)
    incomes = {items[0].id: 70_000}
    outcomes = together(
        *(lambda n=n: sell(warehouse, batch, incomes, f"PJ-{n}") for n in range(4)),
        *(lambda: sell(warehouse, batch, incomes, "PJ-0"),),
    )
    recorded = [each for each in outcomes if isinstance(each, pb.DisposalBatch)]
    refused = [each for each in outcomes if isinstance(each, DomainError)]
    assert (len(recorded), len(refused)) == (1, 4)
    found = read(warehouse, batch)
    assert (found.income_fen, len(found.sales)) == (70_000, 1)


def test_one_receipt_for_two_batches_at_once_is_one_sale(warehouse: Harness) -> None:
    batches = [approved(warehouse) for _ in range(2)]
    outcomes = together(
        *(
            lambda each=each: sell(warehouse, each, {each.lines[0].item_id: 70_000}, "PJ-1")
            for each in batches
        )
    )
    refused = [each.reason for each in outcomes if isinstance(each, DomainError)]
    assert refused == ["VOUCHER_TAKEN"]
    assert warehouse.count("disposal_batch_sales") == 1


def test_income_is_recorded_once_though_it_is_asked_again(warehouse: Harness) -> None:
    items = stocked(warehouse, 2)
    batch = approved(warehouse, items)
    incomes = {items[0].id: 70_000}
    once = sell(warehouse, batch, incomes, "PJ-1", request_id="once")
    assert sell(warehouse, batch, incomes, "PJ-1", request_id="once") == once
    for changes, reason in (
        ({}, "ALREADY_RECORDED"),
        ({"voucher": "pj-1"}, "ALREADY_RECORDED"),
        ({"buyer": "他人"}, "VOUCHER_TAKEN"),
        ({"lines": [{"item_id": items[1].id, "income_fen": 1}]}, "VOUCHER_TAKEN"),
    ):
        with pytest.raises(AlreadyExists) as refused:
            sell(warehouse, batch, incomes, **{"voucher": "PJ-1"} | changes)
        assert refused.value.reason == reason
    assert read(warehouse, batch).income_fen == 70_000


def test_a_line_far_below_its_appraisal_is_not_sold_where_a_norm_says_so(
    warehouse: Harness,
) -> None:
    items = stocked(warehouse, 3)
    batch = approved(warehouse, items, values_fen=(100_000, 100_000, 100_000))
    sell(warehouse, batch, {items[0].id: 1}, "PJ-1")
    floor = {"value": "90", "valid_from": "2026-03-02", "source": "试行办法"}
    kind = "warehouse.sale_floor_percent"
    warehouse.call("set_norm", kind=kind, region_code="990100", **floor)
    with pytest.raises(InvalidInput) as refused:
        sell(warehouse, batch, {items[1].id: 90_000, items[2].id: 89_999}, "PJ-2")
    assert [(each.field, each.reason) for each in refused.value.violations] == [
        ("lines.1.income_fen", "BELOW_FLOOR")
    ]
    assert states(warehouse, *items) == ["GONE", "IN_DISPOSAL", "IN_DISPOSAL"]
    over = sell(warehouse, batch, {items[1].id: 90_000, items[2].id: 90_000}, "PJ-2")
    assert over.state == pb.DISPOSAL_BATCH_STATE_COMPLETED


@pytest.mark.parametrize(
    ("sold_on", "reason"), [("2026-03-03", "IN_FUTURE"), ("2026-02-27", "BEFORE_APPRAISAL")]
)
def test_a_sale_is_not_of_tomorrow_nor_before_the_appraisal(
    warehouse: Harness, sold_on: str, reason: str
) -> None:
    items = stocked(warehouse, 1)
    batch = approved(warehouse, items, appraised_on="2026-02-28")
    with pytest.raises(InvalidInput) as refused:
        sell(warehouse, batch, {items[0].id: 1}, "PJ-1", sold_on=sold_on)
    assert (refused.value.reason, refused.value.violations[0].field) == (reason, "sold_on")
    assert sell(warehouse, batch, {items[0].id: 1}, "PJ-1", sold_on="2026-02-28").sales
