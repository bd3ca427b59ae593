"""What a repair refuses in each state, whoever asks and however many at once."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import (
    Conflict,
    DomainError,
    IllegalState,
    NotFound,
)
from chassis.testing import Harness
from guanjia.housing.v1 import repairs_pb2 as pb
from tests.housing.repairs.factories import (
    accepted_repair,
    approved_repair,
    create_repair,
    read,
    review,
    schedule,
    submitted_repair,
    work,
)
from tests.refusals import refusal
from tests.together import together

NOBODY = "0190b6e0-7d5c-7a3e-8f00-0123456789ab"
pytestmark = pytest.mark.row("H15")


MOVES: dict[str, dict[str, Any]] = {
    "update_repair": {
        "kind": "REPAIR_KIND_MINOR",
        "year": 2026,
        "reason": "漏水",
        "lines": [work()],
    },
    "submit_repair": {},
    "withdraw_repair": {},
    "review_repair": {"lines": [{"line_id": NOBODY, "approved_fen": 1}]},
    "schedule_repair": {
        "scheduled_from": "2026-04-01",
        "scheduled_to": "2026-04-01",
        "contractor": "云澜建工",
    },
    "accept_repair": {},
}


def test_a_move_that_the_state_forbids_is_refused_and_changes_nothing(housing: Harness) -> None:
    accepted = accepted_repair(housing)
    for method, fields in MOVES.items():
        told = refusal(housing, method, IllegalState, repair_id=accepted.id, **fields)
        assert told == ("ILLEGAL_STATE", ["state"]), method
    assert read(housing, accepted) == accepted


def test_a_repair_nobody_drafted_is_not_found(housing: Harness) -> None:
    for method, fields in (MOVES | {"get_repair": {}}).items():
        told = refusal(housing, method, NotFound, repair_id=NOBODY, **fields)
        assert told == ("NOT_FOUND", ["repair_id"]), method


def test_r22_a_move_on_what_somebody_changed_is_refused(housing: Harness) -> None:
    draft = create_repair(housing)
    for method, fields in MOVES.items():
        told = refusal(housing, method, Conflict, repair_id=draft.id, etag="9", **fields)
        assert told == ("STALE", ["etag"]), method


def test_r22_two_submissions_at_once_are_one(housing: Harness) -> None:
    draft = create_repair(housing)
    outcomes = together(
        *[lambda: housing.call("submit_repair", repair_id=draft.id, etag=draft.etag)] * 2
    )
    [refused] = [each for each in outcomes if isinstance(each, DomainError)]
    [submitted] = [each for each in outcomes if isinstance(each, pb.Repair)]
    assert refused.reason in ("ILLEGAL_STATE", "STALE")
    assert read(housing, draft) == submitted


def test_r22_two_reviews_at_once_ask_once(housing: Harness) -> None:
    submitted = submitted_repair(housing)
    outcomes = together(
        lambda: review(housing, submitted, 5), lambda: review(housing, submitted, 6)
    )
    [refused] = [each for each in outcomes if isinstance(each, DomainError)]
    assert refused.reason == "ILLEGAL_STATE"
    assert housing.count("approvals") == 1


def test_r22_two_acceptances_at_once_are_one(housing: Harness) -> None:
    scheduled = schedule(housing, approved_repair(housing))
    outcomes = together(
        *(
            lambda fen=fen: housing.call("accept_repair", repair_id=scheduled.id, settled_fen=fen)
            for fen in (1, 2)
        )
    )
    [refused] = [each for each in outcomes if isinstance(each, DomainError)]
    assert refused.reason == "ILLEGAL_STATE"
