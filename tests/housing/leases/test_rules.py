"""Status, shares and ages."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from housing.leases import rules

pytestmark = pytest.mark.row("H12")


@pytest.mark.parametrize(
    ("day", "state", "expected"),
    [
        ("2026-03-31", "active", "upcoming"),
        ("2026-04-01", "active", "running"),
        ("2026-12-31", "active", "running"),
        ("2027-01-01", "active", "ended"),
        ("2026-05-01", "terminated", "terminated"),
        ("2027-01-01", "terminated", "terminated"),
        ("2026-03-31", "cancelled", "cancelled"),
        ("2027-01-01", "cancelled", "cancelled"),
    ],
)
def test_the_status_follows_from_the_term_and_the_state(
    day: str, state: str, expected: str
) -> None:
    term = (date(2026, 4, 1), date(2026, 12, 31))
    assert rules.status(*term, state, date.fromisoformat(day)) == expected


@given(st.lists(st.integers(0, 10**6), min_size=1), st.integers(0, 10**8))
def test_money_goes_to_the_first_charges_and_none_is_lost(
    still_open: list[int], amount_fen: int
) -> None:
    shares = rules.spread(still_open, amount_fen)
    assert sum(shares) == amount_fen
    assert all(share <= each for share, each in zip(shares[:-1], still_open, strict=False))
    unpaid = [n for n, (s, o) in enumerate(zip(shares, still_open, strict=True)) if s < o]
    if unpaid:
        assert not any(shares[unpaid[0] + 1 :])


@pytest.mark.parametrize(
    ("due_on", "age"),
    [
        ("2026-06-30", None),
        ("2026-06-29", "up_to_30"),
        ("2026-05-31", "up_to_30"),
        ("2026-05-30", "up_to_60"),
        ("2026-05-01", "up_to_60"),
        ("2026-04-30", "up_to_90"),
        ("2026-04-01", "up_to_90"),
        ("2026-03-31", "over_90"),
    ],
)
def test_a_charge_has_one_age_on_30_june(due_on: str, age: str | None) -> None:
    """1, 30, 31, 60, 61, 90 and 91 days."""
    day, due = date(2026, 6, 30), date.fromisoformat(due_on)
    spans = {each: rules.due_between(each, day) for each in rules.AGES}
    found = [each for each, (first, last) in spans.items() if first <= due <= last]
    assert found == ([age] if age else [])
