"""Every legal move of a repair, and every illegal one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from chassis.errors import InvalidInput, NotFound, PermissionDenied
from housing.repairs.model import STATE_NAMES, Repair, RepairState
from tests.housing.repairs.factories import NOW, repair_object
from tests.moves import moves_hold

S = RepairState
FIRST, LAST = date(2026, 4, 1), date(2026, 6, 30)


def approved(repair: Repair) -> list[tuple[str, int]]:
    return [(each.id, 2_000) for each in repair.lines]


MOVES: dict[str, Callable[[Repair], None]] = {
    "correct": lambda it: it.correct("li", "minor", 2027, "渗水", []),
    "submit": lambda it: it.submit("li"),
    "withdraw": lambda it: it.withdraw(),
    "review": lambda it: it.review(approved(it), by="wang", at=NOW, note="核减"),
    "recall": lambda it: it.recall_review(),
    "return": lambda it: it.take_back(by="chief", at=NOW, note="材料不全"),
    "reject": lambda it: it.reject(by="chief", at=NOW, note="不急"),
    "approve": lambda it: it.approve(by="chief", at=NOW, note="同意"),
    "schedule": lambda it: it.schedule(FIRST, LAST, "云澜建工"),
    "accept": lambda it: it.accept(LAST, 7_000),
}
LEGAL = {
    (S.DRAFT, "correct"): S.DRAFT,
    (S.DRAFT, "submit"): S.SUBMITTED,
    (S.DRAFT, "withdraw"): S.WITHDRAWN,
    (S.SUBMITTED, "withdraw"): S.WITHDRAWN,
    (S.SUBMITTED, "review"): S.REVIEWED,
    (S.REVIEWED, "withdraw"): S.WITHDRAWN,
    (S.REVIEWED, "recall"): S.SUBMITTED,
    (S.REVIEWED, "return"): S.DRAFT,
    (S.REVIEWED, "reject"): S.REJECTED,
    (S.REVIEWED, "approve"): S.APPROVED,
    (S.APPROVED, "schedule"): S.SCHEDULED,
    (S.SCHEDULED, "schedule"): S.SCHEDULED,
    (S.SCHEDULED, "accept"): S.ACCEPTED,
}


def shown(repair: Repair) -> object:
    """All that a move could change."""
    names = [each.key for each in Repair.__table__.c]
    own = [getattr(repair, name) for name in names]
    return own, [(line.id, line.approved_fen) for line in repair.lines]


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("state", S)
def test_a_move_leads_where_the_picture_says_or_is_refused(state: RepairState, move: str) -> None:
    moves_hold(repair_object(state), move, MOVES, LEGAL, shown)


def test_every_state_has_a_name_people_read() -> None:
    assert set(STATE_NAMES) == set(RepairState)


def test_a_repair_sums_its_lines() -> None:
    repair = repair_object(S.REVIEWED)
    assert (repair.area_m2, repair.asked_fen, repair.approved_fen) == (
        Decimal("21.00"),
        8_000,
        7_000,
    )


def test_what_was_approved_is_forgotten_when_it_is_returned_or_recalled() -> None:
    for move in ("return", "recall"):
        repair = repair_object(S.REVIEWED)
        MOVES[move](repair)
        assert [repair.approved_fen, *(each.approved_fen for each in repair.lines)] == [0, 0, 0]
        assert (repair.reviewed_by, repair.reviewed_at) == ("", None)


def test_whoever_corrects_it_is_one_of_its_authors_once() -> None:
    repair = repair_object()
    for by in ("li", "zhang", "li", "sun"):
        repair.correct(by, "minor", 2027, "渗水", [])
    assert repair.authors() == ["zhang", "li", "sun"]


def test_a_line_is_approved_up_to_what_was_asked_and_not_a_fen_more() -> None:
    repair = repair_object(S.SUBMITTED)
    roof, lift = (each.id for each in repair.lines)
    with pytest.raises(InvalidInput) as refused:
        repair.review([(roof, 5_000), (lift, 3_001)], by="wang", at=NOW, note="")
    assert refused.value.reason == "EXCEEDS_ASKED"
    assert refused.value.violations[0].field == "lines.1.approved_fen"
    repair.review([(roof, 5_000), (lift, 3_000)], by="wang", at=NOW, note="")
    assert repair.approved_fen == 8_000


def test_a_review_says_something_of_each_line_and_of_no_other() -> None:
    repair = repair_object(S.SUBMITTED)
    roof, lift = (each.id for each in repair.lines)
    with pytest.raises(InvalidInput) as refused:
        repair.review([(roof, 5_000)], by="wang", at=NOW, note="")
    assert (refused.value.reason, refused.value.violations[0].field) == ("REQUIRED", "lines")
    with pytest.raises(NotFound) as unknown:
        repair.review([(lift, 1), ("elsewhere", 1)], by="wang", at=NOW, note="")
    assert unknown.value.violations[0].field == "lines.1.line_id"


def test_a_repair_costs_what_was_approved_and_not_a_fen_more() -> None:
    repair = repair_object(S.SCHEDULED)
    with pytest.raises(InvalidInput) as refused:
        repair.accept(LAST, 7_001)
    assert (refused.value.reason, refused.value.violations[0].field) == (
        "EXCEEDS_APPROVED",
        "settled_fen",
    )
    repair.accept(LAST, 7_000)
    assert (repair.accepted_on, repair.settled_fen) == (LAST, 7_000)


def test_nothing_is_accepted_before_it_began() -> None:
    repair = repair_object(S.APPROVED)
    repair.schedule(FIRST, LAST, "云澜建工")
    with pytest.raises(InvalidInput) as refused:
        repair.accept(date(2026, 3, 31), 1)
    assert refused.value.reason == "BEFORE_START"
    repair.accept(FIRST, 1)
    assert repair.state is S.ACCEPTED


def test_who_wrote_or_submitted_it_is_its_author_and_does_not_review_it() -> None:
    repair = repair_object()
    repair.correct("li", "minor", 2026, "渗水", [])
    repair.submit("zhou")
    assert repair.authors() == ["zhang", "li", "zhou"]
    for by in ("zhang", "li", "zhou"):
        with pytest.raises(PermissionDenied) as refused:
            repair.review([], by=by, at=NOW, note="")
        assert refused.value.reason == "OWN_REQUEST"
    repair.review([], by="wang", at=NOW, note="")
    assert repair.state is S.REVIEWED
