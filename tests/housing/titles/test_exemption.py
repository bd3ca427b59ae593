"""A property leaves those that can be registered by an approved reason only."""

from __future__ import annotations

import pytest

from chassis.errors import IllegalState, InvalidInput, PermissionDenied
from chassis.testing import Harness
from guanjia.approvals.v1 import approvals_pb2 as ap
from guanjia.housing.v1 import properties_pb2 as pp
from tests.housing.titles.factories import (
    certificate_fields,
    decide,
    proposed_exemption,
    unregistered_property,
)
from tests.people import person
from tests.refusals import refusal

pytestmark = pytest.mark.row("H04")
CLERK = person("zhang", "bureau_clerk")
CHIEF = person("wang", "bureau_head")


def test_proposing_asks_the_head_of_the_bureau_and_changes_no_state(housing: Harness) -> None:
    title = proposed_exemption(housing, user=CLERK, book_value_fen=500)
    assert title.exemption_pending
    assert title.state == pp.TITLE_STATE_IN_PROGRESS
    asked = housing.call("get_approval", approval_id=title.approval_id)
    assert [(each.role, each.state) for each in asked.steps] == [
        ("bureau_head", ap.STEP_STATE_OPEN)
    ]
    assert (asked.kind, asked.document_code, asked.amount_fen, asked.title) == (
        "housing.title_exemption",
        title.property_code,
        500,
        "地下人防工程，依法不予登记",
    )


def test_an_approved_reason_makes_it_not_registrable(housing: Harness) -> None:
    title = decide(housing, proposed_exemption(housing, user=CLERK), user=CHIEF)
    assert (title.state, title.exemption_pending) == (pp.TITLE_STATE_NOT_REGISTRABLE, False)
    [move] = title.moves
    assert (move.moved_by, move.note) == ("wang", "地下人防工程，依法不予登记")
    building = housing.call("get_property", property_id=title.property_id)
    assert building.title_state == pp.TITLE_STATE_NOT_REGISTRABLE


@pytest.mark.parametrize("decision", ["DECISION_REJECT", "DECISION_RETURN"])
def test_a_refused_one_leaves_it_as_it_was_and_may_be_proposed_again(
    housing: Harness, decision: str
) -> None:
    title = decide(housing, proposed_exemption(housing, user=CLERK), decision, CHIEF)
    assert (title.state, title.exemption_pending) == (pp.TITLE_STATE_IN_PROGRESS, False)
    given = {"property_id": title.property_id, "reason": "补充说明：依法不予登记"}
    again = housing.call("propose_title_exemption", user=CLERK, **given)
    assert decide(housing, again, user=CHIEF).state == pp.TITLE_STATE_NOT_REGISTRABLE


def test_a_recalled_one_lets_the_case_go_on(housing: Harness) -> None:
    title = proposed_exemption(housing, user=CLERK)
    given = certificate_fields(property_id=title.property_id)
    told = refusal(housing, "record_title", IllegalState, **given)
    assert told == ("EXEMPTION_PENDING", [])
    housing.call("recall_approval", user=CLERK, approval_id=title.approval_id)
    assert housing.call("record_title", **given).state == pp.TITLE_STATE_REGISTERED


def test_who_proposes_does_not_decide(housing: Harness) -> None:
    title = proposed_exemption(housing, user=CHIEF)
    with pytest.raises(PermissionDenied):
        decide(housing, title, user=CHIEF)


def test_a_proposal_needs_a_reason(housing: Harness) -> None:
    id = unregistered_property(housing).id
    for method in ("propose_title_exemption", "revive_title"):
        told = refusal(housing, method, InvalidInput, property_id=id, reason=" ")
        assert told == ("REQUIRED", ["reason"])


def test_a_revived_one_counts_again(housing: Harness) -> None:
    title = decide(housing, proposed_exemption(housing, user=CLERK), user=CHIEF)
    given = {"property_id": title.property_id, "reason": "政策调整，可补办"}
    revived = housing.call("revive_title", **given)
    assert revived.state == pp.TITLE_STATE_IN_PROGRESS
    assert [each.note for each in revived.moves][-1] == "政策调整，可补办"
    assert refusal(housing, "revive_title", IllegalState, **given)[0] == "ILLEGAL_STATE"
