"""Every legal move of a plan, and every illegal one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from chassis.errors import IllegalState
from housing.properties.model import UseState
from housing.revitalisation.model import (
    RUNNING,
    STATE_NAMES,
    Revitalisation,
    RevitalisationState,
    RevitalisationWay,
)
from tests.housing.revitalisation.factories import NOW, plan_object
from tests.moves import moves_hold

S = RevitalisationState
W = RevitalisationWay
DAY = date(2026, 3, 2)
NOTHING = {"gross_fen": 0, "tax_fen": 0, "cost_fen": 0}

MOVES: dict[str, Callable[[Revitalisation], object]] = {
    "correct": lambda it: it.correct("li", "sell", DAY, "出售"),
    "submit": lambda it: it.submit(),
    "return": lambda it: it.take_back(by="chief", at=NOW, note="材料不全"),
    "reject": lambda it: it.reject(by="chief", at=NOW, note="自用"),
    "approve": lambda it: it.approve(by="chief", at=NOW, note="同意"),
    "record": lambda it: it.record("li", DAY, "let", "", **NOTHING),
    "finish": lambda it: it.finish(DAY),
    "abandon": lambda it: it.abandon(DAY, "另有安排"),
}
LEGAL = {
    (S.DRAFT, "correct"): S.DRAFT,
    (S.DRAFT, "submit"): S.SUBMITTED,
    (S.DRAFT, "abandon"): S.ABANDONED,
    (S.SUBMITTED, "return"): S.DRAFT,
    (S.SUBMITTED, "reject"): S.REJECTED,
    (S.SUBMITTED, "approve"): S.APPROVED,
    (S.SUBMITTED, "abandon"): S.ABANDONED,
    (S.APPROVED, "record"): S.APPROVED,
    (S.APPROVED, "finish"): S.DONE,
    (S.APPROVED, "abandon"): S.ABANDONED,
}


def shown(plan: Revitalisation) -> object:
    """All that a move could change."""
    names = [each.key for each in Revitalisation.__table__.c]
    return [getattr(plan, name) for name in names], [each.id for each in plan.actions]


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("state", S)
def test_a_move_leads_where_the_picture_says_or_is_refused(
    state: RevitalisationState, move: str
) -> None:
    moves_hold(plan_object(state), move, MOVES, LEGAL, shown)


def test_every_state_has_a_name_people_read() -> None:
    assert set(STATE_NAMES) == set(RevitalisationState)
    assert set(RUNNING) == {S.DRAFT, S.SUBMITTED, S.APPROVED}


@pytest.mark.parametrize(
    ("way", "used_as"),
    [
        (W.REALLOCATE, UseState.IN_USE),
        (W.SWAP, UseState.IN_USE),
        (W.CONVERT, UseState.IN_USE),
        (W.HAND_OVER, UseState.IN_USE),
        (W.LET, UseState.LET),
        (W.INJECT, None),
        (W.SELL, None),
    ],
)
def test_the_way_says_what_the_property_is_afterwards(
    way: RevitalisationWay, used_as: UseState | None
) -> None:
    plan = plan_object(S.APPROVED)
    plan.way = way
    assert plan.finish(DAY) is used_as
    assert (plan.ended_on, bool(plan.ending_note)) == (DAY, True)


def test_a_plan_by_which_nothing_was_done_is_not_finished() -> None:
    plan = plan_object(S.APPROVED)
    plan.actions.clear()
    with pytest.raises(IllegalState) as refused:
        plan.finish(DAY)
    assert (refused.value.reason, plan.state) == ("NO_ACTION", S.APPROVED)


def test_whoever_corrects_it_is_one_of_its_authors_once() -> None:
    plan = plan_object()
    for by in ("li", "zhang", "li"):
        plan.correct(by, "sell", DAY, "出售")
    assert plan.authors() == ["zhang", "li"]
