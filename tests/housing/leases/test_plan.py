"""Periods and what their rent comes to."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from housing.leases import plan

pytestmark = pytest.mark.row("H12")

days = st.dates(date(1990, 1, 1), date(2100, 12, 31))
months = st.sampled_from(plan.PERIODS)
terms = st.tuples(days, st.integers(0, 4_000)).map(lambda t: (t[0], t[0] + timedelta(t[1])))


@given(terms, months)
def test_every_day_of_the_term_lies_in_exactly_one_period(
    term: tuple[date, date], length: int
) -> None:
    first, last = term
    found = list(plan.periods(first, last, length))
    assert (found[0].from_on, found[-1].to_on) == (first, last)
    for before, after in pairwise(found):
        assert after.from_on == before.to_on + timedelta(days=1)
    assert sum(each.days for each in found) == (last - first).days + 1
    assert all(each.days == each.whole_days for each in found[:-1])
    assert found[-1].days <= found[-1].whole_days


@given(terms, months)
def test_periods_begin_on_the_day_of_the_month_or_the_last_of_a_shorter_one(
    term: tuple[date, date], length: int
) -> None:
    first, last = term
    for each in plan.periods(first, last, length):
        shorter = (each.from_on + timedelta(days=1)).month != each.from_on.month
        assert each.from_on.day == first.day or (shorter and each.from_on.day < first.day)


@given(terms, months, st.integers(1, 10**12))
def test_whole_periods_cost_the_rent_and_a_broken_one_never_more(
    term: tuple[date, date], length: int, rent_fen: int
) -> None:
    charges = plan.plan(*term, length, rent_fen, 0)
    assert all(each.amount_fen == rent_fen for each in charges[:-1])
    assert 0 <= charges[-1].amount_fen <= rent_fen


def test_a_lease_from_the_31st_begins_its_periods_on_the_last_day_of_shorter_months() -> None:
    found = [
        (str(each.from_on), str(each.to_on))
        for each in plan.periods(date(2027, 12, 31), date(2028, 4, 29), 1)
    ]
    assert found == [
        ("2027-12-31", "2028-01-30"),
        ("2028-01-31", "2028-02-28"),
        ("2028-02-29", "2028-03-30"),
        ("2028-03-31", "2028-04-29"),
    ]


@pytest.mark.parametrize(
    ("first", "last", "length", "rent_fen", "expected"),
    [
        # 15 Feb to 14 Mar 2028 has 29 days; 25 of them: 1,000,000 × 25 ÷ 29 = 862,068.97
        (date(2028, 2, 15), date(2028, 3, 10), 1, 1_000_000, [862_069]),
        # The same days of 2027, without a leap day: 1,000,000 × 24 ÷ 28 = 857,142.86
        (date(2027, 2, 15), date(2027, 3, 10), 1, 1_000_000, [857_143]),
        # The first quarter of 2028 has 91 days, 60 up to 29 February: 1,978,021.98
        (date(2028, 1, 1), date(2028, 2, 29), 3, 3_000_000, [1_978_022]),
        # From a 29 February, yearly: 365 days up to 27 February 2029, then 1 March 2028 is far.
        (date(2028, 2, 29), date(2029, 2, 27), 12, 3_650_000, [3_650_000]),
        (date(2028, 2, 29), date(2029, 2, 28), 12, 3_650_000, [3_650_000, 10_000]),
        # A year that ends on 31 December is four whole quarters.
        (date(2026, 1, 1), date(2026, 12, 31), 3, 3_000_000, [3_000_000] * 4),
        # Half a fen goes to the even fen: 1 × 15 ÷ 30 and 3 × 15 ÷ 30.
        (date(2026, 4, 1), date(2026, 4, 15), 1, 1, [0]),
        (date(2026, 4, 1), date(2026, 4, 15), 1, 3, [2]),
        (date(2026, 4, 1), date(2026, 12, 31), 1, 0, []),
    ],
    ids=str,
)
def test_what_a_term_costs(
    first: date, last: date, length: int, rent_fen: int, expected: list[int]
) -> None:
    charges = plan.plan(first, last, length, rent_fen, 0)
    assert [each.amount_fen for each in charges] == expected


@pytest.mark.parametrize(("within", "due"), [(0, "2026-04-01"), (10, "2026-04-11")])
def test_rent_is_due_so_many_days_after_the_first_day_of_its_period(within: int, due: str) -> None:
    [charge] = plan.plan(date(2026, 4, 1), date(2026, 6, 30), 3, 1, within)
    assert str(charge.due_on) == due


def test_a_plan_has_at_most_600_charges() -> None:
    first = date(2026, 1, 1)
    assert plan.is_plannable(first, date(2075, 12, 31), 1)
    assert not plan.is_plannable(first, date(2076, 1, 1), 1)
    assert plan.is_plannable(first, date(2175, 12, 31), 3)
    assert not plan.is_plannable(first, first - timedelta(days=1), 12)
