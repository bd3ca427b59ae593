"""Formulas of repairs."""

from __future__ import annotations

from datetime import date

from housing.repairs.rules import is_under_warranty


def test_the_last_day_is_within_the_warranty_and_the_next_is_not() -> None:
    until = date(2031, 12, 31)
    assert is_under_warranty(until, date(2031, 12, 31))
    assert not is_under_warranty(until, date(2032, 1, 1))
    assert not is_under_warranty(None, date(2031, 12, 31))
