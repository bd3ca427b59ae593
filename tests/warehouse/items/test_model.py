"""Every move of an item."""

from __future__ import annotations

import pytest

from chassis.errors import IllegalState
from tests.warehouse.factories import item_object
from warehouse.items.model import STATE_NAMES, ItemState

S = ItemState


def test_an_item_in_stock_is_lent_to_somebody() -> None:
    item = item_object()
    item.lend("云澜市档案馆")
    assert (item.state, item.borrower_name) == (S.ON_LOAN, "云澜市档案馆")


def test_a_lent_item_comes_back_and_keeps_its_place_and_owner() -> None:
    item = item_object(S.ON_LOAN)
    item.take_back()
    assert (item.state, item.borrower_name) == (S.IN_STOCK, "")
    assert (item.store_id, item.place, item.owner_name) == ("s-1", "A-1", "云澜市机关事务管理局")


@pytest.mark.parametrize("state", [S.ON_LOAN, S.GONE])
def test_an_item_that_is_not_in_stock_is_not_lent(state: ItemState) -> None:
    item = item_object(state)
    borrower = item.borrower_name
    with pytest.raises(IllegalState):
        item.lend("云澜市财政局")
    assert (item.state, item.borrower_name) == (state, borrower)


@pytest.mark.parametrize("state", [S.IN_STOCK, S.GONE])
def test_an_item_that_is_not_on_loan_does_not_come_back(state: ItemState) -> None:
    item = item_object(state)
    with pytest.raises(IllegalState):
        item.take_back()
    assert item.state is state


def test_every_state_has_a_name_people_read() -> None:
    assert set(STATE_NAMES) == set(ItemState)
