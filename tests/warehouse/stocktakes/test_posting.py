"""What a stocktake changes, and how that is undone."""

from __future__ import annotations

import pytest

from chassis.errors import IllegalState
from chassis.testing import Harness
from guanjia.warehouse.v1 import events_pb2
from guanjia.warehouse.v1 import items_pb2 as ip
from guanjia.warehouse.v1 import stocktakes_pb2 as pb
from tests.refusals import refusal
from tests.warehouse.factories import (
    a_unit,
    accept,
    create_store,
    granted,
    imported,
    in_virtual_store,
    item_cells,
    keeper_of,
    offer,
    somebody,
    stocked,
)
from tests.warehouse.stocktakes.factories import (
    codes,
    entries,
    now,
    numbers,
    opened,
    outcomes,
    post,
    scan,
    standing,
    undo,
)

pytestmark = pytest.mark.row("W07")


def test_nine_of_ten_scanned_one_of_another_place_and_one_unknown(warehouse: Harness) -> None:
    desks, [stray] = stocked(warehouse, 10), stocked(warehouse, 1, 库位="B-02")
    before = [*desks, stray]
    stocktake = opened(warehouse, desks[0].store_id)
    assert (stocktake.code, stocktake.expected, numbers(stocktake)) == (
        "PD-2026-000001",
        10,
        (0, 10, 0, 0),
    )
    stocktake = scan(warehouse, stocktake, [*codes(desks[:9]), stray.code, "E280-FFFF"])
    assert numbers(stocktake) == (9, 1, 1, 1)
    assert outcomes(warehouse, stocktake, "FOUND") == codes(desks[:9])
    assert outcomes(warehouse, stocktake, "MISSING") == [desks[9].code]
    assert outcomes(warehouse, stocktake, "MISPLACED") == [stray.code]
    assert outcomes(warehouse, stocktake, "UNKNOWN") == ["E280-FFFF"]

    posted = post(warehouse, stocktake)
    assert (posted.state, posted.adjusted) == (pb.STOCKTAKE_STATE_POSTED, 2)
    assert numbers(posted) == (9, 1, 1, 1)
    missing, found = now(warehouse, desks[9]), now(warehouse, stray)
    assert (missing.state, missing.store_id, missing.place) == (ip.ITEM_STATE_MISSING, "", "")
    assert (found.store_id, found.place) == (desks[0].store_id, "A-01")
    made = entries(warehouse, stocktake)
    assert {each.item_id for each in made} == {desks[9].id, stray.id}
    assert {each.kind for each in made} == {ip.MOVEMENT_KIND_STOCKTAKE}
    [fact] = warehouse.facts(events_pb2.StocktakePosted)
    assert (fact.stocktake_code, fact.found, fact.missing, fact.adjusted) == (posted.code, 9, 1, 2)

    undone = undo(warehouse, posted)
    assert (undone.state, undone.undo_reason) == (pb.STOCKTAKE_STATE_UNDONE, "漏盘二层")
    assert [standing(now(warehouse, each)) for each in before] == [
        standing(each) for each in before
    ]
    kinds = [each.kind for each in entries(warehouse, stocktake)]
    assert (
        sorted(kinds) == [ip.MOVEMENT_KIND_STOCKTAKE] * 2 + [ip.MOVEMENT_KIND_STOCKTAKE_UNDONE] * 2
    )
    assert len(warehouse.facts(events_pb2.StocktakeUndone)) == 1
    told = refusal(
        warehouse, "undo_stocktake", IllegalState, stocktake_id=stocktake.id, reason="再撤"
    )
    assert told == ("ILLEGAL_STATE", ["state"])


def test_cards_in_other_states_are_findings_and_never_adjusted(warehouse: Harness) -> None:
    desks = stocked(warehouse, 2, 库位="B-02")
    warehouse.call("lend_item", item_id=desks[0].id, borrower_name="云澜市档案馆")
    granted(warehouse, somebody(), item_ids=[desks[1].id])
    before = [now(warehouse, each) for each in desks]
    stocktake = scan(warehouse, opened(warehouse, desks[0].store_id), codes(desks))
    assert numbers(stocktake) == (0, 0, 2, 0)
    assert post(warehouse, stocktake).adjusted == 0
    assert [now(warehouse, each) for each in desks] == before


def test_a_card_that_left_by_a_document_is_moved_and_not_missing(warehouse: Harness) -> None:
    gone, back, lost = stocked(warehouse, 3)
    stocktake = opened(warehouse, gone.store_id)
    transfer = granted(warehouse, somebody(), item_ids=[gone.id])
    warehouse.call("hand_over_transfer", user="keeper", transfer_id=transfer.id)
    warehouse.call("lend_item", item_id=back.id, borrower_name="云澜市档案馆")
    warehouse.call("return_item", item_id=back.id)
    posted = post(warehouse, stocktake)
    assert (posted.missing, posted.moved, posted.adjusted) == (1, 2, 1)
    assert outcomes(warehouse, posted, "MOVED") == codes([gone, back])
    assert now(warehouse, gone).state == ip.ITEM_STATE_IN_TRANSIT
    assert now(warehouse, back).state == ip.ITEM_STATE_IN_STOCK
    assert now(warehouse, lost).state == ip.ITEM_STATE_MISSING


