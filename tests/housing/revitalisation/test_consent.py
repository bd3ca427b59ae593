"""A plan asks for consent: given, refused, returned, recalled, abandoned."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import (
    IllegalState,
    InvalidInput,
    PermissionDenied,
)
from chassis.testing import Harness
from guanjia.approvals.v1 import approvals_pb2 as ap
from guanjia.housing.v1 import properties_pb2 as pp
from guanjia.housing.v1 import revitalisation_pb2 as pb
from tests.housing.revitalisation.factories import (
    create_plan,
    decide,
    idle_property,
    read,
    submitted_plan,
)
from tests.people import person
from tests.refusals import refusal

pytestmark = pytest.mark.row("H13")


def test_consent_is_asked_of_the_head_of_the_bureau_to_the_book_value(housing: Harness) -> None:
    property_id = idle_property(housing, book_value_fen=145_000_000_00).id
    submitted = submitted_plan(housing, property_id=property_id)
    asked = housing.call("get_approval", approval_id=submitted.approval_id)
    assert (asked.kind, asked.document_code, asked.amount_fen) == (
        "housing.revitalisation",
        submitted.code,
        145_000_000_00,
    )
    assert [(each.role, each.state) for each in asked.steps] == [
        ("bureau_head", ap.STEP_STATE_OPEN)
    ]
    approved = decide(housing, submitted, note="同意")
    assert (approved.state, approved.decided_by, approved.decision_note) == (
        pb.REVITALISATION_STATE_APPROVED,
        "chief",
        "同意",
    )


def test_nobody_consents_to_their_own_plan(housing: Harness) -> None:
    draft = create_plan(housing, user=person("li", "bureau_head"))
    submitted = housing.call("submit_revitalisation", revitalisation_id=draft.id)
    with pytest.raises(PermissionDenied) as refused:
        decide(housing, submitted, user=person("li", "bureau_head"))
    assert refused.value.reason == "OWN_REQUEST"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"book_value_fen": 1}, "CHANGED_SINCE_ASKED"),
        ({"use_state": "USE_STATE_LENT"}, "ILLEGAL_STATE"),
    ],
    ids=["worth", "use"],
)
def test_what_changed_since_consent_was_asked_for_is_not_approved(
    housing: Harness, change: dict[str, Any], reason: str
) -> None:
    submitted = submitted_plan(housing)
    housing.call("update_property", property_id=submitted.property_id, **change)
    with pytest.raises(IllegalState) as refused:
        decide(housing, submitted)
    assert refused.value.reason == reason
    back = decide(housing, submitted, "DECISION_RETURN", note="房产已变更")
    assert (back.state, back.decision_note) == (pb.REVITALISATION_STATE_DRAFT, "房产已变更")


def test_a_rejected_plan_is_over_and_a_recalled_one_is_a_draft(housing: Harness) -> None:
    over = decide(housing, submitted_plan(housing), "DECISION_REJECT", note="自用")
    assert (over.state, over.decision_note) == (pb.REVITALISATION_STATE_REJECTED, "自用")
    recalled = submitted_plan(housing)
    housing.call("recall_approval", approval_id=recalled.approval_id)
    assert read(housing, recalled).state == pb.REVITALISATION_STATE_DRAFT


def test_an_abandoned_plan_waits_for_nobody_and_says_why(housing: Harness) -> None:
    submitted = submitted_plan(housing)
    request = {"revitalisation_id": submitted.id, "reason": ""}
    told = refusal(housing, "abandon_revitalisation", InvalidInput, **request)
    assert told == ("REQUIRED", ["reason"])
    over = housing.call("abandon_revitalisation", **request | {"reason": "另有安排"})
    assert (over.state, over.ended_on, over.ending_note) == (
        pb.REVITALISATION_STATE_ABANDONED,
        "2026-03-02",
        "另有安排",
    )
    asked = housing.call("get_approval", approval_id=submitted.approval_id)
    assert asked.state == ap.APPROVAL_STATE_RECALLED
    assert housing.call("get_property", property_id=over.property_id).use_state == pp.USE_STATE_IDLE
