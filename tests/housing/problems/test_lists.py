"""Finding problems, and how far they are mended."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from chassis.errors import InvalidInput
from chassis.testing import Harness
from chassis.testing.reports import figures, rows_behind
from tests.housing.factories import create_property
from tests.housing.problems.factories import (
    assigned_problem,
    closed_problem,
    hard_problem,
    open_problem,
)
from tests.refusals import refusal

pytestmark = pytest.mark.row("H06")


def numbers(housing: Harness, **filters: Any) -> list[int]:
    found = housing.call("list_problems", **filters).problems
    return [int(each.code.rpartition("-")[2]) for each in found]


def test_problems_are_found_by_state_source_property_and_region(housing: Harness) -> None:
    building = create_property(housing)
    open_problem(housing)
    hard_problem(housing, source="PROBLEM_SOURCE_LEGACY")
    closed_problem(housing, property_id=building.id)
    assert numbers(housing) == [1, 2, 3]
    assert numbers(housing, state="PROBLEM_STATE_HARD") == [2]
    assert numbers(housing, source="PROBLEM_SOURCE_AUDIT") == [1, 3]
    assert numbers(housing, property_id=building.id) == [3]
    assert numbers(housing, region_code="990101") == [3]
    assert numbers(housing, region_code="990100") == [1, 2, 3]
    assert numbers(housing, unit_id="0190b6e0-7d5c-7a3e-8f00-0123456789ab") == []


def test_a_problem_is_overdue_after_its_deadline_until_it_is_closed(housing: Harness) -> None:
    open_problem(housing)
    closed_problem(housing, due_on="2026-03-02")
    open_problem(housing, due_on="2026-03-02")
    assert numbers(housing, overdue=True) == []
    housing.clock.advance(days=1)
    assert numbers(housing, overdue=True) == [3]
    [late] = housing.call("list_problems", overdue=True).problems
    assert late.overdue
    assert housing.call("get_problem", problem_id=late.id) == late
    assert housing.call("assign_problem", problem_id=late.id, assignee="李明").overdue
    given = {"problem_id": late.id, "assignee": "李明", "due_on": "2026-04-01"}
    assert not housing.call("assign_problem", **given).overdue
    assert numbers(housing, overdue=True) == []


def test_a_region_that_is_none_is_refused(housing: Harness) -> None:
    for method in ("list_problems", "report_problems"):
        told = refusal(housing, method, InvalidInput, region_code="澜")
        assert told == ("INVALID_REGION_CODE", ["region_code"])


def test_77_of_139_closed_are_55_4_percent_and_a_reopened_one_leaves_the_rate(
    housing: Harness,
) -> None:
    closed = [closed_problem(housing) for _ in range(77)]
    for number in range(53):
        source = "PROBLEM_SOURCE_AUDIT" if number % 2 else "PROBLEM_SOURCE_LEGACY"
        assigned_problem(housing, source=source)
    for _ in range(9):
        hard_problem(housing, source="PROBLEM_SOURCE_LEGACY", due_on="2026-02-28")
    report = housing.call("report_problems")
    found = figures(report)
    assert found["合计",] == {
        "total": Decimal(139),
        "closed": Decimal(77),
        "running": Decimal(53),
        "hard": Decimal(9),
        "closing_rate": Decimal("55.4"),
        "overdue": Decimal(9),
    }
    assert found["审计",] == {
        "total": Decimal(103),
        "closed": Decimal(77),
        "running": Decimal(26),
        "hard": Decimal(0),
        "closing_rate": Decimal("74.8"),
        "overdue": Decimal(0),
    }
    assert [len(rows_behind(housing, line)) for line in report.lines] == [103, 36, 139]
    housing.call("reopen_problem", problem_id=closed[0].id, reason="回头看发现反弹")
    after = figures(housing.call("report_problems"))["合计",]
    assert [after["closed"], after["running"]] == [76, 54]
    assert after["closing_rate"] == Decimal("54.7")


def test_a_report_of_a_region_counts_what_lies_in_it(housing: Harness) -> None:
    closed_problem(housing, property_id=create_property(housing).id)
    open_problem(housing)
    found = figures(housing.call("report_problems", region_code="990101"))
    assert found["合计",]["total"] == 1
    assert not housing.call("report_problems", region_code="990200").lines