def test_a_missing_card_that_is_reserved_refuses_the_posting_by_its_code(
    warehouse: Harness,
) -> None:
    desks = stocked(warehouse, 3)
    stocktake = opened(warehouse, desks[0].store_id)
    scan(warehouse, stocktake, [desks[2].code])
    transfer = granted(warehouse, somebody(), item_ids=[desks[1].id])
    with pytest.raises(IllegalState) as refused:
        post(warehouse, stocktake)
    assert refused.value.reason == "CARDS_BOUND"
    assert refused.value.zh.startswith(f"{desks[1].code}已预留")
    assert now(warehouse, desks[0]).state == ip.ITEM_STATE_IN_STOCK
    user = somebody()
    warehouse.call("withdraw_transfer", user=user, transfer_id=transfer.id)
    posted = post(warehouse, stocktake)
    assert (posted.missing, posted.moved, posted.adjusted) == (2, 0, 2)


def test_a_whole_store_moves_cards_to_the_place_where_they_were_scanned(
    warehouse: Harness,
) -> None:
    here, there = stocked(warehouse, 2)
    [stray] = stocked(warehouse, 1, 库位="X-09")
    stocktake = opened(warehouse, here.store_id, place="")
    scan(warehouse, stocktake, [here.code, stray.code])
    stocktake = scan(warehouse, stocktake, [there.code], place="B-02")
    assert numbers(stocktake) == (1, 0, 2, 0)
    assert post(warehouse, stocktake).adjusted == 2
    assert now(warehouse, here).place == "A-01"
    assert now(warehouse, there).place == "B-02"
    assert (now(warehouse, stray).store_id, now(warehouse, stray).place) == (here.store_id, "")
    undo(warehouse, stocktake)
    assert standing(now(warehouse, stray)) == standing(stray)
    assert standing(now(warehouse, there)) == standing(there)


def test_a_stray_card_that_another_stocktake_moved_since_stays_there(warehouse: Harness) -> None:
    [stray] = stocked(warehouse, 1, 库位="X-09")
    here, there = create_store(warehouse), create_store(warehouse)
    first, second = opened(warehouse, here.id), opened(warehouse, there.id)
    for stocktake in (first, second):
        scan(warehouse, stocktake, [stray.code])
    assert post(warehouse, second).adjusted == 1
    assert post(warehouse, first).adjusted == 0
    assert now(warehouse, stray).store_id == there.id


def test_cards_that_lie_in_one_another_s_places_are_exchanged_and_none_is_missing(
    warehouse: Harness,
) -> None:
    store = create_store(warehouse)
    imported(warehouse, *(item_cells(store.code, 库位=each) for each in ("A-01", "B-02")))
    cards = warehouse.call("list_items", store_id=store.id).items
    counts = [opened(warehouse, store.id, each.place) for each in cards]
    for stocktake, lying in zip(counts, reversed(cards), strict=True):
        scan(warehouse, stocktake, [lying.code])
    posted = [post(warehouse, each) for each in counts]
    assert [(each.missing, each.moved, each.misplaced, each.adjusted) for each in posted] == [
        (0, 1, 1, 1)
    ] * 2
    assert [now(warehouse, each).place for each in cards] == ["B-02", "A-01"]


def test_what_others_answer_for_remains_a_finding(warehouse: Harness) -> None:
    [ours], [theirs] = stocked(warehouse, 1), stocked(warehouse, 1, region_code="990200")
    stocktake = scan(warehouse, opened(warehouse, ours.store_id), [ours.code, theirs.code])
    keeper = keeper_of("9901")
    posted = warehouse.call("post_stocktake", user=keeper, stocktake_id=stocktake.id)
    assert (numbers(posted), posted.adjusted) == ((1, 0, 1, 0), 0)
    assert now(warehouse, theirs) == theirs


def test_cards_of_units_in_a_virtual_store_are_adjusted_by_who_keeps_it(
    warehouse: Harness,
) -> None:
    unit = a_unit(warehouse, region_code="990201")
    desk, keeper = in_virtual_store(warehouse, unit), keeper_of("9901")
    stocktake = opened(warehouse, desk.store_id, place="原处")
    assert warehouse.call("post_stocktake", user=keeper, stocktake_id=stocktake.id).adjusted == 1
    assert now(warehouse, desk).state == ip.ITEM_STATE_MISSING
    warehouse.call("undo_stocktake", user=keeper, stocktake_id=stocktake.id, reason="误盘")
    assert standing(now(warehouse, desk)) == standing(desk)


def test_a_card_that_moved_since_keeps_the_stocktake_from_being_undone(
    warehouse: Harness,
) -> None:
    desks = stocked(warehouse, 2)
    stocktake = post(warehouse, opened(warehouse, desks[0].store_id))
    again = desks[1]
    offered = offer(warehouse, asset_code=again.asset.asset_code)
    accept(warehouse, offered, store_id=again.store_id)
    with pytest.raises(IllegalState) as refused:
        undo(warehouse, stocktake)
    assert refused.value.reason == "MOVED_SINCE"
    assert refused.value.zh.startswith(f"{again.code}过账后")
    assert now(warehouse, desks[0]).state == ip.ITEM_STATE_MISSING
