"""What was revitalised in a year, and the list of plans."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from chassis.errors import InvalidInput
from chassis.testing import Harness
from chassis.testing.reports import figures, rows_behind
from tests.housing.factories import approved_disposal
from tests.housing.leases.factories import sign
from tests.housing.revitalisation.factories import (
    approved_plan,
    create_plan,
    done_plan,
    finish,
    idle_property,
    record,
    submitted_plan,
    way_of,
)
from tests.refusals import refusal

pytestmark = pytest.mark.row("H13")
AREA = {"floor_area_m2": 100.1, "usable_area_m2": 50}


def report(housing: Harness, **fields: Any) -> dict[str, dict[str, Any]]:
    told = figures(housing.call("report_revitalisation", **fields))
    return {about: each for (about,), each in told.items()}


def test_of_32_idle_properties_8_are_revitalised_by_any_way(housing: Harness) -> None:
    idle = [idle_property(housing, **AREA).id for _ in range(32)]
    ways = ("LET", "LET", "SWAP", "REALLOCATE", "INJECT", "INJECT", "INJECT", "SELL")
    for way, property_id in zip(ways, idle, strict=False):
        plan = approved_plan(housing, way, property_id=property_id)
        amounts = {"gross_fen": 1_000_000_33, "tax_fen": 50_000_11, "cost_fen": 20_000_01}
        record(housing, plan, way, **amounts)
        finish(housing, plan)
    submitted_plan(housing, property_id=idle[20])
    told = housing.call("report_revitalisation")
    found = {about: each for (about,), each in figures(told).items()}
    assert [(about, each["properties"]) for about, each in found.items()] == [
        ("调剂使用", Decimal(1)),
        ("置换", Decimal(1)),
        ("出租", Decimal(2)),
        ("注入国企", Decimal(3)),
        ("处置变现", Decimal(1)),
        ("合计", Decimal(8)),
    ]
    assert found["出租"] == {
        "properties": Decimal(2),
        "area_m2": Decimal("200.20"),
        "gross_yuan": Decimal("2000000.66"),
        "tax_yuan": Decimal("100000.22"),
        "cost_yuan": Decimal("40000.02"),
        "net_yuan": Decimal("1860000.42"),
        "idle_base": None,
        "rate": None,
    }
    assert found["合计"] == {
        "properties": Decimal(8),
        "area_m2": Decimal("800.80"),
        "gross_yuan": Decimal("8000002.64"),
        "tax_yuan": Decimal("400000.88"),
        "cost_yuan": Decimal("160000.08"),
        "net_yuan": Decimal("7440001.68"),
        "idle_base": Decimal(32),
        "rate": Decimal("25.0"),
    }
    assert all(each.definition for each in told.figures)
    assert [len(rows_behind(housing, line)) for line in told.lines] == [1, 1, 2, 3, 1, 8]


def test_a_property_counts_once_a_year_under_the_way_of_its_first_action(
    housing: Harness,
) -> None:
    plan = approved_plan(housing, "LET")
    record(housing, plan, "LET", done_on="2026-02-02", gross_fen=100)
    record(housing, plan, "SWAP", done_on="2026-02-01", gross_fen=10, tax_fen=20)
    told = report(housing)
    assert list(told) == ["置换", "合计"]
    for way, rows in (("SWAP", 1), ("LET", 0)):
        found = housing.call("list_revitalisations", year=2026, first_way=way_of(way))
        assert len(found.revitalisations) == rows, way
    assert (told["置换"]["properties"], told["置换"]["gross_yuan"]) == (1, Decimal("1.10"))
    assert told["合计"]["net_yuan"] == Decimal("0.90")


def test_of_two_actions_on_one_day_the_one_recorded_first_is_the_first(housing: Harness) -> None:
    plan = approved_plan(housing, "LET")
    record(housing, plan, "SELL")
    record(housing, plan, "LET")
    assert list(report(housing)) == ["处置变现", "合计"]


def test_two_plans_of_one_property_in_a_year_are_one_property(housing: Harness) -> None:
    first = done_plan(housing, "INJECT")
    second = approved_plan(housing, "LET", property_id=first.property_id)
    record(housing, second, "LET", gross_fen=500)
    told = housing.call("report_revitalisation")
    found = figures(told)
    assert [each["properties"] for each in found.values()] == [1, 1]
    assert found["注入国企",]["gross_yuan"] == Decimal("5.00")
    for line in told.lines:
        assert [each.id for each in rows_behind(housing, line)] == [first.id, second.id]


def test_an_action_counts_in_the_year_of_its_day_in_china(housing: Harness) -> None:
    def total(year: int) -> Any:
        return report(housing, year=year)["合计"]["properties"]

    housing.clock.at = datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)  # 31 December in China
    record(housing, approved_plan(housing))
    assert [total(year) for year in (2025, 2026, 2027, 0)] == [0, 1, 0, 1]
    housing.clock.at = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)  # 1 January in China
    record(housing, approved_plan(housing))
    assert [total(year) for year in (2025, 2026, 2027, 0)] == [0, 1, 1, 1]
    record(housing, approved_plan(housing), done_on="2026-12-31")
    record(housing, approved_plan(housing), done_on="2026-01-01")
    record(housing, approved_plan(housing), done_on="2025-12-31")
    assert [total(year) for year in (2025, 2026, 2027, 0)] == [1, 3, 1, 1]


def test_a_property_counts_again_in_another_year(housing: Harness) -> None:
    plan = approved_plan(housing)
    record(housing, plan, done_on="2025-06-01", gross_fen=1)
    record(housing, plan, "SELL", done_on="2026-01-01", gross_fen=2)
    assert list(report(housing, year=2025)) == ["出租", "合计"]
    assert report(housing, year=2026)["处置变现"]["gross_yuan"] == Decimal("0.02")


def test_the_base_is_what_is_idle_today_and_what_was_revitalised_and_is_idle_no_more(
    housing: Harness,
) -> None:
    idle_property(housing)
    done_plan(housing, "LET")
    sold = done_plan(housing, "SELL")
    assert report(housing)["合计"]["idle_base"] == 3
    approved_disposal(housing, property_id=sold.property_id)
    total = report(housing)["合计"]
    assert (total["idle_base"], total["rate"]) == (3, Decimal("66.7"))
    before = report(housing, year=2025)["合计"]
    assert (before["properties"], before["idle_base"], before["rate"]) == (0, 1, Decimal("0.0"))


def test_where_nothing_is_idle_there_is_no_rate(housing: Harness) -> None:
    [line] = report(housing).values()
    assert (line["properties"], line["net_yuan"], line["idle_base"], line["rate"]) == (
        0,
        Decimal("0.00"),
        0,
        None,
    )


def test_a_report_counts_a_region_and_all_below_it(housing: Harness) -> None:
    for region_code in ("990101", "990101001", "990102", "990201"):
        property_id = idle_property(housing, region_code=region_code).id
        record(housing, approved_plan(housing, property_id=property_id))
    idle_property(housing, region_code="990101")

    def counted(region_code: str) -> tuple[Any, Any, int]:
        told = housing.call("report_revitalisation", region_code=region_code)
        total = figures(told)["合计",]
        return total["properties"], total["idle_base"], len(rows_behind(housing, told.lines[0]))

    assert [counted(each) for each in ("", "990100", "990101", "990102")] == [
        (4, 5, 4),
        (3, 4, 3),
        (2, 3, 2),
        (1, 1, 1),
    ]


def test_a_plan_counts_where_its_property_lies_now(housing: Harness) -> None:
    plan = record(housing, approved_plan(housing, property_id=idle_property(housing).id))
    with housing.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE properties SET region_code = '990102'")
    for region_code, there in (("990101", 0), ("990102", 1)):
        told = housing.call("report_revitalisation", region_code=region_code)
        total = figures(told)["合计",]
        assert (total["properties"], total["idle_base"]) == (there, there)
        assert len(rows_behind(housing, told.lines[-1])) == there
    assert housing.call("get_revitalisation", revitalisation_id=plan.id).region_code == "990101"


def test_a_lease_that_ran_out_leaves_its_property_let_and_the_definition_says_so(
    housing: Harness,
) -> None:
    property_id = idle_property(housing).id
    term = {"start_on": "2026-03-01", "end_on": "2026-04-30"}
    sign(housing, property_id=property_id, whole_property=True, **term)
    housing.clock.advance(days=90)
    told = housing.call("report_revitalisation")
    assert figures(told)["合计",]["idle_base"] == 0
    [definition] = [each.definition for each in told.figures if each.key == "idle_base"]
    assert "租约到期不改变房产的使用状态" in definition


def test_a_list_holds_what_its_filters_name(housing: Harness) -> None:
    a = create_plan(housing, "SELL")
    b = submitted_plan(housing, "LET")
    c = record(housing, approved_plan(housing, "LET"), "SWAP", done_on="2025-12-31")

    def ids(**filters: Any) -> list[str]:
        found = housing.call("list_revitalisations", **filters).revitalisations
        return [each.id for each in found]

    assert ids() == [a.id, b.id, c.id]
    assert ids(state="REVITALISATION_STATE_SUBMITTED") == [b.id]
    assert ids(way=way_of("LET")) == [b.id, c.id]
    assert ids(property_id=a.property_id) == [a.id]
    assert ids(year=2025) == ids(year=2025, first_way=way_of("SWAP")) == [c.id]
    assert ids(year=2025, first_way=way_of("LET")) == ids(year=2026) == []
    assert ids(unit_id="0190b6e0-7d5c-7a3e-8f00-000000000009") == []
    assert housing.call("list_revitalisations", year=2025).revitalisations == [c]


@pytest.mark.parametrize(
    ("method", "filters", "field", "reason"),
    [
        ("list_revitalisations", {"first_way": "REVITALISATION_WAY_LET"}, "year", "REQUIRED"),
        ("list_revitalisations", {"year": 1899}, "year", "OUT_OF_RANGE"),
        ("list_revitalisations", {"property_id": "x"}, "property_id", "INVALID_ID"),
        ("list_revitalisations", {"state": 99}, "state", "UNKNOWN_VALUE"),
        ("report_revitalisation", {"year": 2201}, "year", "OUT_OF_RANGE"),
        ("report_revitalisation", {"year": -1}, "year", "OUT_OF_RANGE"),
        ("report_revitalisation", {"region_code": "全"}, "region_code", "INVALID_REGION_CODE"),
    ],
)
def test_a_filter_that_means_nothing_is_refused(
    housing: Harness, method: str, filters: dict[str, Any], field: str, reason: str
) -> None:
    assert refusal(housing, method, InvalidInput, **filters) == (reason, [field])
