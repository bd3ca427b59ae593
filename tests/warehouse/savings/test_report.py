"""Savings of a year have one sum, however they are grouped and wherever it is told."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from chassis.testing import Harness
from chassis.testing.reports import figures, rows_behind
from tests.warehouse.savings.test_usecases import book, owner, received_line

pytestmark = pytest.mark.row("W04")
GROUPINGS = ("UNIT", "CLASS", "MONTH", "STORE", "REGION")


def report(warehouse: Harness, by: str, year: int = 2026) -> Any:
    return warehouse.call("report_savings", year=year, by=f"SAVING_GROUPING_{by}")


@pytest.fixture
def two_years(warehouse: Harness) -> Harness:
    """Entries before and after the turn of the year, of several of everything; one reversed."""
    chair = {"分类代码": "A05010301"}
    book(warehouse, received_line(warehouse), move_cost_fen=5_000)
    book(warehouse, received_line(warehouse, owner(1), **chair))
    warehouse.clock.at = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
    elsewhere = owner(1, region_code="990102")
    wrong = book(warehouse, received_line(warehouse, elsewhere, 分类代码="A0501"))
    line = received_line(warehouse, owner(0, region_code="990100"))
    warehouse.clock.at = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    book(warehouse, line)
    warehouse.call("reverse_saving", saving_id=wrong.id, reason="误登")
    return warehouse


def test_the_total_of_a_year_is_the_same_by_whatever_it_is_grouped(two_years: Harness) -> None:
    for by in GROUPINGS:
        told = figures(report(two_years, by))
        assert told["合计",] == {
            "entries": 3,
            "number": 3,
            "price_yuan": Decimal("8300.00"),
            "costs_yuan": Decimal("50.00"),
            "saving_yuan": Decimal("6590.00"),
        }
        after = figures(report(two_years, by, 2027))["合计",]
        assert (after["entries"], after["number"]) == (2, 0)
        assert after["saving_yuan"] == Decimal("-1200.00")


@pytest.mark.parametrize("by", GROUPINGS)
def test_each_line_is_the_sum_of_the_rows_it_leads_to(two_years: Harness, by: str) -> None:
    for year in (2026, 2027):
        told = report(two_years, by, year)
        assert len(told.lines) > 1
        for line in told.lines:
            rows = rows_behind(two_years, line)
            saved = Decimal(sum(each.saving_fen for each in rows)) / 100
            assert (line.figures[0], line.figures[-1]) == (str(len(rows)), f"{saved:.2f}")


def test_lines_are_called_as_people_call_them(two_years: Harness) -> None:
    assert [list(each.about) for each in report(two_years, "MONTH").lines] == [
        ["03"],
        ["12"],
        ["合计"],
    ]
    regions = [each.about[0] for each in report(two_years, "REGION").lines]
    assert regions == ["990101", "990102", "合计"]
    classes = [each.about[0] for each in report(two_years, "CLASS").lines]
    assert classes == ["A0501", "A05010201", "A05010301", "合计"]


def test_a_year_without_savings_has_a_total_of_nothing(warehouse: Harness) -> None:
    told = report(warehouse, "UNIT", 2020)
    assert [list(each.figures) for each in told.lines] == [["0", "0", "0.00", "0.00", "0.00"]]
