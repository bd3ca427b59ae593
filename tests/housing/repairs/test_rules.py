"""Formulas of repairs."""

from __future__ import annotations

from datetime import date

import pytest

from housing.repairs.rules import is_under_warranty, warranty_until


@pytest.mark.parametrize(
    ("accepted_on", "months", "until"),
    [
        (date(2026, 3, 2), 24, date(2028, 3, 2)),
        (date(2026, 12, 31), 60, date(2031, 12, 31)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 1, 1), 11, date(2026, 12, 1)),
        (date(2026, 1, 1), 12, date(2027, 1, 1)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2200, 12, 31), 600, date(2250, 12, 31)),
        (date(2026, 3, 2), 0, None),
    ],
)
def test_a_warranty_ends_on_the_same_day_of_the_month_or_the_last_there_is(
    accepted_on: date, months: int, until: date | None
) -> None:
    assert warranty_until(accepted_on, months) == until


def test_the_last_day_is_within_the_warranty_and_the_next_is_not() -> None:
    until = date(2031, 12, 31)
    assert is_under_warranty(until, date(2031, 12, 31))
    assert not is_under_warranty(until, date(2032, 1, 1))
    assert not is_under_warranty(None, date(2031, 12, 31))
