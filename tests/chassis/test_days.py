"""Days as offices count them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from chassis.days import day_of, days_of, months_after, start_of


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2026-04-15", 0, "2026-04-15"),
        ("2026-04-15", 3, "2026-07-15"),
        ("2026-11-01", 2, "2027-01-01"),
        ("2026-12-31", 12, "2027-12-31"),
        ("2027-12-31", 2, "2028-02-29"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-08-31", 1, "2026-09-30"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
    ],
)
def test_months_after_is_the_same_day_or_the_last_of_a_shorter_month(
    day: str, months: int, expected: str
) -> None:
    assert months_after(date.fromisoformat(day), months).isoformat() == expected


def test_a_day_begins_at_midnight_in_china() -> None:
    begins = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
    assert start_of(date(2026, 3, 2)) == begins
    assert day_of(begins) == date(2026, 3, 2)
    assert day_of(begins.replace(hour=15, minute=59)) == date(2026, 3, 1)


def test_a_year_and_a_month_have_a_first_and_a_last_day() -> None:
    assert days_of(2026) == (date(2026, 1, 1), date(2026, 12, 31))
    assert days_of(2026, 2) == (date(2026, 2, 1), date(2026, 2, 28))
    assert days_of(2024, 2) == (date(2024, 2, 1), date(2024, 2, 29))
    assert days_of(2026, 12) == (date(2026, 12, 1), date(2026, 12, 31))
