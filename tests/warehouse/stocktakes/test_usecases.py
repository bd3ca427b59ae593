"""What may be done with stocktakes, from opening to undoing."""

from __future__ import annotations

from collections.abc import Sequence
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

pytestmark = pytest.mark.row("W07")

NOBODY = "0190b6e0-7d5c-7a3e-8f00-0123456789ab"


def opened(warehouse: Harness, store_id: str, place: str = "A-01") -> Any:
    return warehouse.call("open_stocktake", store_id=store_id, place=place)


def scan(warehouse: Harness, stocktake: Any, tags: Sequence[str], **more: Any) -> Any:
    return warehouse.call("record_scans", stocktake_id=stocktake.id, tags=tags, **more)


def post(warehouse: Harness, stocktake: Any) -> Any:
    return warehouse.call("post_stocktake", stocktake_id=stocktake.id)


def undo(warehouse: Harness, stocktake: Any) -> Any:
    return warehouse.call("undo_stocktake", stocktake_id=stocktake.id, reason="漏盘二层")


def numbers(stocktake: Any) -> tuple[int, int, int, int]:
    return stocktake.found, stocktake.missing, stocktake.misplaced, stocktake.unknown


def codes(items: Sequence[Any]) -> list[str]:
    return [each.code for each in items]


def now(warehouse: Harness, item: Any) -> Any:
    return warehouse.call("get_item", item_id=item.id)


def entries(warehouse: Harness, stocktake: Any) -> list[ip.Movement]:
    reply = warehouse.call("list_movements", document_id=stocktake.id, page_size=500)
    return list(reply.movements)


def outcomes(warehouse: Harness, stocktake: Any, word: str) -> list[str]:
    """The cards, or else the tags, of an outcome."""
    listed = warehouse.call(
        "list_stocktake_lines", stocktake_id=stocktake.id, outcome=f"STOCKTAKE_OUTCOME_{word}"
    )
    return [each.item_code or each.tag for each in listed.lines]


def standing(item: Any) -> tuple[Any, ...]:
    return item.state, item.store_id, item.place, item.owner_name, item.unit_id, item.reach


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


def test_cards_in_other_states_are_findings_and_never_adjusted(warehouse: Harness) -> None:
    desks = stocked(warehouse, 2, 库位="B-02")
    warehouse.call("lend_item", item_id=desks[0].id, borrower_name="云澜市档案馆")
    granted(warehouse, somebody(), item_ids=[desks[1].id])
    before = [now(warehouse, each) for each in desks]
    stocktake = scan(warehouse, opened(warehouse, desks[0].store_id), codes(desks))
    assert numbers(stocktake) == (0, 0, 2, 0)
    assert post(warehouse, stocktake).adjusted == 0
    assert [now(warehouse, each) for each in desks] == before


def test_a_card_that_came_meanwhile_is_found_though_not_expected(warehouse: Harness) -> None:
    store = create_store(warehouse)
    stocktake = opened(warehouse, store.id)
    came = accept(warehouse, offer(warehouse), store_id=store.id, place="A-01")
    item = warehouse.call("get_item", item_id=came.item_id)
    stocktake = scan(warehouse, stocktake, [item.code])
    assert (stocktake.expected, numbers(stocktake)) == (0, (1, 0, 0, 0))
    assert post(warehouse, stocktake).adjusted == 0


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
