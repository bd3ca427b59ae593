"""Finding titles, and how much of what can be registered is registered."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from chassis.errors import InvalidInput
from chassis.testing import Harness
from chassis.testing.reports import figures, rows_behind
from guanjia.directory.v1 import directory_pb2, events_pb2
from tests.housing.factories import approved_disposal, create_property
from tests.housing.register import cells, sent
from tests.housing.titles.factories import (
    begun_title,
    certificate_fields,
    decide,
    proposed_exemption,
    unregistered_property,
)
from tests.refusals import refusal

pytestmark = pytest.mark.row("H04")


def codes(housing: Harness, **filters: Any) -> str:
    return "".join(each.property_code for each in housing.call("list_titles", **filters).titles)


def disposed(housing: Harness, **changes: Any) -> None:
    id = create_property(housing, **changes).id
    disposal = approved_disposal(housing, property_id=id, assets=[])
    housing.call("complete_disposal", disposal_id=disposal.id)


@pytest.fixture
def register(housing: Harness) -> Harness:
    """A without a case, B begun, C in the way of something, D elsewhere, E disposed of."""
    create_property(housing, code="A")
    begun_title(housing, code="B")
    stuck = unregistered_property(housing, code="C", region_code="990102")
    housing.call("report_title_obstacle", property_id=stuck.id, obstacle="缺资料")
    create_property(housing, code="D", region_code="990201")
    disposed(housing, code="E")
    return housing


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, "ABCD"),
        ({"state": "TITLE_STATE_REGISTERED"}, "AD"),
        ({"state": "TITLE_STATE_NOT_REGISTRABLE"}, ""),
        ({"obstacle_only": True}, "C"),
        ({"region_code": "990100"}, "ABC"),
        ({"region_code": "990102"}, "C"),
        ({"unit_id": "0190b6e0-7d5c-7a3e-8f00-0123456789ab"}, ""),
    ],
)
def test_titles_of_all_standing_properties_are_found(
    register: Harness, filters: dict[str, Any], expected: str
) -> None:
    assert codes(register, **filters) == expected


def test_pages_go_on_and_show_cases_and_properties_without_one(register: Harness) -> None:
    first = register.call("list_titles", page_size=3)
    rest = register.call("list_titles", page_size=3, page_token=first.next_page_token)
    found = [*first.titles, *rest.titles]
    assert [bool(each.id) for each in found] == [False, True, True, False]
    assert [each.obstacle for each in found] == ["", "", "缺资料", ""]


def test_a_property_that_was_split_gives_way_to_its_parts(housing: Harness) -> None:
    whole = create_property(housing, code="A")
    half = {"name": "半栋", "floor_area_m2": 1200.25, "usable_area_m2": 800}
    parts = [{"code": code, "book_value_fen": 430_000_000, **half} for code in "BC"]
    housing.call("split_property", property_id=whole.id, parts=parts, reason="分割确权")
    assert codes(housing) == "BC"
    assert figures(housing.call("report_titles"))["合计", ""]["registrable"] == 2


def test_a_region_that_is_none_is_refused(housing: Harness) -> None:
    for method in ("list_titles", "report_titles"):
        told = refusal(housing, method, InvalidInput, region_code="x")
        assert told == ("INVALID_REGION_CODE", ["region_code"])


def imported(housing: Harness, count: int, **changes: str) -> None:
    code = changes.pop("code")
    rows = [cells(f"{code}{number:04}", **changes) for number in range(count)]
    for start in range(0, count, 500):
        sent(housing, rows[start : start + 500])


def test_803_of_1000_registrable_are_80_3_percent_and_meet_the_target(housing: Harness) -> None:
    imported(housing, 803, code="A", title_state="已登记")
    imported(housing, 97, code="B", title_state="办理中", region_code="990102")
    imported(housing, 100, code="C", title_state="存在障碍", region_code="990102001")
    for _ in range(5):
        decide(housing, proposed_exemption(housing))
    disposed(housing)
    report = housing.call("report_titles")
    found = figures(report)
    assert found["合计", ""] == {
        "registrable": Decimal(1000),
        "registered": Decimal(803),
        "in_progress": Decimal(97),
        "obstacle": Decimal(100),
        "not_registrable": Decimal(5),
        "rate": Decimal("80.3"),
        "target": Decimal(80),
        "met": Decimal(1),
    }
    assert found["990102", ""] == {
        "registrable": Decimal(197),
        "registered": Decimal(0),
        "in_progress": Decimal(97),
        "obstacle": Decimal(100),
        "not_registrable": Decimal(0),
        "rate": Decimal(0),
        "target": Decimal(80),
        "met": Decimal(0),
    }
    assert list(found) == [("990101", ""), ("990102", ""), ("合计", "")]
    assert [len(rows_behind(housing, line)) for line in report.lines] == [808, 197, 1005]
    assert all(each.definition for each in report.figures)


def test_a_proposal_alone_leaves_the_denominator_as_it_is(housing: Harness) -> None:
    proposed = proposed_exemption(housing)
    create_property(housing)
    before = figures(housing.call("report_titles"))["合计", ""]
    assert [before["registrable"], before["rate"]] == [2, 50]
    decide(housing, proposed)
    after = figures(housing.call("report_titles"))["合计", ""]
    assert [after["registrable"], after["rate"], after["met"]] == [1, 100, 1]


def test_a_recorded_title_raises_the_rate(housing: Harness) -> None:
    begun = begun_title(housing)
    assert figures(housing.call("report_titles"))["合计", ""]["rate"] == 0
    housing.call("record_title", property_id=begun.property_id, **certificate_fields())
    assert figures(housing.call("report_titles"))["合计", ""]["rate"] == 100


def test_a_countys_own_target_counts_for_it(housing: Harness) -> None:
    create_property(housing)
    create_property(housing, region_code="990102")
    given = {"kind": "housing.title_target", "value": "100", "source": "云澜区年度目标"}
    housing.call("set_norm", region_code="990101", valid_from="2026-01-01", **given)
    found = figures(housing.call("report_titles"))
    assert [each["target"] for each in found.values()] == [100, 80, 80]


def test_a_county_the_directory_knows_stands_with_its_name(housing: Harness) -> None:
    create_property(housing)
    region = directory_pb2.Region(code="990101", name="云岭区")
    housing.react("on_region_defined", events_pb2.RegionDefined(region=region))
    assert ("990101", "云岭区") in figures(housing.call("report_titles"))


def test_a_report_of_nothing_has_no_lines(housing: Harness) -> None:
    assert not housing.call("report_titles", region_code="990300").lines
