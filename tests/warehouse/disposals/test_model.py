"""Every move of a disposal batch: where it leads, and what becomes of its lines."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from chassis.errors import IllegalState, InvalidInput, NotFound
from tests.moves import moves_hold
from tests.warehouse.disposals.factories import DAY, NOW, batch_object, sale_object
from tests.warehouse.factories import item_object
from warehouse.disposals.lines import LINE_STATE_NAMES, LineState
from warehouse.disposals.model import (
    STATE_NAMES,
    DisposalBatch,
    DisposalBatchState,
    DisposalKind,
)
from warehouse.disposals.rules import reaches_floor

S = DisposalBatchState
pytestmark = pytest.mark.row("W10")


def only(it: DisposalBatch) -> str:
    return it.lines[0].item_id


def sell(it: DisposalBatch) -> None:
    it.sell(sale_object(), {only(it): 50_000})
    it.settle(DAY)


MOVES: dict[str, Callable[[DisposalBatch], object]] = {
    "correct": lambda it: it.correct("li", "更正", [item_object()]),
    "appraise": lambda it: it.appraise("li", {only(it): 1}, "云澜评估", DAY),
    "submit": lambda it: it.submit("li"),
    "take back": lambda it: it.take_back("chief", NOW, "补材料"),
    "approve": lambda it: it.approve("chief", NOW, ""),
    "reject": lambda it: it.reject("chief", NOW, "自用"),
    "withdraw": lambda it: it.withdraw(),
    "sell": sell,
    "complete": lambda it: it.complete(DAY),
}
LEGAL = {
    (S.DRAFT, "correct"): S.DRAFT,
    (S.DRAFT, "appraise"): S.DRAFT,
    (S.DRAFT, "submit"): S.SUBMITTED,
    (S.SUBMITTED, "take back"): S.DRAFT,
    (S.SUBMITTED, "approve"): S.APPROVED,
    (S.SUBMITTED, "reject"): S.REJECTED,
    (S.DRAFT, "withdraw"): S.WITHDRAWN,
    (S.SUBMITTED, "withdraw"): S.WITHDRAWN,
    (S.APPROVED, "withdraw"): S.WITHDRAWN,
    (S.APPROVED, "sell"): S.COMPLETED,
    (S.APPROVED, "complete"): S.COMPLETED,
}


def shown(batch: DisposalBatch) -> object:
    """All that a move could change."""
    own = [getattr(batch, each.key) for each in DisposalBatch.__table__.c]
    lines = [(each.state, each.appraised_fen, each.income_fen) for each in batch.lines]
    return own, lines, len(batch.sales)


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("state", S)
def test_a_move_leads_where_the_picture_says_or_is_refused(state: S, move: str) -> None:
    moves_hold(batch_object(state), move, MOVES, LEGAL, shown)


@pytest.mark.parametrize(
    ("state", "move", "ends"),
    [
        (S.SUBMITTED, "reject", LineState.DROPPED),
        (S.DRAFT, "withdraw", LineState.DROPPED),
        (S.APPROVED, "withdraw", LineState.DROPPED),
        (S.APPROVED, "complete", LineState.UNSOLD),
    ],
)
def test_what_does_not_leave_after_all_is_told(state: S, move: str, ends: LineState) -> None:
    batch = batch_object(state)
    assert MOVES[move](batch) == batch.lines
    assert [each.state for each in batch.lines] == [ends]


def test_a_donation_is_given_away_whole_and_never_sold() -> None:
    batch = batch_object(S.APPROVED, DisposalKind.DONATION)
    for move in ("sell", "complete"):
        with pytest.raises(IllegalState) as refused:
            MOVES[move](batch)
        assert refused.value.reason == "NOT_A_SALE"
    assert batch.donate("云澜希望小学", DAY) == batch.lines
    assert batch.settle(DAY)
    assert (batch.state, batch.receiver, batch.income_fen) == (S.COMPLETED, "云澜希望小学", 0)
    with pytest.raises(IllegalState) as refused:
        batch_object(S.APPROVED).donate("云澜希望小学", DAY)
    assert refused.value.reason == "NOT_A_DONATION"


def test_what_stays_in_a_corrected_batch_keeps_its_appraisal() -> None:
    batch, other = batch_object(), item_object()
    kept = batch.lines[0]
    item = item_object()
    item.id = kept.item_id
    batch.correct("li", "更正", [other, item])
    assert [each.position for each in batch.lines] == [1, 2]
    assert (batch.lines[1], kept.appraised_fen, batch.lines[0].appraised_on) == (kept, 60_000, None)
    with pytest.raises(InvalidInput) as refused:
        batch.submit("li")
    assert [each.field for each in refused.value.violations] == ["lines.0.appraised_fen"]


def test_income_is_recorded_once_for_a_line_that_is_in_the_batch() -> None:
    batch = batch_object(S.APPROVED)
    with pytest.raises(NotFound):
        batch.sell(sale_object(), {"other": 1})
    batch.sell(sale_object(), {only(batch): 50_000})
    with pytest.raises(IllegalState):
        batch.sell(sale_object(), {only(batch): 50_000})
    assert batch.income_fen == 50_000


def test_a_batch_of_which_something_is_sold_is_not_withdrawn() -> None:
    batch = batch_object(S.APPROVED)
    batch.sell(sale_object(), {only(batch): 50_000})
    with pytest.raises(IllegalState):
        batch.withdraw()


@pytest.mark.parametrize(
    ("income_fen", "floor", "reaches"),
    [(90_000, "90", True), (89_999, "90", False), (1, None, True), (0, "0", True)],
)
def test_a_floor_is_reached_to_the_fen(income_fen: int, floor: str | None, reaches: bool) -> None:
    percent = Decimal(floor) if floor else None
    assert reaches_floor(income_fen, 100_000, percent) is reaches


def test_every_state_has_a_name_people_read() -> None:
    assert set(STATE_NAMES) == set(S)
    assert set(LINE_STATE_NAMES) == set(LineState)
