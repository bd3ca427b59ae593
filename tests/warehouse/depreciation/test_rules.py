"""Straight line, nothing left at the end: reckoned by hand."""

from __future__ import annotations

from datetime import date

import pytest

from warehouse.depreciation.rules import accumulated, months_counted

pytestmark = pytest.mark.row("W15")


@pytest.mark.parametrize(
    ("acquired_on", "on_day", "lag", "counted"),
    [
        ("2024-01-15", "2024-01-31", 1, 0),
        ("2024-01-15", "2024-02-01", 1, 1),
        ("2024-01-15", "2024-02-29", 1, 1),
        ("2024-01-15", "2024-03-01", 1, 2),
        ("2024-01-15", "2025-01-15", 1, 12),
        ("2024-01-15", "2030-01-31", 1, 72),
        ("2024-01-15", "2099-12-31", 1, 72),
        ("2024-01-15", "2023-06-30", 1, 0),
        ("2024-02-29", "2025-02-28", 1, 12),
        ("2024-12-31", "2024-12-31", 1, 0),
        ("2024-12-31", "2025-01-01", 1, 1),
        ("2024-01-15", "2024-01-14", 0, 0),
        ("2024-01-15", "2024-01-15", 0, 1),
        ("2024-12-31", "2024-12-31", 0, 1),
        ("2024-01-15", "2029-12-01", 0, 72),
    ],
)
def test_a_month_counts_from_its_first_day_on(
    acquired_on: str, on_day: str, lag: int, counted: int
) -> None:
    days = date.fromisoformat(acquired_on), date.fromisoformat(on_day)
    assert months_counted(*days, lag, 72) == counted


@pytest.mark.parametrize(
    ("original", "counted", "life", "taken"),
    [
        (600_000, 0, 72, 0),
        (600_000, 1, 72, 8_333),
        (600_000, 2, 72, 16_667),
        (600_000, 36, 72, 300_000),
        (600_000, 71, 72, 591_667),
        (600_000, 72, 72, 600_000),
        (1, 1, 2, 1),
        (3, 1, 2, 2),
        (10**15, 3_611, 3_612, 999_723_145_071_982),
        (600_000, 0, 0, 0),
    ],
)
def test_what_is_taken_is_rounded_to_the_fen_half_up(
    original: int, counted: int, life: int, taken: int
) -> None:
    assert accumulated(original, counted, life) == taken
