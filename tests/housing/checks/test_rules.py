"""What follows from the areas of the register and of a survey."""

from __future__ import annotations

from decimal import Decimal

import pytest

from housing.checks import rules
from housing.checks.rules import FindingState

D = Decimal


@pytest.mark.parametrize(
    ("register", "surveyed", "tolerance", "booked", "state"),
    [
        ("1200", "1350", "0", True, "area_differs"),
        ("1200", "1200", "0", True, "matched"),
        ("1200", "1200.01", "0", True, "area_differs"),
        ("1200", "1199.99", "0", True, "area_differs"),
        ("1200", "1236", "3", True, "matched"),
        ("1200", "1236.01", "3", True, "area_differs"),
        ("1200", "1164", "3", True, "matched"),
        ("1200", "1163.99", "3", True, "area_differs"),
        ("0", "0", "3", True, "matched"),
        ("0", "0.01", "3", True, "area_differs"),
        ("1200", "1200", "0", False, "unbooked"),
        ("1200", "1350", "0", False, "unbooked"),
        (None, "1350", "0", True, "unbooked"),
        ("1200", None, "0", True, "not_found"),
        ("1200", None, "0", False, "not_found"),
    ],
)
def test_what_a_check_says(
    register: str | None, surveyed: str | None, tolerance: str, booked: bool, state: str
) -> None:
    known = D(register) if register is not None else None
    seen = D(surveyed) if surveyed is not None else None
    assert rules.state_of(known, seen, D(tolerance), booked=booked) is FindingState(state)


@pytest.mark.parametrize(
    ("register", "surveyed", "gap", "percent"),
    [
        ("1200", "1350", "150", "12.5"),
        ("1200", "1050", "-150", "-12.5"),
        ("0", "10", "10", None),
        ("80", "80.04", "0.04", "0.0"),
        ("80", "79.97", "-0.03", "0.0"),
        ("80", "80.12", "0.12", "0.2"),
        (None, "10", None, None),
        ("10", None, None, None),
    ],
)
def test_a_difference_is_what_was_surveyed_less_what_is_registered(
    register: str | None, surveyed: str | None, gap: str | None, percent: str | None
) -> None:
    known = D(register) if register is not None else None
    seen = D(surveyed) if surveyed is not None else None
    assert rules.difference(known, seen) == (D(gap) if gap is not None else None)
    told = rules.difference_percent(known, seen)
    assert (str(told) if told is not None else None) == percent
