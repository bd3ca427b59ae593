"""What may be done with disposals."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import AlreadyExists, IllegalState, InvalidInput, NotFound
from chassis.testing import Harness
from guanjia.asset.v1 import asset_pb2
from guanjia.housing.v1 import disposals_pb2 as dp
from guanjia.housing.v1 import events_pb2
from guanjia.housing.v1 import properties_pb2 as pp
from tests.housing.factories import (
    approved_disposal,
    asset_fields,
    assets,
    create_disposal,
    create_property,
    decide,
    submitted_disposal,
)
from tests.refusals import refusal

NOBODY = "0190b6e0-7d5c-7a3e-8f00-0123456789ab"
pytestmark = pytest.mark.row("H14")


def test_a_disposal_is_drafted_as_it_was_given(housing: Harness) -> None:
    given = [asset_fields(), asset_fields(class_code="", acquired_on="", original_value_fen=0)]
    created = create_disposal(housing, assets=given, user="zhang", reason=" 搬迁 ")
    assert housing.call("get_disposal", disposal_id=created.id) == created
    assert (created.state, created.code, created.reason, created.requested_by) == (
        dp.DISPOSAL_STATE_DRAFT,
        "CZ-2026-000001",
        "搬迁",
        "zhang",
    )
    assert [line.asset for line in created.lines] == [asset_pb2.Asset(**asset) for asset in given]
    assert {line.state for line in created.lines} == {dp.DISPOSAL_LINE_STATE_PLANNED}
    assert housing.facts() == []


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"assets": []}, "assets", "REQUIRED"),
        ({"reason": ""}, "reason", "REQUIRED"),
        ({"reason": "长" * 501}, "reason", "TOO_LONG"),
        ({"property_id": "1"}, "property_id", "INVALID_ID"),
        ({"assets": assets(1_001)}, "assets", "TOO_MANY"),
        ({"assets": [asset_fields(asset_code="")]}, "assets.0.asset_code", "REQUIRED"),
        ({"assets": [*assets(2), asset_fields(name="")]}, "assets.2.name", "REQUIRED"),
        (
            {"assets": [asset_fields(acquired_on="2023-02-29")]},
            "assets.0.acquired_on",
            "INVALID_DATE",
        ),
        ({"assets": [asset_fields(condition=0)]}, "assets.0.condition", "REQUIRED"),
        (
            {"assets": [asset_fields(original_value_fen=-1)]},
            "assets.0.original_value_fen",
            "OUT_OF_RANGE",
        ),
        (
            {"assets": [asset_fields(asset_code="A-1"), asset_fields(asset_code="ａ-1")]},
            "assets.1.asset_code",
            "DUPLICATE_ASSET",
        ),
    ],
)
def test_a_draft_that_breaks_a_rule_is_refused_by_field(
    housing: Harness, changes: dict[str, Any], field: str, reason: str
) -> None:
    fields = {"reason": "搬迁", "assets": assets(1)} | changes
    assert refusal(housing, "create_disposal", InvalidInput, **fields) == (reason, [field])


def test_a_disposal_of_a_property_nobody_registered_is_refused(housing: Harness) -> None:
    fields = {"reason": "搬迁", "property_id": NOBODY}
    assert refusal(housing, "create_disposal", NotFound, **fields) == ("NOT_FOUND", ["property_id"])


def test_approval_is_one_fact_with_every_line(housing: Harness) -> None:
    disposal = approved_disposal(housing, assets=assets(3))
    [fact] = housing.facts()
    assert fact == events_pb2.DisposalApproved(
        document_id=disposal.id,
        document_code=disposal.code,
        assets=[
            asset_pb2.ReleasedAsset(line_id=line.id, asset=line.asset) for line in disposal.lines
        ],
        approved_by="chief",
        approved_at=disposal.decided_at,
        region_code="990100",
    )
    assert disposal.decided_at.ToSeconds() == int(housing.clock.at.timestamp())
    assert {line.state for line in disposal.lines} == {dp.DISPOSAL_LINE_STATE_AWAITING_INTAKE}


def test_approval_puts_the_property_under_disposal_and_completion_ends_it(housing: Harness) -> None:
    id = create_property(housing).id
    disposal = approved_disposal(housing, property_id=id, assets=[])
    assert disposal.state == dp.DISPOSAL_STATE_HANDING_OVER
    leaving = housing.call("get_property", property_id=id)
    assert leaving.use_state == pp.USE_STATE_UNDER_DISPOSAL
    done = housing.call("complete_disposal", disposal_id=disposal.id, income_fen=8_600_000_00)
    assert (done.state, done.income_fen) == (dp.DISPOSAL_STATE_COMPLETED, 8_600_000_00)
    gone = housing.call("get_property", property_id=id)
    assert gone.use_state == pp.USE_STATE_DISPOSED
    [fact] = housing.facts(events_pb2.DisposalCompleted)
    assert fact == events_pb2.DisposalCompleted(
        document_id=done.id, document_code=done.code, property_id=id, income_fen=8_600_000_00
    )


def test_a_property_is_disposed_of_once(housing: Harness) -> None:
    id = create_property(housing).id
    first, second = (submitted_disposal(housing, property_id=id) for _ in range(2))
    decide(housing, first.id)
    told = refusal(housing, "decide_approval", IllegalState, **consent_to(second))
    assert told == ("ILLEGAL_STATE", ["state"])
    read = housing.call("get_disposal", disposal_id=second.id)
    assert read.state == dp.DISPOSAL_STATE_SUBMITTED


def test_an_asset_leaves_once(housing: Harness) -> None:
    asset = asset_fields()
    approved_disposal(housing, assets=[asset])
    second = submitted_disposal(housing, assets=[asset_fields(), asset])
    told = refusal(housing, "decide_approval", AlreadyExists, **consent_to(second))
    assert told == ("ASSET_ALREADY_RELEASED", ["assets"])


def test_an_asset_that_was_only_planned_or_came_back_may_leave(housing: Harness) -> None:
    asset = asset_fields()
    create_disposal(housing, assets=[asset])
    rejected = submitted_disposal(housing, assets=[asset])
    decide(housing, rejected.id, "DECISION_REJECT", note="重复")
    settled = approved_disposal(housing, assets=[asset])
    line = settled.lines[0].id
    housing.call("settle_disposal_line", disposal_id=settled.id, line_id=line, remark="自用")
    again = approved_disposal(housing, assets=[asset])
    assert again.state == dp.DISPOSAL_STATE_APPROVED


@pytest.mark.parametrize("rejected", [True, False])
def test_a_disposal_that_is_turned_down_or_taken_back_releases_nothing(
    housing: Harness, rejected: bool
) -> None:
    id = create_property(housing).id
    submitted = submitted_disposal(housing, property_id=id)
    if rejected:
        ended = decide(housing, submitted.id, "DECISION_REJECT", note="材料不全")
        assert (ended.state, ended.decision_note) == (
            dp.DISPOSAL_STATE_REJECTED,
            "材料不全",
        )
    else:
        ended = housing.call("withdraw_disposal", disposal_id=submitted.id)
        assert ended.state == dp.DISPOSAL_STATE_WITHDRAWN
    assert housing.facts(events_pb2.DisposalApproved) == []
    kept = housing.call("get_property", property_id=id)
    assert kept.use_state == pp.USE_STATE_IN_USE


def test_who_settles_a_line_says_why(housing: Harness) -> None:
    id = submitted_disposal(housing).id
    request = {"disposal_id": id, "line_id": NOBODY, "remark": ""}
    told = refusal(housing, "settle_disposal_line", InvalidInput, **request)
    assert told == ("REQUIRED", ["remark"])


@pytest.mark.parametrize("income_fen", [-1, 10**15 + 1])
def test_an_income_nobody_can_have_is_refused(housing: Harness, income_fen: int) -> None:
    id = approved_disposal(housing).id
    fields = {"disposal_id": id, "income_fen": income_fen}
    told = refusal(housing, "complete_disposal", InvalidInput, **fields)
    assert told == ("OUT_OF_RANGE", ["income_fen"])


def test_a_thousand_assets_leave_on_one_disposal(housing: Harness) -> None:
    disposal = approved_disposal(housing, assets=assets(1_000))
    [fact] = housing.facts()
    assert len(fact.assets) == len(disposal.lines) == 1_000
    assert [each.line_id for each in fact.assets] == [line.id for line in disposal.lines]


def test_a_list_beyond_measure_is_refused_at_once_and_in_few_words(housing: Harness) -> None:
    with pytest.raises(InvalidInput) as refused:
        housing.call("create_disposal", reason="腾退", assets=[{}] * 100_000)
    assert (refused.value.reason, len(refused.value.violations)) == ("TOO_MANY", 1)
    with pytest.raises(InvalidInput) as refused:
        housing.call("create_disposal", reason="腾退", assets=[{}] * 1_000)
    assert len(refused.value.violations) == 100


def consent_to(disposal: Any) -> dict[str, str]:
    return {
        "approval_id": disposal.approval_id,
        "decision": "DECISION_APPROVE",
        "user": "chief",
    }
