"""Every legal move of a disposal, and every illegal one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from chassis.errors import DomainError, IllegalState, InvalidInput, NotFound
from housing.disposals.lines import LineState
from housing.disposals.model import STATE_NAMES, Disposal, DisposalState
from tests.housing.factories import NOW, disposal_object
from tests.moves import moves_hold

S = DisposalState
L = LineState
DAY = date(2026, 3, 1)

MOVES: dict[str, Callable[[Disposal], None]] = {
    "submit": lambda disposal: disposal.submit(),
    "appraise": lambda disposal: disposal.appraise("zhang", 500_000, DAY, "云澜评估所"),
    "withdraw": lambda disposal: disposal.withdraw("zhang", NOW, "不再搬迁"),
    "reject": lambda disposal: disposal.reject(by="li", at=NOW, note="材料不全"),
    "approve": lambda disposal: disposal.approve(by="li", at=NOW, note="同意"),
    "accept line": lambda disposal: disposal.accept_line(disposal.lines[0].id),
    "reject line": lambda disposal: disposal.reject_line(disposal.lines[0].id, "无法修复"),
    "give back line": lambda disposal: disposal.give_back_line(disposal.lines[0].id),
    "settle line": lambda disposal: disposal.settle_line(disposal.lines[0].id, "已报废"),
    "complete": lambda disposal: disposal.complete(5_000, None),
}
LEGAL = {
    (S.DRAFT, "appraise"): S.DRAFT,
    (S.DRAFT, "submit"): S.SUBMITTED,
    (S.DRAFT, "withdraw"): S.WITHDRAWN,
    (S.SUBMITTED, "withdraw"): S.WITHDRAWN,
    (S.SUBMITTED, "reject"): S.REJECTED,
    (S.SUBMITTED, "approve"): S.APPROVED,
    **{
        (state, move): after
        for state in (S.APPROVED, S.HANDING_OVER, S.NEEDS_ATTENTION)
        for move, after in (
            ("accept line", S.HANDING_OVER),
            ("reject line", S.NEEDS_ATTENTION),
            ("settle line", S.HANDING_OVER),
            ("withdraw", S.HANDING_OVER),
        )
    },
}


def shown(disposal: Disposal) -> object:
    """All that a move could change."""
    lines = [(line.state, line.answer_due_at, line.remark) for line in disposal.lines]
    own = (disposal.state, disposal.decided_by, disposal.decided_at, disposal.decision_note)
    withdrawn = (disposal.withdrawn_by, disposal.withdrawn_at, disposal.withdrawal_reason)
    figures = (disposal.appraised_value_fen, disposal.income_fen, disposal.shortfall_reason)
    return *own, *withdrawn, *figures, lines


def disposal_in(state: DisposalState) -> Disposal:
    """A disposal in that state whose first line is awaited once it is approved."""
    early = (S.DRAFT, S.SUBMITTED, S.REJECTED, S.WITHDRAWN)
    made = disposal_object(2, S.SUBMITTED if state in early else S.APPROVED)
    made.state = state
    made.corrected_by = ""
    return made


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("state", S)
def test_a_move_leads_where_the_picture_says_or_is_refused(state: DisposalState, move: str) -> None:
    moves_hold(disposal_in(state), move, MOVES, LEGAL, shown)


def test_every_state_has_a_name_people_read() -> None:
    assert set(STATE_NAMES) == set(DisposalState)


def test_approval_lets_every_line_await_its_intake_until_its_time() -> None:
    disposal = disposal_object(3, S.APPROVED)
    assert {line.state for line in disposal.lines} == {L.AWAITING_INTAKE}
    assert {line.answer_due_at for line in disposal.lines} == {NOW + timedelta(days=10)}
    assert (disposal.decided_by, disposal.decided_at, disposal.decision_note) == ("li", NOW, "同意")


def test_a_building_alone_is_handed_over_as_soon_as_it_is_approved() -> None:
    disposal = disposal_object(0, S.APPROVED)
    states = [disposal.state]
    disposal.complete(1, None)
    assert [*states, disposal.state] == [S.HANDING_OVER, S.COMPLETED]


def test_an_answered_line_is_awaited_no_longer() -> None:
    disposal = disposal_object(2, S.APPROVED)
    accepted, rejected = disposal.lines
    disposal.accept_line(accepted.id)
    disposal.reject_line(rejected.id, "未见实物")
    assert [line.answer_due_at for line in disposal.lines] == [None, None]
    assert (accepted.state, rejected.state, rejected.remark) == (L.ACCEPTED, L.REJECTED, "未见实物")


@pytest.mark.parametrize(
    ("answer", "told"), [("accept line", "其后已入仓"), ("reject line", "其后退回")]
)
def test_an_answer_after_a_settlement_is_noted_and_changes_no_state(answer: str, told: str) -> None:
    disposal = disposal_object(2, S.APPROVED)
    MOVES["settle line"](disposal)
    before = (disposal.state, [line.state for line in disposal.lines])
    MOVES[answer](disposal)
    assert (disposal.state, [line.state for line in disposal.lines]) == before
    assert any(told in line.remark for line in disposal.lines)


@pytest.mark.parametrize("answer", ["accept line", "reject line"])
@pytest.mark.parametrize("first", ["accept line", "reject line"])
def test_a_line_is_answered_once(first: str, answer: str) -> None:
    disposal = disposal_object(2, S.APPROVED)
    MOVES[first](disposal)
    before = shown(disposal)
    with pytest.raises(IllegalState):
        MOVES[answer](disposal)
    assert shown(disposal) == before


@pytest.mark.parametrize("first", ["accept line", "settle line"])
def test_a_closed_line_is_not_settled_by_hand(first: str) -> None:
    disposal = disposal_object(2, S.APPROVED)
    MOVES[first](disposal)
    with pytest.raises(IllegalState):
        MOVES["settle line"](disposal)


def test_a_rejected_line_needs_attention_until_it_is_settled() -> None:
    disposal = disposal_object(2, S.APPROVED)
    first, second = disposal.lines
    disposal.reject_line(first.id, "无法修复")
    disposal.accept_line(second.id)
    states = [disposal.state]
    with pytest.raises(IllegalState):
        disposal.complete(0, None)
    disposal.settle_line(first.id, "已报废")
    states.append(disposal.state)
    disposal.complete(5_000, None)
    assert [*states, disposal.state] == [S.NEEDS_ATTENTION, S.HANDING_OVER, S.COMPLETED]
    assert disposal.income_fen == 5_000


def test_a_disposal_with_an_open_line_cannot_be_completed() -> None:
    disposal = disposal_object(3, S.APPROVED)
    disposal.accept_line(disposal.lines[0].id)
    with pytest.raises(IllegalState, match="2 lines open"):
        disposal.complete(0, None)


@pytest.mark.parametrize("move", ["accept_line", "reject_line", "settle_line"])
def test_a_line_of_another_disposal_is_not_found(move: str) -> None:
    disposal = disposal_object(1, S.APPROVED)
    before = shown(disposal)
    arguments = ["elsewhere"] if move == "accept_line" else ["elsewhere", "remark"]
    with pytest.raises(DomainError) as refused:
        getattr(disposal, move)(*arguments)
    assert isinstance(refused.value, NotFound)
    assert refused.value.violations[0].field == "line_id"
    assert shown(disposal) == before


def test_a_disposal_knows_which_of_its_lines_are_overdue() -> None:
    disposal = disposal_object(2, S.APPROVED)
    disposal.accept_line(disposal.lines[0].id)
    late = disposal.as_of(NOW + timedelta(days=11))
    assert [line.overdue for line in late.lines] == [False, True]
    assert [line.overdue for line in disposal.as_of(NOW).lines] == [False, False]


def test_an_income_below_the_share_of_the_appraisal_needs_a_reason() -> None:
    disposal = disposal_object(0, S.APPROVED)
    disposal.appraised_value_fen = 1_000_000
    before = shown(disposal)
    with pytest.raises(InvalidInput) as refused:
        disposal.complete(899_999, Decimal("0.9"))
    assert refused.value.reason == "INCOME_BELOW_APPRAISAL"
    assert [each.field for each in refused.value.violations] == ["income_fen"]
    assert shown(disposal) == before
    disposal.complete(899_999, Decimal("0.9"), "两次流拍后降价成交")
    assert (disposal.state, disposal.shortfall_reason) == (S.COMPLETED, "两次流拍后降价成交")


def test_an_income_of_the_share_of_the_appraisal_needs_none() -> None:
    disposal = disposal_object(0, S.APPROVED)
    disposal.appraised_value_fen = 1_000_000
    disposal.complete(900_000, Decimal("0.9"))
    assert (disposal.state, disposal.income_fen) == (S.COMPLETED, 900_000)
