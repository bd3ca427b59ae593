"""The moves of a problem, and those it refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from chassis.errors import IllegalState, InvalidInput
from housing.problems.model import Problem, ProblemState
from tests.housing.factories import NOW
from tests.housing.problems.factories import problem_object

S = ProblemState

MOVES: dict[str, Callable[[Problem], None]] = {
    "assign": lambda each: each.assign("wu", None),
    "set_aside": lambda each: each.set_aside("缺资料"),
    "add_evidence": lambda each: each.add_evidence("照片", "1.jpg", "", "wu", NOW),
    "close": lambda each: each.close("已整改", "wang", NOW),
    "reopen": lambda each: each.reopen("反弹"),
}
LEGAL = {
    "assign": (S.OPEN, S.ASSIGNED, S.HARD, S.REOPENED),
    "set_aside": (S.ASSIGNED, S.REOPENED),
    "add_evidence": (S.OPEN, S.ASSIGNED, S.HARD, S.REOPENED),
    "close": (),  # refused for want of evidence as well, see below
    "reopen": (S.CLOSED,),
}


@pytest.mark.parametrize("move", sorted(MOVES))
@pytest.mark.parametrize("state", list(S), ids=str)
def test_a_move_is_made_where_it_is_legal_and_refused_elsewhere(
    move: str, state: ProblemState
) -> None:
    found = problem_object(state)
    if state in LEGAL[move]:
        MOVES[move](found)
        return
    before = len(found.evidence)
    with pytest.raises(IllegalState):
        MOVES[move](found)
    assert found.state is state
    assert len(found.evidence) == before


@pytest.mark.parametrize("state", [S.ASSIGNED, S.HARD, S.REOPENED], ids=str)
def test_a_problem_in_hand_closes_once_there_is_evidence(state: ProblemState) -> None:
    found = problem_object(state)
    found.add_evidence("照片", "1.jpg", "", "wu", NOW)
    found.close("已整改", "wang", NOW)
    assert (found.state, found.closing_note, found.closed_by) == (S.CLOSED, "已整改", "wang")


@pytest.mark.row("H06")
@pytest.mark.parametrize("state", [S.ASSIGNED, S.HARD, S.REOPENED], ids=str)
def test_without_evidence_since_it_opened_last_it_does_not_close(state: ProblemState) -> None:
    found = problem_object(state)
    with pytest.raises(IllegalState) as refused:
        found.close("已整改", "wang", NOW)
    assert (refused.value.reason, found.state) == ("NO_EVIDENCE", state)


def test_evidence_alone_does_not_close_what_nobody_was_assigned() -> None:
    found = problem_object(S.OPEN)
    found.add_evidence("照片", "1.jpg", "", "wu", NOW)
    with pytest.raises(IllegalState) as refused:
        found.close("已整改", "wang", NOW)
    assert refused.value.reason == "ILLEGAL_STATE"


def test_a_hard_problem_comes_back_when_it_is_assigned() -> None:
    found = problem_object(S.HARD)
    found.assign("wu", date(2026, 6, 30))
    assert (found.state, found.assignee, found.due_on) == (S.ASSIGNED, "wu", date(2026, 6, 30))


def test_a_reopened_problem_stays_one_when_another_takes_it_over() -> None:
    found = problem_object(S.REOPENED)
    found.assign("wu", None)
    assert (found.state, found.assignee) == (S.REOPENED, "wu")


def test_assigning_without_a_deadline_leaves_it_as_it_is() -> None:
    found = problem_object(due_on=date(2026, 4, 1))
    found.assign("wu", None)
    assert found.due_on == date(2026, 4, 1)


def test_a_deadline_before_the_finding_is_refused_and_changes_nothing() -> None:
    found = problem_object()
    with pytest.raises(InvalidInput) as refused:
        found.assign("wu", date(2026, 1, 31))
    assert refused.value.reason == "DUE_BEFORE_FOUND"
    assert (found.state, found.assignee) == (S.OPEN, "")
