"""Who asks for rooms, for whom, and with what."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from chassis.testing import Harness
from tests.housing.allocations.factories import (
    CHIEF,
    asked,
    building,
    clerk_of,
    decide,
    request,
)
from tests.housing.rooms.factories import a_unit
from tests.refusals import refusal

pytestmark = pytest.mark.row("H07")
NOBODY = "0190b6e0-7d5c-7a3e-8f00-0123456789ab"


def test_a_bureau_clerk_asks_for_a_unit_it_names(housing: Harness) -> None:
    building(housing, 300)
    unit_id = a_unit(housing, name="云澜市第九局")
    made = housing.call("request_allocation", unit_id=unit_id, **asked(300))
    assert (made.unit_id, made.unit_name, made.region_code) == (unit_id, "云澜市第九局", "990101")


def test_a_unit_the_directory_does_not_know_gets_nothing(housing: Harness) -> None:
    fields = {"unit_id": NOBODY, **asked(300)}
    told = refusal(housing, "request_allocation", InvalidInput, **fields)
    assert told == ("UNIT_UNKNOWN", ["unit_id"])


def test_who_has_no_unit_names_one(housing: Harness) -> None:
    told = refusal(housing, "request_allocation", InvalidInput, **asked(300))
    assert told == ("REQUIRED", ["unit_id"])


def test_a_unit_asks_for_no_other_unit(housing: Harness) -> None:
    building(housing, 300)
    clerk, other = clerk_of(housing), a_unit(housing)
    with pytest.raises(PermissionDenied) as refused:
        request(housing, clerk, 300, unit_id=other)
    assert refused.value.reason == "OUT_OF_SCOPE"


def test_a_unit_sees_its_own_allocations_only(housing: Harness) -> None:
    building(housing, 300)
    building(housing, 300)
    one, two = clerk_of(housing), clerk_of(housing)
    mine, _ = request(housing, one, 300), request(housing, two, 300)
    found = housing.call("list_allocations", user=one).allocations
    assert [each.id for each in found] == [mine.id]
    assert housing.call("get_allocation", user=one, allocation_id=mine.id).rooms
    with pytest.raises(NotFound):
        housing.call("get_allocation", user=two, allocation_id=mine.id)


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"way": 0}, "way", "REQUIRED"),
        ({"use": 0}, "use", "REQUIRED"),
        ({"area_m2": 0}, "area_m2", "OUT_OF_RANGE"),
        ({"area_m2": float("nan")}, "area_m2", "NOT_A_NUMBER"),
        ({"reason": " "}, "reason", "REQUIRED"),
        ({"from_on": "2026-03-01"}, "from_on", "OUT_OF_RANGE"),
        ({"from_on": "2027-03-04"}, "from_on", "OUT_OF_RANGE"),
        ({"from_on": "03-02"}, "from_on", "INVALID_DATE"),
        ({"way": "ALLOCATION_WAY_LEASE"}, "months", "REQUIRED"),
        ({"months": 601}, "months", "OUT_OF_RANGE"),
        ({"unit_id": "甲"}, "unit_id", "INVALID_ID"),
    ],
)
def test_a_request_that_breaks_a_rule_is_refused_by_field(
    housing: Harness, changes: dict[str, Any], field: str, reason: str
) -> None:
    fields = {"unit_id": a_unit(housing), **asked(300)} | changes
    told = refusal(housing, "request_allocation", InvalidInput, **fields)
    assert told == (reason, [field])


def test_the_last_day_that_may_be_asked_for_is_366_days_ahead(housing: Harness) -> None:
    building(housing, 300)
    assert request(housing, clerk_of(housing), 300, from_on="2027-03-03").from_on == "2027-03-03"


def test_an_act_on_what_somebody_changed_is_refused(housing: Harness) -> None:
    building(housing, 300)
    made = request(housing, clerk_of(housing), 300)
    decide(housing, made, "RETURN", user=CHIEF)
    stale = {"allocation_id": made.id, "etag": made.etag}
    assert refusal(housing, "submit_allocation", Conflict, **stale) == ("STALE", ["etag"])
