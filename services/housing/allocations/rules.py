"""Which vacant rooms fit what is asked for, and the rent they save."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Protocol, TypeVar

MOST_ROOMS = 200
"""Rooms of one allocation."""

MONTHS = 12
_STARTS = 40


class Sized(Protocol):
    """A room: its code is unique within its property."""

    @property
    def property_code(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def area_m2(self) -> Decimal: ...


R = TypeVar("R", bound=Sized)
_Sum = tuple[int, list[int]]
"""An area, and the places of the rooms it is made of."""


def most_m2(asked_m2: Decimal, surplus_percent: Decimal) -> Decimal:
    """The largest area that may be allotted instead of the one asked for."""
    return asked_m2 * (100 + surplus_percent) / 100


def choose(rooms: Sequence[R], asked_m2: Decimal, limit_m2: Decimal) -> list[R]:
    """Whole rooms of `asked_m2` to `limit_m2` together, at most `MOST_ROOMS`; empty if none fit.

    Greedy, so that it is fast for tens of thousands of rooms: takes the largest first as long
    as they stay below what is asked for and tries each other one as the last; then the same
    again without the largest, and so on `_STARTS` times. Of what it meets it gives the
    smallest surplus. It misses no single room that fits, and always finds some where rooms
    that are each no larger than the surplus allowed suffice. Areas are whole hundredths.
    """
    ordered = sorted(
        (each for each in rooms if 0 < each.area_m2 <= limit_m2),
        key=lambda each: (-each.area_m2, each.property_code, each.code),
    )
    areas = [int(each.area_m2 * 100) for each in ordered]
    least, most = int(asked_m2 * 100), int(limit_m2 * 100)
    best: _Sum | None = None
    for start in range(min(_STARTS, len(areas))):
        found = _closest(areas, start, least, most if best is None else best[0] - 1)
        best = found or best
        if best is not None and best[0] == least:
            break
    return [ordered[number] for number in best[1]] if best is not None else []


def _closest(areas: Sequence[int], start: int, least: int, most: int) -> _Sum | None:
    """The smallest sum of `least` to `most` met from `start` on."""
    taken: list[int] = []
    total = 0
    best: _Sum | None = None
    for number in range(start, len(areas)):
        reached = total + areas[number]
        if reached < least:
            if len(taken) < MOST_ROOMS - 1:
                taken.append(number)
                total = reached
        elif reached <= most:
            best, most = (reached, [*taken, number]), reached - 1
    return best


def surplus_of(rooms: Sequence[Sized]) -> tuple[Decimal, int, list[tuple[str, str]]]:
    """What choices for the same request are ordered by: the better one is smaller."""
    named = sorted((each.property_code, each.code) for each in rooms)
    return sum((each.area_m2 for each in rooms), Decimal(0)), len(rooms), named


def months_begun(first: date, last: date | None, year: int) -> int:
    """Calendar months of `year` in which at least one day from `first` to `last` lies.

    From 15 March on without an end: 10 (March to December).
    """
    begin = max(first, date(year, 1, 1))
    end = date(year, 12, 31) if last is None else min(last, date(year, 12, 31))
    return 0 if end < begin else end.month - begin.month + 1


def rent_fen(area_m2: Decimal, per_m2_year_fen: int, months: int) -> int:
    """Area x rent price x months / 12, to the fen (GB/T 8170: a lone half goes to the even)."""
    return round(Fraction(area_m2) * per_m2_year_fen * months / MONTHS)


def price_fen(yuan_m2_year: Decimal | None) -> int | None:
    """A rent price in fen a square metre and year; None stays None."""
    return None if yuan_m2_year is None else round(Fraction(yuan_m2_year) * 100)
