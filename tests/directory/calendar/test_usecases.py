"""What may be done with the calendar."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import Conflict, InvalidInput, NotFound
from chassis.testing import Harness
from guanjia.directory.v1 import directory_pb2 as pb
from guanjia.directory.v1 import events_pb2
from tests.directory.factories import calendar_fields, full_width, publish_calendar
from tests.refusals import refusal
from tests.together import together


def test_a_year_is_published_in_order_and_is_a_fact(directory: Harness) -> None:
    given = calendar_fields()
    mixed = given | {"holidays": [full_width("2026-02-16"), *given["holidays"][:3]]}
    published = directory.call("publish_calendar_year", **mixed)
    assert published == pb.CalendarYear(**given, etag="1")
    assert directory.call("get_calendar_year", year=2026) == published
    [fact] = directory.facts(events_pb2.CalendarYearPublished)
    assert fact.calendar == published


def test_a_table_takes_the_place_of_the_one_before(directory: Harness) -> None:
    first = publish_calendar(directory)
    second = publish_calendar(directory, workdays=[], etag=first.etag)
    assert list(second.workdays) == []
    assert directory.call("get_calendar_year", year=2026) == second
    assert directory.count("calendar_years") == 1
    stale = calendar_fields(etag=first.etag)
    told = refusal(directory, "publish_calendar_year", Conflict, **stale)
    assert told == ("STALE", ["etag"])


@pytest.mark.parametrize("year", [2027, 0, -1, 2**31 - 1])
def test_a_year_without_an_official_table_is_refused_never_guessed(
    directory: Harness, year: int
) -> None:
    publish_calendar(directory)
    told = refusal(directory, "get_calendar_year", NotFound, year=year)
    assert told == ("NO_CALENDAR", ["year"])


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"year": 1948}, "year", "OUT_OF_RANGE"),
        ({"holidays": []}, "holidays", "REQUIRED"),
        ({"holidays": ["2026-01-01", "2026-01-01"]}, "holidays", "DUPLICATE"),
        ({"holidays": ["2026-01-01"] * 201}, "holidays", "TOO_MANY"),
        ({"holidays": ["2026-01-01", "2026-02-29"]}, "holidays.1", "INVALID_DATE"),
        ({"holidays": ["2025-12-31"]}, "holidays", "OUTSIDE_YEAR"),
        ({"holidays": ["2027-01-01"]}, "holidays", "OUTSIDE_YEAR"),
        ({"workdays": ["2027-01-02"]}, "workdays", "OUTSIDE_YEAR"),
        ({"workdays": ["2026-01-04", "2026-01-04"]}, "workdays", "DUPLICATE"),
        ({"workdays": ["2026-01-03"]}, "workdays", "ON_BOTH_LISTS"),
        ({"workdays": ["2026-01-05"]}, "workdays", "NOT_A_WEEKEND"),
        ({"source": " "}, "source", "REQUIRED"),
    ],
)
def test_a_table_that_breaks_a_rule_is_refused_by_field(
    directory: Harness, changes: dict[str, Any], field: str, reason: str
) -> None:
    fields = calendar_fields(**changes)
    told = refusal(directory, "publish_calendar_year", InvalidInput, **fields)
    assert told == (reason, [field])


def test_days_at_both_ends_of_a_leap_year_belong_to_it(directory: Harness) -> None:
    days = ["2028-01-01", "2028-02-29", "2028-12-31"]
    published = publish_calendar(directory, year=2028, holidays=days, workdays=["2028-12-30"])
    assert list(published.holidays) == days


def test_r22_a_year_published_by_four_at_once_is_there_once(directory: Harness) -> None:
    together(*[lambda: publish_calendar(directory)] * 4)
    assert directory.count("calendar_years") == 1


def test_years_are_listed_in_order(directory: Harness) -> None:
    for year in (2026, 2025):
        publish_calendar(directory, year=year, holidays=[f"{year}-01-01"], workdays=[])
    listed = directory.call("list_calendar_years").years
    assert [each.year for each in listed] == [2025, 2026]
