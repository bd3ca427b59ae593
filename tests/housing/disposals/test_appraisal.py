"""What a disposal is worth by an appraisal, and what that changes."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import InvalidInput, PermissionDenied
from chassis.testing import Harness
from guanjia.housing.v1 import disposals_pb2 as pb
from tests.housing.factories import (
    approved_disposal,
    asset_fields,
    create_disposal,
    create_property,
    decide,
)
from tests.people import person
from tests.refusals import refusal

CLERK, HEAD = person("zhang", "unit_clerk"), person("li", "unit_head")
APPRAISAL = {
    "appraised_value_fen": 500_000,
    "appraised_on": "2026-03-01",
    "appraiser": "云澜资产评估事务所",
}
pytestmark = pytest.mark.row("H14")


def appraised(housing: Harness, disposal: Any, **changes: Any) -> Any:
    user = changes.pop("user", "clerk")
    fields = APPRAISAL | changes
    return housing.call("appraise_disposal", user=user, disposal_id=disposal.id, **fields)


def shown(disposal: Any) -> tuple[int, str, str]:
    return disposal.appraised_value_fen, disposal.appraised_on, disposal.appraiser


def amount(housing: Harness, disposal: Any) -> int:
    """What consent is asked for, once it is submitted, in fen."""
    asked = housing.call("submit_disposal", disposal_id=disposal.id)
    approval = housing.call("get_approval", approval_id=asked.approval_id)
    return int(approval.amount_fen)


def test_a_draft_is_not_appraised_until_somebody_says_so(housing: Harness) -> None:
    draft = create_disposal(housing)
    assert shown(draft) == (0, "", "")
    done = appraised(housing, draft)
    assert shown(done) == (500_000, "2026-03-01", "云澜资产评估事务所")
    assert (done.state, done.etag) == (pb.DISPOSAL_STATE_DRAFT, str(int(draft.etag) + 1))
    assert housing.call("get_disposal", disposal_id=draft.id) == done


def test_the_last_appraisal_counts_and_a_correction_leaves_it(housing: Harness) -> None:
    draft = create_disposal(housing)
    appraised(housing, draft)
    appraised(housing, draft, appraised_value_fen=700_000)
    request = {"disposal_id": draft.id, "reason": "搬迁（更正）", "assets": [asset_fields()]}
    corrected = housing.call("update_disposal", **request)
    assert shown(corrected) == (700_000, "2026-03-01", "云澜资产评估事务所")


def test_what_was_returned_is_appraised_and_asked_for_again(housing: Harness) -> None:
    draft = create_disposal(housing, user=CLERK, assets=[asset_fields(original_value_fen=150_000)])
    assert amount(housing, draft) == 150_000
    decide(housing, draft.id, "DECISION_RETURN", user=HEAD, note="请先评估")
    appraised(housing, draft)
    assert amount(housing, draft) == 500_000
    assert decide(housing, draft.id, user=HEAD).state == pb.DISPOSAL_STATE_APPROVED


@pytest.mark.parametrize(
    ("value_fen", "asked_fen"), [(1_000_149_999, 1_000_150_000), (1_000_150_001, 1_000_150_001)]
)
def test_consent_is_asked_for_the_book_value_or_the_appraisal_if_that_is_higher(
    housing: Harness, value_fen: int, asked_fen: int
) -> None:
    building = create_property(housing, book_value_fen=1_000_000_000)
    assets = [asset_fields(original_value_fen=150_000)]
    draft = create_disposal(housing, property_id=building.id, assets=assets)
    appraised(housing, draft, appraised_value_fen=value_fen)
    assert amount(housing, draft) == asked_fen


def test_who_noted_the_appraisal_does_not_decide(housing: Harness) -> None:
    draft = create_disposal(housing, user=CLERK)
    wu = person("wu", "unit_clerk", "unit_head")
    appraised(housing, draft, user=wu)
    housing.call("submit_disposal", user=CLERK, disposal_id=draft.id)
    with pytest.raises(PermissionDenied) as refused:
        decide(housing, draft.id, user=wu)
    assert refused.value.reason == "OWN_REQUEST"
    assert decide(housing, draft.id, user=HEAD).state == pb.DISPOSAL_STATE_APPROVED


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"appraised_value_fen": -1}, "appraised_value_fen", "OUT_OF_RANGE"),
        ({"appraised_on": ""}, "appraised_on", "REQUIRED"),
        ({"appraised_on": "2026-02-30"}, "appraised_on", "INVALID_DATE"),
        ({"appraised_on": "2026-03-03"}, "appraised_on", "IN_FUTURE"),
        ({"appraiser": " "}, "appraiser", "REQUIRED"),
        ({"appraiser": "长" * 201}, "appraiser", "TOO_LONG"),
    ],
)
def test_an_appraisal_that_breaks_a_rule_is_refused_by_field(
    housing: Harness, changes: dict[str, Any], field: str, reason: str
) -> None:
    fields = {"disposal_id": create_disposal(housing).id, **APPRAISAL, **changes}
    assert refusal(housing, "appraise_disposal", InvalidInput, **fields) == (reason, [field])


def test_an_appraisal_may_be_of_today_in_china(housing: Harness) -> None:
    housing.clock.advance(hours=15)  # 3 March in China, 2 March in UTC
    done = appraised(housing, create_disposal(housing), appraised_on="2026-03-03")
    assert done.appraised_on == "2026-03-03"


def test_without_a_norm_an_income_below_the_appraisal_is_booked_with_its_reason(
    housing: Harness,
) -> None:
    building = create_property(housing)
    made = approved_disposal(housing, property_id=building.id, assets=[])
    request = {"disposal_id": made.id, "income_fen": 1, "shortfall_reason": " 两次流拍 "}
    done = housing.call("complete_disposal", **request)
    assert (done.income_fen, done.shortfall_reason) == (1, "两次流拍")
    assert housing.call("get_disposal", disposal_id=made.id) == done


def test_a_reason_of_more_than_500_characters_is_refused(housing: Harness) -> None:
    id = approved_disposal(housing).id
    fields = {"disposal_id": id, "shortfall_reason": "长" * 501}
    told = refusal(housing, "complete_disposal", InvalidInput, **fields)
    assert told == ("TOO_LONG", ["shortfall_reason"])
