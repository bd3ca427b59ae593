"""What a plan refuses in each state, whoever asks and however many at once."""

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
from guanjia.housing.v1 import events_pb2
from tests.housing.revitalisation.factories import (
    approved_plan,
    create_plan,
    done_plan,
    finish,
    idle_property,
    read,
    record,
)
from tests.refusals import refusal
from tests.together import together

NOBODY = "0190b6e0-7d5c-7a3e-8f00-0123456789ab"
pytestmark = pytest.mark.row("H13")


MOVES: dict[str, dict[str, Any]] = {
    "update_revitalisation": {
        "way": "REVITALISATION_WAY_LET",
        "target_on": "2026-12-31",
        "reason": "闲置",
    },
    "submit_revitalisation": {},
    "record_revitalisation_action": {"way": "REVITALISATION_WAY_LET"},
    "finish_revitalisation": {},
    "abandon_revitalisation": {"reason": "另有安排"},
}


def test_a_move_that_the_state_forbids_is_refused_and_changes_nothing(housing: Harness) -> None:
    done = done_plan(housing)
    for method, fields in MOVES.items():
        told = refusal(housing, method, IllegalState, revitalisation_id=done.id, **fields)
        assert told == ("ILLEGAL_STATE", ["state"]), method
    assert read(housing, done) == done


def test_a_plan_nobody_drafted_is_not_found(housing: Harness) -> None:
    for method, fields in (MOVES | {"get_revitalisation": {}}).items():
        told = refusal(housing, method, NotFound, revitalisation_id=NOBODY, **fields)
        assert told == ("NOT_FOUND", ["revitalisation_id"]), method


def test_r22_a_move_on_what_somebody_changed_is_refused(housing: Harness) -> None:
    draft = create_plan(housing)
    for method, fields in MOVES.items():
        request = {"revitalisation_id": draft.id, "etag": "9", **fields}
        assert refusal(housing, method, Conflict, **request) == ("STALE", ["etag"]), method


def test_r22_two_plans_for_a_property_at_once_are_one(housing: Harness) -> None:
    property_id = idle_property(housing).id
    outcomes = together(*[lambda: create_plan(housing, property_id=property_id)] * 4)
    refused = [each for each in outcomes if isinstance(each, DomainError)]
    assert [each.reason for each in refused] == ["PLAN_RUNNING"] * 3
    assert housing.count("revitalisations") == 1


def test_r22_a_plan_finished_twice_at_once_is_finished_once(housing: Harness) -> None:
    plan = record(housing, approved_plan(housing))
    before = len(housing.facts(events_pb2.PropertyChanged))
    outcomes = together(*[lambda: finish(housing, plan)] * 4)
    refused = [each for each in outcomes if isinstance(each, DomainError)]
    assert [each.reason for each in refused] == ["ILLEGAL_STATE"] * 3
    assert len(housing.facts(events_pb2.PropertyChanged)) == before + 1


def test_r22_actions_recorded_at_once_are_all_noted(housing: Harness) -> None:
    plan = approved_plan(housing)
    together(*(lambda fen=fen: record(housing, plan, gross_fen=fen) for fen in (1, 2, 3, 4)))
    noted = read(housing, plan)
    assert sorted(each.gross_fen for each in noted.actions) == [1, 2, 3, 4]
