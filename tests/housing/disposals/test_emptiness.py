"""A building leaves once nobody is left in it; an income far below its appraisal needs a reason."""

from __future__ import annotations

import pytest

from chassis.errors import IllegalState, InvalidInput
from chassis.testing import Harness
from guanjia.housing.v1 import disposals_pb2 as pb
from tests.housing.factories import create_disposal, create_property, decide, submitted_disposal
from tests.housing.leases.factories import sign
from tests.housing.rooms.factories import a_room, a_unit
from tests.refusals import refusal

pytestmark = pytest.mark.row("H14")


def reason_of(housing: Harness, disposal_id: str) -> str:
    return refusal(housing, "submit_disposal", IllegalState, disposal_id=disposal_id)[0]


def test_a_building_in_which_a_unit_has_rooms_is_not_disposed_of(housing: Harness) -> None:
    building = create_property(housing)
    room = a_room(housing, 20, unit_id=a_unit(housing), building=building)
    draft = create_disposal(housing, property_id=building.id)
    assert reason_of(housing, draft.id) == "ROOMS_IN_USE"
    housing.call("free_room", room_id=room.id)
    submitted = housing.call("submit_disposal", disposal_id=draft.id)
    assert submitted.state == pb.DISPOSAL_STATE_SUBMITTED


def test_a_building_that_is_let_is_not_disposed_of(housing: Harness) -> None:
    building = create_property(housing)
    lease = sign(housing, property_id=building.id, start_on="2026-01-01", end_on="2026-12-31")
    draft = create_disposal(housing, property_id=building.id)
    assert reason_of(housing, draft.id) == "LEASE_RUNNING"
    housing.call("terminate_lease", lease_id=lease.id, terminated_on="2026-03-01", reason="处置")
    housing.call("submit_disposal", disposal_id=draft.id)


def test_what_was_empty_when_consent_was_asked_must_be_empty_when_it_is_given(
    housing: Harness,
) -> None:
    building = create_property(housing)
    asked = submitted_disposal(housing, property_id=building.id)
    a_room(housing, 20, unit_id=a_unit(housing), building=building)
    with pytest.raises(IllegalState) as refused:
        decide(housing, asked.id)
    assert refused.value.reason == "ROOMS_IN_USE"


def test_k21_income_far_below_the_appraisal_needs_a_reason_where_a_city_says_so(
    housing: Harness,
) -> None:
    housing.call(
        "set_norm",
        service="housing",
        kind="housing.disposal_least_share",
        value="90",
        region_code="990100",
        valid_from="2026-01-01",
        source="市级行政事业单位国有资产处置管理办法",
    )
    building = create_property(housing, region_code="990101")
    draft = create_disposal(housing, property_id=building.id, assets=[])
    housing.call(
        "appraise_disposal",
        user="appraiser",
        disposal_id=draft.id,
        appraised_value_fen=1_000_000_00,
        appraised_on="2026-02-01",
        appraiser="云澜评估",
    )
    housing.call("submit_disposal", disposal_id=draft.id)
    decide(housing, draft.id)
    act = {"disposal_id": draft.id}
    low = refusal(housing, "complete_disposal", InvalidInput, income_fen=899_999_99, **act)
    assert low[0] == "INCOME_BELOW_APPRAISAL"
    done = housing.call(
        "complete_disposal", income_fen=899_999_99, shortfall_reason="三次流拍后降价", **act
    )
    assert (done.income_fen, done.shortfall_reason) == (899_999_99, "三次流拍后降价")
