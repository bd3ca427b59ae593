"""The repair plan of a year, and its list."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from chassis.errors import InvalidInput
from chassis.testing import Harness
from chassis.testing.reports import figures, rows_behind
from tests.housing.factories import create_property
from tests.housing.repairs.factories import (
    accepted_repair,
    approved_repair,
    create_repair,
    decide,
    review,
    submitted_repair,
    work,
)
from tests.refusals import refusal

pytestmark = pytest.mark.row("H15")

FIVE = (
    (3_000_000_00, 2_600_000_00),
    (2_500_000_00, 2_300_000_00),
    (2_000_000_00, 1_890_000_00),
    (1_500_000_00, 1_400_000_00),
    (1_000_000_00, 900_000_00),
)
"""Asked and approved in fen: together 10.00 and 9.09 million yuan."""


def report(housing: Harness, **fields: Any) -> dict[tuple[str, ...], dict[str, Decimal | None]]:
    return figures(housing.call("report_repairs", **fields))


def test_5_projects_asked_10_million_approved_9_09_are_cut_by_9_1_percent(
    housing: Harness,
) -> None:
    for number, (asked, approved) in enumerate(FIVE):
        kind = "REPAIR_KIND_MAJOR" if number < 3 else "REPAIR_KIND_MEDIUM"
        given = work(asked_fen=asked, area_m2=11_320)
        approved_repair(housing, given, approved=(approved,), kind=kind)
    told = housing.call("report_repairs")
    rest = {"accepted": Decimal(0), "settled_yuan": Decimal("0.00")}
    assert figures(told) == {
        ("大修",): {
            "projects": Decimal(3),
            "area_m2": Decimal("33960.00"),
            "asked_yuan": Decimal("7500000.00"),
            "approved_yuan": Decimal("6790000.00"),
            "cut_rate": Decimal("9.5"),
            **rest,
        },
        ("中修",): {
            "projects": Decimal(2),
            "area_m2": Decimal("22640.00"),
            "asked_yuan": Decimal("2500000.00"),
            "approved_yuan": Decimal("2300000.00"),
            "cut_rate": Decimal("8.0"),
            **rest,
        },
        ("合计",): {
            "projects": Decimal(5),
            "area_m2": Decimal("56600.00"),
            "asked_yuan": Decimal("10000000.00"),
            "approved_yuan": Decimal("9090000.00"),
            "cut_rate": Decimal("9.1"),
            **rest,
        },
    }
    assert told.lines[-1].about == ["合计"]
    assert all(each.definition for each in told.figures)
    assert [len(rows_behind(housing, line)) for line in told.lines] == [3, 2, 5]


def test_only_what_was_reviewed_and_not_turned_down_counts(housing: Harness) -> None:
    create_repair(housing)
    submitted_repair(housing)
    reviewed = review(housing, submitted_repair(housing), 5_000_000)
    decide(housing, review(housing, submitted_repair(housing)), "DECISION_REJECT", note="不急")
    decide(housing, review(housing, submitted_repair(housing)), "DECISION_RETURN", note="不全")
    withdrawn = review(housing, submitted_repair(housing))
    housing.call("withdraw_repair", repair_id=withdrawn.id)
    told = housing.call("report_repairs")
    total = figures(told)["合计",]
    assert (total["projects"], total["asked_yuan"], total["cut_rate"]) == (
        Decimal(1),
        Decimal(100_000),
        Decimal("50.0"),
    )
    for line in told.lines:
        assert [each.id for each in rows_behind(housing, line)] == [reviewed.id]


def test_what_was_accepted_counts_with_what_it_cost(housing: Harness) -> None:
    accepted_repair(housing, settled_fen=9_900_001)
    approved_repair(housing)
    total = report(housing)["合计",]
    assert (total["projects"], total["accepted"], total["settled_yuan"]) == (
        Decimal(2),
        Decimal(1),
        Decimal("99000.01"),
    )


def test_a_plan_counts_in_its_year_whenever_it_is_carried_out(housing: Harness) -> None:
    approved_repair(housing, year=2025)
    approved_repair(housing, year=2026)
    approved_repair(housing, year=2026)

    def projects(year: int) -> Decimal | None:
        return report(housing, year=year).get(("合计",), {}).get("projects")

    assert [projects(year) for year in (2025, 2026, 2027, 0)] == [1, 2, None, 2]
    housing.clock.at = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)  # 1 January in China
    assert [projects(0), housing.call("report_repairs").as_of] == [None, "2027-01-01"]


def test_a_report_counts_a_region_and_all_below_it(housing: Harness) -> None:
    for region_code in ("990101", "990101001", "990102", "990201"):
        property_id = create_property(housing, region_code=region_code).id
        approved_repair(housing, property_id=property_id)

    def projects(region_code: str) -> list[int]:
        told = housing.call("report_repairs", region_code=region_code)
        return [len(rows_behind(housing, line)) for line in told.lines]

    regions = ("", "99", "990100", "990101", "990300")
    assert [projects(each) for each in regions] == [[4, 4], [4, 4], [3, 3], [2, 2], []]
    for method in ("report_repairs", "list_repairs"):
        told = refusal(housing, method, InvalidInput, region_code="全省")
        assert told == ("INVALID_REGION_CODE", ["region_code"])


def test_a_list_holds_what_its_filters_name(housing: Harness) -> None:
    property_id = create_property(housing).id
    a = create_repair(housing, property_id=property_id, kind="REPAIR_KIND_MINOR")
    b = submitted_repair(housing, year=2025)
    c = approved_repair(housing, year=2025)

    def ids(**filters: Any) -> list[str]:
        return [each.id for each in housing.call("list_repairs", **filters).repairs]

    assert ids() == [a.id, b.id, c.id]
    assert ids(state="REPAIR_STATE_SUBMITTED") == [b.id]
    assert ids(year=2025) == [b.id, c.id]
    assert ids(property_id=property_id) == [a.id]
    assert ids(kind="REPAIR_KIND_MINOR", year=2026) == [a.id]
    assert ids(reviewed=True) == [c.id]
    assert ids(unit_id="0190b6e0-7d5c-7a3e-8f00-000000000009") == []
    assert housing.call("list_repairs", page_size=1).repairs == [a]


@pytest.mark.parametrize(
    ("filters", "field", "reason"),
    [
        ({"year": -1}, "year", "OUT_OF_RANGE"),
        ({"year": 2201}, "year", "OUT_OF_RANGE"),
        ({"property_id": "x"}, "property_id", "INVALID_ID"),
        ({"unit_id": "x"}, "unit_id", "INVALID_ID"),
        ({"state": 99}, "state", "UNKNOWN_VALUE"),
        ({"page_size": 501}, "page_size", "OUT_OF_RANGE"),
    ],
)
def test_a_filter_that_means_nothing_is_refused(
    housing: Harness, filters: dict[str, Any], field: str, reason: str
) -> None:
    assert refusal(housing, "list_repairs", InvalidInput, **filters) == (reason, [field])
