"""Several who count, post and move the same cards at the same moment."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import DomainError
from chassis.testing import Harness
from guanjia.warehouse.v1 import items_pb2 as ip
from guanjia.warehouse.v1 import stocktakes_pb2 as pb
from guanjia.warehouse.v1 import transfers_pb2 as tp
from tests.together import together
from tests.warehouse.factories import asked, create_store, decide, somebody, stocked

pytestmark = pytest.mark.row("W07")


def opened(warehouse: Harness, store_id: str, place: str = "A-01") -> Any:
    return warehouse.call("open_stocktake", store_id=store_id, place=place)


def refused(outcomes: list[Any]) -> list[str]:
    assert all(isinstance(each, DomainError) for each in outcomes if isinstance(each, Exception))
    return [each.reason for each in outcomes if isinstance(each, DomainError)]


def test_of_four_who_open_the_same_place_or_the_store_one_does(warehouse: Harness) -> None:
    store = create_store(warehouse)
    places = ("A-01", "", "A-01", "")
    outcomes = together(*(lambda each=each: opened(warehouse, store.id, each) for each in places))
    assert refused(outcomes) == ["STOCKTAKE_OPEN"] * 3
    assert warehouse.count("stocktakes") == 1


def test_of_two_who_post_at_once_one_does_and_cards_move_once(warehouse: Harness) -> None:
    desks = stocked(warehouse, 5)
    stocktake = opened(warehouse, desks[0].store_id)
    outcomes = together(*[lambda: warehouse.call("post_stocktake", stocktake_id=stocktake.id)] * 2)
    assert refused(outcomes) == ["ILLEGAL_STATE"]
    moved = warehouse.call("list_movements", document_id=stocktake.id).movements
    assert len(moved) == 5


def test_scanners_that_send_at_once_lose_and_count_nothing_twice(warehouse: Harness) -> None:
    desks = stocked(warehouse, 20)
    stocktake = opened(warehouse, desks[0].store_id)
    tags = [each.code for each in desks] + ["E280-FFFF"]
    outcomes = together(
        *(
            lambda part=part: warehouse.call("record_scans", stocktake_id=stocktake.id, tags=part)
            for part in (tags[:12], tags[6:], tags[::-1], tags)
        )
    )
    assert refused(outcomes) == []
    found = warehouse.call("get_stocktake", stocktake_id=stocktake.id)
    assert (found.found, found.missing, found.unknown) == (20, 0, 1)
    assert warehouse.count("stocktake_lines") == 21


@pytest.mark.parametrize("turn", range(4))
def test_a_card_that_is_approved_away_while_it_is_posted_is_not_lost(
    warehouse: Harness, turn: int
) -> None:
    desks = stocked(warehouse, 4)
    transfer = asked(warehouse, somebody(), item_ids=[each.id for each in reversed(desks[:2])])
    stocktake = opened(warehouse, desks[0].store_id)
    acts = [
        lambda: warehouse.call("post_stocktake", stocktake_id=stocktake.id),
        lambda: decide(warehouse, transfer.approval_id),
    ]
    outcomes = together(*(acts if turn % 2 else acts[::-1]))
    told = refused(outcomes)
    posted = warehouse.call("get_stocktake", stocktake_id=stocktake.id)
    decided = warehouse.call("get_transfer", transfer_id=transfer.id)
    states = {warehouse.call("get_item", item_id=each.id).state for each in desks[:2]}
    if posted.state == pb.STOCKTAKE_STATE_POSTED:
        assert (told, states) == ([], {ip.ITEM_STATE_MISSING})
        assert decided.state == tp.TRANSFER_STATE_UNMET
    else:
        assert (told, states) == (["CARDS_BOUND"], {ip.ITEM_STATE_RESERVED})
        assert decided.state == tp.TRANSFER_STATE_APPROVED
