"""What a disposal refuses in each state, whoever asks and however many at once."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import AlreadyExists, Conflict, DomainError, IllegalState, NotFound
from chassis.testing import Harness
from guanjia.housing.v1 import disposals_pb2 as pb
from guanjia.housing.v1 import events_pb2
from tests.housing.factories import (
    approved_disposal,
    asset_fields,
    create_disposal,
    create_property,
    decide,
    submitted_disposal,
)
from tests.refusals import refusal
from tests.together import together

NOBODY = "0190b6e0-7d5c-7a3e-8f00-0123456789ab"
MOVES: dict[str, dict[str, Any]] = {
    "submit_disposal": {},
    "update_disposal": {"reason": "另有用途", "assets": [asset_fields()]},
    "appraise_disposal": {
        "appraised_value_fen": 500_000,
        "appraised_on": "2026-03-01",
        "appraiser": "云澜资产评估事务所",
    },
    "withdraw_disposal": {"reason": "不再搬迁"},
    "settle_disposal_line": {"line_id": NOBODY, "remark": "已报废"},
    "complete_disposal": {},
}
REFUSED = {
    "draft": {"settle_disposal_line", "complete_disposal"},
    "submitted": {
        "update_disposal",
        "appraise_disposal",
        "submit_disposal",
        "settle_disposal_line",
        "complete_disposal",
    },
    "approved": {"update_disposal", "appraise_disposal", "submit_disposal", "complete_disposal"},
    "withdrawing": set(MOVES) - {"settle_disposal_line"},
    "completed": set(MOVES),
    "rejected": set(MOVES),
    "withdrawn": set(MOVES),
}
pytestmark = pytest.mark.row("H14")


def disposal_in(housing: Harness, state: str) -> Any:
    if state == "draft":
        return create_disposal(housing)
    if state == "submitted":
        return submitted_disposal(housing)
    if state == "approved":
        return approved_disposal(housing)
    if state == "completed":
        made = approved_disposal(housing, property_id=create_property(housing).id, assets=[])
        return housing.call("complete_disposal", disposal_id=made.id)
    if state == "withdrawing":
        made = approved_disposal(housing)
        return housing.call("withdraw_disposal", disposal_id=made.id, reason="不再搬迁")
    made = submitted_disposal(housing)
    if state == "rejected":
        return decide(housing, made.id, "DECISION_REJECT", note="材料不全")
    return housing.call("withdraw_disposal", disposal_id=made.id)


@pytest.mark.parametrize("state", REFUSED)
def test_a_move_that_the_state_forbids_is_refused_and_changes_nothing(
    housing: Harness, state: str
) -> None:
    disposal = disposal_in(housing, state)
    for method in sorted(REFUSED[state]):
        told = refusal(housing, method, IllegalState, disposal_id=disposal.id, **MOVES[method])
        assert told == ("ILLEGAL_STATE", ["state"]), method
    assert housing.call("get_disposal", disposal_id=disposal.id) == disposal


def test_a_disposal_nobody_drafted_is_not_found(housing: Harness) -> None:
    for method, fields in (MOVES | {"get_disposal": {}}).items():
        told = refusal(housing, method, NotFound, disposal_id=NOBODY, **fields)
        assert told == ("NOT_FOUND", ["disposal_id"])


def test_a_line_of_another_disposal_is_not_found(housing: Harness) -> None:
    own, other = approved_disposal(housing), approved_disposal(housing)
    fields = {"disposal_id": own.id, "line_id": other.lines[0].id, "remark": "已报废"}
    assert refusal(housing, "settle_disposal_line", NotFound, **fields) == (
        "NOT_FOUND",
        ["line_id"],
    )


def test_r22_a_move_on_what_somebody_changed_is_refused(housing: Harness) -> None:
    stale = create_disposal(housing).etag
    disposal = submitted_disposal(housing)
    for method, fields in MOVES.items():
        told = refusal(
            housing, method, Conflict, disposal_id=disposal.id, etag=stale + "0", **fields
        )
        assert told == ("STALE", ["etag"])


def test_r22_of_two_approvals_at_once_one_wins(housing: Harness) -> None:
    id = submitted_disposal(housing).id
    outcomes = together(
        *(lambda user=user: decide(housing, id, user=user) for user in ("li", "wang"))
    )
    [refused] = [each for each in outcomes if isinstance(each, DomainError)]
    [approved] = [each for each in outcomes if isinstance(each, pb.Disposal)]
    assert refused.reason == "ILLEGAL_STATE"
    assert housing.call("get_disposal", disposal_id=id) == approved
    assert len(housing.facts()) == 1


def test_r22_approval_and_withdrawal_at_once_take_effect_one_after_the_other(
    housing: Harness,
) -> None:
    id = submitted_disposal(housing).id
    outcomes = together(
        lambda: decide(housing, id),
        lambda: housing.call("withdraw_disposal", disposal_id=id, reason="不再搬迁"),
    )
    refused = [each.reason for each in outcomes if isinstance(each, DomainError)]
    told = [type(each) for each in housing.facts()]
    if refused:
        assert (refused, told) == (["ILLEGAL_STATE"], [])
        assert housing.call("get_disposal", disposal_id=id).state == pb.DISPOSAL_STATE_WITHDRAWN
    else:
        assert told == [events_pb2.DisposalApproved, events_pb2.DisposalWithdrawn]


def test_r22_of_two_withdrawals_at_once_one_counts(housing: Harness) -> None:
    request = {"disposal_id": approved_disposal(housing).id, "reason": "不再搬迁"}
    outcomes = together(*[lambda: housing.call("withdraw_disposal", **request)] * 4)
    refused = [each.reason for each in outcomes if isinstance(each, DomainError)]
    assert refused == ["ILLEGAL_STATE"] * 3
    assert len(housing.facts(events_pb2.DisposalWithdrawn)) == 1


def test_r22_an_asset_on_two_disposals_approved_at_once_leaves_on_one(housing: Harness) -> None:
    asset = asset_fields()
    ids = [submitted_disposal(housing, assets=[asset]).id for _ in range(4)]
    outcomes = together(*(lambda each=each: decide(housing, each) for each in ids))
    refused = [each for each in outcomes if isinstance(each, AlreadyExists)]
    assert [each.reason for each in refused] == ["ASSET_ALREADY_RELEASED"] * 3
    assert len(housing.facts(events_pb2.DisposalApproved)) == 1


def test_r22_a_property_on_two_disposals_approved_at_once_leaves_on_one(housing: Harness) -> None:
    property_id = create_property(housing).id
    ids = [submitted_disposal(housing, property_id=property_id).id for _ in range(4)]
    outcomes = together(*(lambda each=each: decide(housing, each) for each in ids))
    refused = [each for each in outcomes if isinstance(each, IllegalState)]
    assert [each.reason for each in refused] == ["ILLEGAL_STATE"] * 3
    assert len(housing.facts(events_pb2.DisposalApproved)) == 1
