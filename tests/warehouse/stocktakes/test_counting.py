"""Stocktakes while they are counted: opened, scanned, read."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import (
    AlreadyExists,
    Conflict,
    IllegalState,
    InvalidInput,
    NotFound,
    PermissionDenied,
)
from chassis.testing import Harness
from guanjia.warehouse.v1 import items_pb2 as ip
from guanjia.warehouse.v1 import stocktakes_pb2 as pb
from tests.refusals import refusal
from tests.warehouse.factories import (
    accept,
    create_store,
    granted,
    keeper_of,
    offer,
    somebody,
    stocked,
)
from tests.warehouse.stocktakes.factories import (
    codes,
    entries,
    numbers,
    opened,
    outcomes,
    post,
    scan,
    undo,
)

pytestmark = pytest.mark.row("W07")

NOBODY = "0190b6e0-7d5c-7a3e-8f00-0123456789ab"


def test_an_empty_place_is_counted_and_changes_nothing(warehouse: Harness) -> None:
    store = create_store(warehouse)
    stocktake = post(warehouse, opened(warehouse, store.id))
    assert (stocktake.expected, numbers(stocktake), stocktake.adjusted) == (0, (0, 0, 0, 0), 0)
    assert entries(warehouse, stocktake) == []
    assert undo(warehouse, stocktake).state == pb.STOCKTAKE_STATE_UNDONE


def test_five_hundred_scans_fit_in_one_call_and_count_once(warehouse: Harness) -> None:
    desks = stocked(warehouse, 400)
    stocktake = opened(warehouse, desks[0].store_id)
    tags = [*codes(desks), *(f"E280-{number:04}" for number in range(100))]
    assert numbers(scan(warehouse, stocktake, tags)) == (400, 0, 0, 100)
    again = scan(warehouse, stocktake, tags)
    assert numbers(again) == (400, 0, 0, 100)
    assert numbers(post(warehouse, stocktake)) == (400, 0, 0, 100)


def test_what_is_too_much_for_one_stocktake_is_counted_place_by_place(
    warehouse: Harness,
) -> None:
    desks = stocked(warehouse, 751)
    fields = {"store_id": desks[0].store_id}
    told = refusal(warehouse, "open_stocktake", IllegalState, **fields)
    assert told == ("TOO_MANY_LINES", [])
    warehouse.call("lend_item", item_id=desks[0].id, borrower_name="云澜市档案馆")
    stocktake = opened(warehouse, desks[0].store_id, place="")
    scan(warehouse, stocktake, [f"E280-{number:04}" for number in range(150)])
    fields = {"stocktake_id": stocktake.id, "tags": ["E280-FFFF"]}
    told = refusal(warehouse, "record_scans", IllegalState, **fields)
    assert told == ("TOO_MANY_LINES", [])
    assert numbers(scan(warehouse, stocktake, [desks[1].code])) == (1, 749, 0, 150)


def test_a_card_is_known_by_tag_code_and_asset_code_and_counts_once(warehouse: Harness) -> None:
    [desk] = stocked(warehouse, 1, 标签号="E280-0001")
    stocktake = opened(warehouse, desk.store_id)
    tags = [" e280-0001\n", desk.code, desk.asset.asset_code.lower(), "Ｅ280-0001"]
    stocktake = scan(warehouse, stocktake, tags)
    assert numbers(stocktake) == (1, 0, 0, 0)
    [line] = warehouse.call("list_stocktake_lines", stocktake_id=stocktake.id).lines
    assert (line.tag, line.scanned_by, line.scanned_place) == ("E280-0001", "clerk", "A-01")
    assert (line.said_state, line.said_store_id) == (ip.ITEM_STATE_IN_STOCK, desk.store_id)


def test_a_tag_that_was_bound_meanwhile_is_unknown_no_more(warehouse: Harness) -> None:
    [desk] = stocked(warehouse, 1)
    stocktake = opened(warehouse, desk.store_id)
    assert numbers(scan(warehouse, stocktake, ["E280-0001"])) == (0, 1, 0, 1)
    warehouse.call("bind_tag", item_id=desk.id, tag="E280-0001")
    assert numbers(scan(warehouse, stocktake, ["E280-0001"])) == (1, 0, 0, 0)


def test_cards_that_are_away_are_not_expected(warehouse: Harness) -> None:
    desks = stocked(warehouse, 4)
    warehouse.call("lend_item", item_id=desks[0].id, borrower_name="云澜市档案馆")
    transfer = granted(warehouse, somebody(), item_ids=[desks[1].id])
    warehouse.call("hand_over_transfer", user="keeper", transfer_id=transfer.id)
    granted(warehouse, somebody(), item_ids=[desks[2].id])
    stocktake = opened(warehouse, desks[0].store_id)
    assert outcomes(warehouse, stocktake, "MISSING") == codes(desks[2:])


def test_a_card_that_came_meanwhile_is_found_though_not_expected(warehouse: Harness) -> None:
    store = create_store(warehouse)
    stocktake = opened(warehouse, store.id)
    came = accept(warehouse, offer(warehouse), store_id=store.id, place="A-01")
    item = warehouse.call("get_item", item_id=came.item_id)
    stocktake = scan(warehouse, stocktake, [item.code])
    assert (stocktake.expected, numbers(stocktake)) == (0, (1, 0, 0, 0))
    assert post(warehouse, stocktake).adjusted == 0


def test_a_place_is_counted_once_at_a_time_and_a_store_is_all_its_places(
    warehouse: Harness,
) -> None:
    store, other = create_store(warehouse), create_store(warehouse)
    first = opened(warehouse, store.id, "A-01")
    opened(warehouse, store.id, "B-02")
    opened(warehouse, other.id, "")
    for where, place, field in ((store, "A-01", "place"), (store, "", "store_id")):
        fields = {"store_id": where.id, "place": place}
        told = refusal(warehouse, "open_stocktake", AlreadyExists, **fields)
        assert told == ("STOCKTAKE_OPEN", [field])
    told = refusal(warehouse, "open_stocktake", AlreadyExists, store_id=other.id, place="A-01")
    assert told == ("STOCKTAKE_OPEN", ["place"])
    cancelled = warehouse.call("cancel_stocktake", stocktake_id=first.id)
    assert cancelled.state == pb.STOCKTAKE_STATE_CANCELLED
    assert opened(warehouse, store.id, "A-01").state == pb.STOCKTAKE_STATE_OPEN


def test_nothing_is_scanned_once_it_is_posted(warehouse: Harness) -> None:
    [desk] = stocked(warehouse, 1)
    stocktake = post(warehouse, opened(warehouse, desk.store_id))
    fields = {"stocktake_id": stocktake.id, "tags": [desk.code]}
    told = refusal(warehouse, "record_scans", IllegalState, **fields)
    assert told == ("ILLEGAL_STATE", ["state"])


def test_another_place_than_the_one_that_is_counted_is_refused(warehouse: Harness) -> None:
    [desk] = stocked(warehouse, 1)
    stocktake = opened(warehouse, desk.store_id)
    fields = {"stocktake_id": stocktake.id, "tags": [desk.code], "place": "B-02"}
    told = refusal(warehouse, "record_scans", InvalidInput, **fields)
    assert told == ("OTHER_PLACE", ["place"])
    assert numbers(scan(warehouse, stocktake, [desk.code], place="A-01")) == (1, 0, 0, 0)


def test_a_stocktake_nobody_opened_or_somebody_changed_is_refused(warehouse: Harness) -> None:
    [desk] = stocked(warehouse, 1)
    stocktake = opened(warehouse, desk.store_id)
    fields: dict[str, dict[str, Any]] = {"record_scans": {"tags": ["x"]}, "post_stocktake": {}}
    fields |= {"undo_stocktake": {"reason": "误盘"}, "cancel_stocktake": {}}
    for method, more in fields.items():
        told = refusal(warehouse, method, NotFound, stocktake_id=NOBODY, **more)
        assert told == ("NOT_FOUND", ["stocktake_id"])
        more |= {"stocktake_id": stocktake.id, "etag": "99"}
        assert refusal(warehouse, method, Conflict, **more) == ("STALE", ["etag"])
    told = refusal(warehouse, "open_stocktake", NotFound, store_id=NOBODY)
    assert told == ("NOT_FOUND", ["store_id"])


def test_a_store_is_counted_by_who_keeps_it(warehouse: Harness) -> None:
    store = create_store(warehouse, region_code="990200")
    with pytest.raises(PermissionDenied) as refused:
        warehouse.call("open_stocktake", user=keeper_of("9901"), store_id=store.id)
    assert refused.value.reason == "OUT_OF_SCOPE"
    stocktake = opened(warehouse, store.id)
    with pytest.raises(NotFound):
        warehouse.call("post_stocktake", user=keeper_of("9901"), stocktake_id=stocktake.id)


def test_stocktakes_are_listed_by_store_and_state(warehouse: Harness) -> None:
    store, other = create_store(warehouse), create_store(warehouse)
    first, second = opened(warehouse, store.id), opened(warehouse, other.id)
    first = post(warehouse, first)
    listed = warehouse.call("list_stocktakes", store_id=other.id)
    assert list(listed.stocktakes) == [second]
    listed = warehouse.call("list_stocktakes", state="STOCKTAKE_STATE_POSTED")
    assert list(listed.stocktakes) == [first]
    assert warehouse.call("get_stocktake", stocktake_id=first.id) == first
