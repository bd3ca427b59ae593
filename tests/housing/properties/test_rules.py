"""What must hold of a property's figures."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from housing.properties import rules


@pytest.mark.parametrize(
    ("floor", "usable", "fits"),
    [("100", "99.99", True), ("100", "100", True), ("100", "100.01", False)],
)
def test_the_usable_area_lies_within_the_floor_area(floor: str, usable: str, fits: bool) -> None:
    assert rules.usable_fits(Decimal(floor), Decimal(usable)) is fits


@pytest.mark.parametrize(
    ("year", "plausible"),
    [(0, True), (1, False), (599, False), (600, True), (2026, True), (2036, True), (2037, False)],
)
def test_a_year_is_unknown_or_between_the_oldest_hall_and_what_is_planned(
    year: int, plausible: bool
) -> None:
    assert rules.year_is_plausible(year, date(2026, 12, 31)) is plausible
