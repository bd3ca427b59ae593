"""The rent plan (租金计划): periods by calendar months, a broken one prorated by days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from chassis.days import months_after

MAX_CHARGES = 600
"""Charges a lease may have: 50 years by month."""

PERIODS = (1, 3, 6, 12)
"""Months a period may have."""

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """Both days belong to it; `whole_days` is what it has when nothing breaks it off."""

    from_on: date
    to_on: date
    whole_days: int

    @property
    def days(self) -> int:
        return (self.to_on - self.from_on).days + 1


@dataclass(frozen=True)
class Planned:
    """Rent of one period."""

    from_on: date
    to_on: date
    due_on: date
    amount_fen: int


def periods(first: date, last: date, months: int) -> Iterator[Period]:
    """The periods from `first` to `last` without gap or overlap. Each begins on the day of
    the month on which the first began, or on the last day of a month that is shorter."""
    number = 0
    begins = first
    while begins <= last:
        number += 1
        following = months_after(first, number * months)
        yield Period(begins, min(following - _DAY, last), (following - begins).days)
        begins = following


def plan(
    first: date, last: date, months: int, rent_fen: int, pay_within_days: int
) -> list[Planned]:
    """The charges of a lease; none where there is no rent."""
    if not rent_fen:
        return []
    within = timedelta(days=pay_within_days)
    return [
        Planned(each.from_on, each.to_on, each.from_on + within, prorated(rent_fen, each))
        for each in periods(first, last, months)
    ]


def prorated(rent_fen: int, period: Period) -> int:
    """rent × days ÷ days of the whole period, in fen (GB/T 8170: a lone 5 goes to the even
    digit); a leap day is a day."""
    return round(Fraction(rent_fen * period.days, period.whole_days))


def is_plannable(first: date, last: date, months: int) -> bool:
    return first <= last < months_after(first, MAX_CHARGES * months)
