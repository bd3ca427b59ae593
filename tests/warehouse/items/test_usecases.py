"""What may be done with items."""

from __future__ import annotations

import pytest

from chassis.errors import Conflict, DomainError, IllegalState, InvalidInput, NotFound
from chassis.testing import Harness
from guanjia.warehouse.v1 import items_pb2 as pb
from tests.refusals import refusal
from tests.together import together
from tests.warehouse.factories import held_item, lent_item

NOBODY = "0190b6e0-7d5c-7a3e-8f00-0123456789ab"


def test_an_item_is_lent_and_comes_back_to_its_place(warehouse: Harness) -> None:
    item = held_item(warehouse)
    lent = warehouse.call("lend_item", item_id=item.id, borrower_name=" 云澜市档案馆 ")
    assert (lent.state, lent.borrower_name) == (pb.ITEM_STATE_ON_LOAN, "云澜市档案馆")
    assert (lent.place, lent.owner_name) == (item.place, item.owner_name)
    back = warehouse.call("return_item", item_id=item.id)
    item.etag = back.etag
    assert back == item


def test_an_item_is_lent_to_one_borrower_at_a_time(warehouse: Harness) -> None:
    item = lent_item(warehouse)
    told = refusal(warehouse, "lend_item", IllegalState, item_id=item.id, borrower_name="财政局")
    assert told == ("ILLEGAL_STATE", ["state"])


def test_an_item_in_stock_does_not_come_back(warehouse: Harness) -> None:
    item = held_item(warehouse)
    assert refusal(warehouse, "return_item", IllegalState, item_id=item.id)[0] == "ILLEGAL_STATE"


def test_a_borrower_has_a_name(warehouse: Harness) -> None:
    item = held_item(warehouse)
    told = refusal(warehouse, "lend_item", InvalidInput, item_id=item.id, borrower_name=" ")
    assert told == ("REQUIRED", ["borrower_name"])


def test_r22_of_four_who_borrow_one_item_at_once_one_gets_it(warehouse: Harness) -> None:
    item = held_item(warehouse)
    outcomes = together(
        *(
            lambda name=name: warehouse.call("lend_item", item_id=item.id, borrower_name=name)
            for name in ("甲", "乙", "丙", "丁")
        )
    )
    [lent] = [each for each in outcomes if isinstance(each, pb.Item)]
    refused = [each.reason for each in outcomes if isinstance(each, DomainError)]
    assert refused == ["ILLEGAL_STATE"] * 3
    assert warehouse.call("get_item", item_id=item.id) == lent


@pytest.mark.parametrize("method", ["lend_item", "return_item"])
def test_r22_an_item_that_somebody_changed_is_refused(warehouse: Harness, method: str) -> None:
    item = lent_item(warehouse)
    fields = {"borrower_name": "财政局"} if method == "lend_item" else {}
    told = refusal(warehouse, method, Conflict, item_id=item.id, etag="1", **fields)
    assert told == ("STALE", ["etag"])


def test_an_item_nobody_holds_is_not_found(warehouse: Harness) -> None:
    for method, fields in (
        ("get_item", {}),
        ("lend_item", {"borrower_name": "财政局"}),
        ("return_item", {}),
    ):
        told = refusal(warehouse, method, NotFound, item_id=NOBODY, **fields)
        assert told == ("NOT_FOUND", ["item_id"])


def test_items_are_found_by_state_and_store(warehouse: Harness) -> None:
    in_stock, lent = held_item(warehouse), lent_item(warehouse)
    listed = warehouse.call("list_items").items
    assert listed == [in_stock, lent]
    assert warehouse.call("list_items", state="ITEM_STATE_ON_LOAN").items == [lent]
    assert warehouse.call("list_items", store_id=in_stock.store_id).items == [in_stock]
    assert not warehouse.call("list_items", state="ITEM_STATE_GONE").items


def test_a_filter_that_means_nothing_is_refused(warehouse: Harness) -> None:
    told = refusal(warehouse, "list_items", InvalidInput, store_id="1")
    assert told == ("INVALID_ID", ["store_id"])
