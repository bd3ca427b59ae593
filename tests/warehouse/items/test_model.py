"""Every move of a card: where it leads, what it leaves alone, and the entry it makes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chassis.errors import IllegalState, InvalidInput
from tests.moves import moves_hold
from tests.warehouse.factories import CAUSE, OWNER, item_object, store_object
from warehouse.items.model import Item
from warehouse.items.movements import Movement, MovementKind
from warehouse.items.states import OUTSIDE, STATE_NAMES, ItemState

S = ItemState
K = MovementKind

MOVES: dict[str, Callable[[Item], Movement]] = {
    "come in": lambda it: it.come_in(store_object(), "B-2", OWNER, 80_000, CAUSE),
    "lend": lambda it: it.lend("云澜市档案馆", CAUSE),
    "take back": lambda it: it.take_back(CAUSE),
    "reserve": lambda it: it.reserve(CAUSE),
    "release": lambda it: it.release(CAUSE),
    "hand over": lambda it: it.hand_over(CAUSE),
    "receive": lambda it: it.receive("301", OWNER, CAUSE),
    "refuse": lambda it: it.refuse(CAUSE),
    "list for disposal": lambda it: it.list_for_disposal(CAUSE),
    "keep": lambda it: it.keep(CAUSE),
    "depart": lambda it: it.depart(CAUSE),
    "be missing": lambda it: it.be_missing(CAUSE),
    "lie at": lambda it: it.lie_at("s-2", "C-3", CAUSE),
    "stand again": lambda it: it.stand_again("s-1", "A-1", CAUSE),
}
LEGAL = {
    (S.IN_USE, "come in"): S.IN_STOCK,
    (S.MISSING, "come in"): S.IN_STOCK,
    (S.IN_STOCK, "lend"): S.ON_LOAN,
    (S.ON_LOAN, "take back"): S.IN_STOCK,
    (S.IN_STOCK, "reserve"): S.RESERVED,
    (S.RESERVED, "release"): S.IN_STOCK,
    (S.RESERVED, "hand over"): S.IN_TRANSIT,
    (S.IN_TRANSIT, "receive"): S.IN_USE,
    (S.IN_TRANSIT, "refuse"): S.IN_STOCK,
    (S.IN_STOCK, "list for disposal"): S.IN_DISPOSAL,
    (S.IN_DISPOSAL, "keep"): S.IN_STOCK,
    (S.IN_DISPOSAL, "depart"): S.GONE,
    (S.IN_STOCK, "be missing"): S.MISSING,
    (S.IN_STOCK, "lie at"): S.IN_STOCK,
    (S.MISSING, "stand again"): S.IN_STOCK,
    (S.IN_STOCK, "stand again"): S.IN_STOCK,
}


def shown(item: Item) -> object:
    """All that a move could change."""
    return [getattr(item, each.key) for each in Item.__table__.c]


@pytest.mark.row("W03")
@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("state", S)
def test_a_move_leads_where_the_picture_says_or_is_refused(state: ItemState, move: str) -> None:
    moves_hold(item_object(state), move, MOVES, LEGAL, shown)


@pytest.mark.parametrize(("state", "move"), LEGAL)
def test_a_move_makes_one_entry_of_where_the_card_stood_and_stands(
    state: ItemState, move: str
) -> None:
    item = item_object(state)
    before = {name: getattr(item, name) for name in Movement.STANDING}
    entry = MOVES[move](item)
    after = {name: getattr(item, name) for name in Movement.STANDING}
    assert {name: getattr(entry, f"from_{name}") for name in Movement.STANDING} == before
    assert {name: getattr(entry, f"to_{name}") for name in Movement.STANDING} == after
    assert (entry.item_id, entry.document_id, entry.moved_by) == (item.id, "d-1", "li")


@pytest.mark.parametrize(("state", "move"), LEGAL)
def test_a_card_is_in_a_store_if_and_only_if_its_state_says_so(state: ItemState, move: str) -> None:
    item = item_object(state)
    MOVES[move](item)
    assert (item.store_id is None) == (item.state in OUTSIDE)


@pytest.mark.row("W03")
@pytest.mark.parametrize("move", ["reserve", "hand over", "refuse", "lend"])
def test_the_owner_is_who_it_was_until_the_receipt(move: str) -> None:
    [state] = [state for state, name in LEGAL if name == move]
    item = item_object(state)
    MOVES[move](item)
    assert item.owner_name == "云澜市机关事务管理局"


def test_a_card_that_comes_in_again_begins_another_stay() -> None:
    item = item_object(S.IN_USE)
    entry = MOVES["come in"](item)
    assert (item.stay, item.place, item.value_fen) == (2, "B-2", 80_000)
    assert entry.kind is K.INTAKE


def test_an_item_may_be_shared_with_a_region_around_it_only() -> None:
    item = item_object()
    item.share("99")
    assert item.reach == "99"
    with pytest.raises(InvalidInput):
        item.share("9902")
    with pytest.raises(IllegalState):
        item_object(S.RESERVED).share("99")


def test_every_state_has_a_name_people_read() -> None:
    assert set(STATE_NAMES) == set(ItemState)
