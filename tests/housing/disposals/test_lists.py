"""Finding disposals, above all those that wait too long."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import InvalidInput
from chassis.testing import Harness
from cli.sample.city import units
from guanjia.asset.v1 import asset_pb2
from guanjia.warehouse.v1 import events_pb2
from tests.housing.factories import (
    approved_disposal,
    create_disposal,
    create_property,
    submitted_disposal,
)
from tests.housing.rooms.factories import a_unit
from tests.refusals import refusal
from tests.together import together

pytestmark = pytest.mark.row("H14")


def codes(housing: Harness, **filters: Any) -> list[int]:
    """The numbers of the disposals a list holds."""
    found = housing.call("list_disposals", **filters).disposals
    return [int(each.code.rpartition("-")[2]) for each in found]


def test_disposals_are_found_by_state_with_their_lines(housing: Harness) -> None:
    made = [create_disposal(housing), submitted_disposal(housing), approved_disposal(housing)]
    assert housing.call("list_disposals").disposals == made
    assert codes(housing, state="DISPOSAL_STATE_SUBMITTED") == [2]
    assert codes(housing, state="DISPOSAL_STATE_COMPLETED") == []


def test_a_line_unanswered_for_ten_days_is_overdue_until_it_is_answered(housing: Harness) -> None:
    approved_disposal(housing)
    housing.clock.advance(days=5)
    late = approved_disposal(housing)
    submitted_disposal(housing)
    assert codes(housing, overdue=True) == []
    housing.clock.advance(days=5, microseconds=1)
    assert codes(housing, overdue=True) == [1]
    housing.clock.advance(days=5)
    assert codes(housing, overdue=True) == [1, 2]
    for line in late.lines:
        source = asset_pb2.SourceLine(service="housing", document_id=late.id, line_id=line.id)
        housing.react("on_intake_accepted", events_pb2.IntakeAccepted(source=source))
    assert codes(housing, overdue=True) == [1]
    assert codes(housing, overdue=True, state="DISPOSAL_STATE_HANDING_OVER") == []


def test_a_line_says_that_it_is_overdue_wherever_it_is_read(housing: Harness) -> None:
    disposal = approved_disposal(housing)
    assert not any(line.overdue for line in disposal.lines)
    housing.clock.advance(days=11)
    read = housing.call("get_disposal", disposal_id=disposal.id)
    [listed] = housing.call("list_disposals", overdue=True).disposals
    settled = housing.call(
        "settle_disposal_line",
        disposal_id=disposal.id,
        line_id=disposal.lines[0].id,
        remark="已报废",
    )
    assert [line.overdue for line in read.lines] == [True, True]
    assert listed == read
    assert [line.overdue for line in settled.lines] == [False, True]


def test_every_disposal_is_on_exactly_one_page(housing: Harness) -> None:
    for _ in range(5):
        approved_disposal(housing)
    housing.clock.advance(days=11)
    token = ""
    found: list[str] = []
    while not found or token:
        page = housing.call("list_disposals", page_size=2, page_token=token, overdue=True)
        found += [each.code for each in page.disposals]
        token = page.next_page_token
    assert found == [f"CZ-2026-{number:06}" for number in range(1, 6)]


def test_disposals_are_found_by_region_unit_and_property(housing: Harness) -> None:
    uscc = units()[1]["uscc"]
    unit_id = a_unit(housing, uscc=uscc)
    here = create_property(housing, region_code="990101001")
    there = create_property(housing, region_code="990102", unit_uscc=uscc)
    for building in (here, there):
        create_disposal(housing, property_id=building.id)
    create_disposal(housing)
    assert codes(housing, region_code="990101") == [1]
    assert codes(housing, region_code="990102") == [2]
    assert codes(housing, region_code="990100") == [1, 2, 3]
    assert codes(housing, unit_id=unit_id) == [2]
    assert codes(housing, property_id=here.id) == [1]
    assert codes(housing, property_id=here.id, region_code="990102") == []


@pytest.mark.parametrize(
    ("filters", "field", "reason"),
    [
        ({"page_size": 501}, "page_size", "OUT_OF_RANGE"),
        ({"page_token": "x"}, "page_token", "INVALID_PAGE_TOKEN"),
        ({"state": 99}, "state", "UNKNOWN_VALUE"),
        ({"region_code": "99010"}, "region_code", "INVALID_REGION_CODE"),
        ({"unit_id": "x"}, "unit_id", "INVALID_ID"),
        ({"property_id": "x"}, "property_id", "INVALID_ID"),
    ],
)
def test_a_filter_that_means_nothing_is_refused(
    housing: Harness, filters: dict[str, Any], field: str, reason: str
) -> None:
    assert refusal(housing, "list_disposals", InvalidInput, **filters) == (reason, [field])


def test_disposal_codes_given_at_once_follow_one_another(housing: Harness) -> None:
    made = together(*[lambda: create_disposal(housing).code] * 8)
    assert sorted(map(str, made)) == [f"CZ-2026-{number:06}" for number in range(1, 9)]
