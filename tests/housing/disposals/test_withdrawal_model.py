"""What a withdrawal after approval does to a disposal and its lines."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chassis.errors import IllegalState, InvalidInput
from housing.disposals.lines import LineState
from housing.disposals.model import Disposal, DisposalState
from tests.housing.disposals.test_model import MOVES, shown
from tests.housing.factories import NOW, disposal_object

S = DisposalState
L = LineState


def withdrawn_disposal(lines: int) -> Disposal:
    """One that was withdrawn after approval, and all of whose lines wait for an answer."""
    disposal = disposal_object(lines, S.APPROVED)
    MOVES["withdraw"](disposal)
    return disposal


def test_a_withdrawal_asks_for_every_line_the_warehouse_has_not_answered_for() -> None:
    disposal = disposal_object(4, S.APPROVED)
    accepted, rejected, settled, awaited = disposal.lines
    disposal.accept_line(accepted.id)
    disposal.reject_line(rejected.id, "未见实物")
    disposal.settle_line(settled.id, "已报废")
    MOVES["withdraw"](disposal)
    assert [line.state for line in disposal.lines] == [
        L.ACCEPTED,
        L.WITHDRAWN,
        L.SETTLED,
        L.WITHDRAWING,
    ]
    assert (rejected.remark, awaited.answer_due_at) == ("未见实物", NOW + timedelta(days=10))
    assert disposal.state is S.HANDING_OVER


@pytest.mark.parametrize(
    ("answer", "line", "state"),
    [
        ("accept line", L.ACCEPTED, S.HANDING_OVER),
        ("reject line", L.WITHDRAWN, S.WITHDRAWN),
        ("give back line", L.WITHDRAWN, S.WITHDRAWN),
        ("settle line", L.SETTLED, S.HANDING_OVER),
    ],
)
def test_the_answer_to_the_last_withdrawn_line_ends_the_withdrawal(
    answer: str, line: LineState, state: DisposalState
) -> None:
    disposal = withdrawn_disposal(2)
    disposal.give_back_line(disposal.lines[1].id)
    states = [disposal.state]
    MOVES[answer](disposal)
    assert [*states, disposal.state] == [S.HANDING_OVER, state]
    assert (disposal.lines[0].state, disposal.lines[0].answer_due_at) == (line, None)


def test_a_building_alone_is_withdrawn_at_once() -> None:
    disposal = disposal_object(0, S.APPROVED)
    disposal.property_id = "p-1"
    MOVES["withdraw"](disposal)
    assert (disposal.state, disposal.leaving_property_id) == (S.WITHDRAWN, None)


def test_what_is_handed_over_already_is_not_withdrawn_but_its_building_is() -> None:
    disposal = disposal_object(2, S.APPROVED)
    for line in disposal.lines:
        disposal.accept_line(line.id)
    before = shown(disposal)
    with pytest.raises(IllegalState, match="all is handed over"):
        MOVES["withdraw"](disposal)
    assert shown(disposal) == before
    disposal.property_id = "p-1"
    MOVES["withdraw"](disposal)
    assert (disposal.state, disposal.leaving_property_id) == (S.HANDING_OVER, None)


@pytest.mark.parametrize("answered", [False, True])
def test_a_disposal_is_withdrawn_once(answered: bool) -> None:
    disposal = withdrawn_disposal(2)
    if answered:
        disposal.accept_line(disposal.lines[0].id)
        disposal.give_back_line(disposal.lines[1].id)
    before = shown(disposal)
    with pytest.raises(IllegalState):
        MOVES["withdraw"](disposal)
    assert shown(disposal) == before


def test_who_withdraws_after_approval_says_why() -> None:
    disposal = disposal_object(1, S.APPROVED)
    before = shown(disposal)
    with pytest.raises(InvalidInput) as refused:
        disposal.withdraw("zhang", NOW, "")
    assert [each.field for each in refused.value.violations] == ["reason"]
    assert shown(disposal) == before


def test_a_disposal_is_not_completed_while_it_is_not_known_what_came_back() -> None:
    disposal = withdrawn_disposal(2)
    disposal.accept_line(disposal.lines[0].id)
    with pytest.raises(IllegalState, match="1 lines open"):
        disposal.complete(0, None)
    disposal.give_back_line(disposal.lines[1].id)
    disposal.complete(5_000, None)
    assert (disposal.state, disposal.income_fen) == (S.COMPLETED, 5_000)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("accept line", "已报废；公物仓其后已入仓"),
        ("reject line", "已报废；公物仓其后退回：无法修复"),
        ("give back line", "已报废；公物仓其后确认收回"),
    ],
)
def test_an_answer_after_a_withdrawn_line_was_settled_is_noted(answer: str, told: str) -> None:
    disposal = withdrawn_disposal(2)
    MOVES["settle line"](disposal)
    MOVES[answer](disposal)
    assert (disposal.lines[0].state, disposal.lines[0].remark) == (L.SETTLED, told)
