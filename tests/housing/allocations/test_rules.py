"""Choosing rooms, and the rent they save."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from housing.allocations import rules

pytestmark = pytest.mark.row("H07")
D = Decimal


@dataclass(frozen=True)
class Room:
    code: str
    area_m2: Decimal
    property_code: str = "A"


def rooms(*areas: str) -> list[Room]:
    return [Room(f"{number:04}", D(area)) for number, area in enumerate(areas)]


def chosen(there: list[Room], asked: str, limit: str) -> list[str]:
    return sorted(str(each.area_m2) for each in rules.choose(there, D(asked), D(limit)))


def test_the_surplus_allowed_is_a_share_of_what_is_asked_for() -> None:
    assert rules.most_m2(D("300"), D(20)) == D("360")
    assert rules.most_m2(D("12.50"), D("7.5")) == D("13.4375")


def test_of_what_fits_the_smallest_surplus_is_chosen() -> None:
    assert chosen(rooms("120", "110", "100", "100", "90"), "300", "360") == ["100", "110", "90"]


def test_one_room_that_fits_is_found_behind_larger_and_smaller_ones() -> None:
    assert chosen(rooms("30", "22", "18", "15"), "20", "24") == ["22"]


def test_what_is_asked_for_to_the_hundredth_fits_and_a_hundredth_less_does_not() -> None:
    assert chosen(rooms("10.01", "9.99"), "20.00", "20.00") == ["10.01", "9.99"]
    assert chosen(rooms("10.00", "9.99"), "20.00", "24.00") == []


def test_the_limit_itself_fits_and_a_hundredth_more_does_not() -> None:
    assert chosen(rooms("24.00"), "20", "24") == ["24.00"]
    assert chosen(rooms("24.01"), "20", "24") == []


def test_a_room_without_area_is_never_chosen() -> None:
    assert chosen(rooms("0", "20"), "20", "24") == ["20"]


def test_nothing_fits_among_no_rooms() -> None:
    assert rules.choose([], D(20), D(24)) == []


def test_at_most_200_rooms_are_chosen() -> None:
    assert len(chosen(rooms(*["10"] * 500), "2000", "2400")) == 200
    assert chosen(rooms(*["10"] * 500), "2000.01", "2400") == []


AREAS = st.lists(st.integers(0, 60_000).map(lambda each: D(each) / 100), max_size=60)
ASKED = st.integers(1, 200_000).map(lambda each: D(each) / 100)


@given(AREAS, ASKED, st.integers(0, 100))
def test_whole_rooms_are_chosen_once_each_and_within_the_limits(
    areas: list[Decimal], asked: Decimal, surplus: int
) -> None:
    there = rooms(*map(str, areas))
    limit = rules.most_m2(asked, D(surplus))
    found = rules.choose(there, asked, limit)
    assert len(set(found)) == len(found) <= rules.MOST_ROOMS
    assert set(found) <= set(there)
    assert not found or asked <= sum(each.area_m2 for each in found) <= limit


@given(AREAS, ASKED, st.integers(0, 1_000))
def test_the_order_rooms_come_in_changes_nothing(
    areas: list[Decimal], asked: Decimal, seed: int
) -> None:
    there = rooms(*map(str, areas))
    mixed = list(there)
    Random(seed).shuffle(mixed)
    limit = rules.most_m2(asked, D(20))
    assert rules.choose(there, asked, limit) == rules.choose(mixed, asked, limit)


@given(AREAS, ASKED)
def test_rooms_no_larger_than_the_surplus_always_fit_if_they_suffice(
    areas: list[Decimal], asked: Decimal
) -> None:
    limit = rules.most_m2(asked, D(20))
    there = [each for each in rooms(*map(str, areas)) if each.area_m2 <= limit - asked]
    suffice = sum(each.area_m2 for each in there) >= asked
    assert bool(rules.choose(there, asked, limit)) == suffice


@given(AREAS, ASKED)
def test_one_room_that_fits_is_never_missed(areas: list[Decimal], asked: Decimal) -> None:
    limit = rules.most_m2(asked, D(20))
    there = rooms(*map(str, areas))
    if any(asked <= each.area_m2 <= limit for each in there):
        assert rules.choose(there, asked, limit)


def test_twenty_thousand_rooms_are_chosen_from_in_seconds() -> None:
    random = Random(7)
    there = rooms(*(str(D(random.randrange(900, 6_000)) / 100) for _ in range(20_000)))
    begun = perf_counter()
    assert rules.choose(there, D("5000.00"), D("5000.01"))
    assert perf_counter() - begun < 5


@pytest.mark.parametrize(
    ("first", "last", "year", "months"),
    [
        (date(2026, 3, 15), None, 2026, 10),
        (date(2026, 3, 1), date(2026, 3, 31), 2026, 1),
        (date(2026, 3, 31), date(2026, 4, 1), 2026, 2),
        (date(2025, 12, 31), None, 2026, 12),
        (date(2025, 12, 31), date(2026, 1, 1), 2026, 1),
        (date(2025, 3, 1), date(2025, 12, 31), 2026, 0),
        (date(2027, 1, 1), None, 2026, 0),
        (date(2026, 12, 31), None, 2026, 1),
        (date(2026, 1, 1), date(2027, 6, 30), 2026, 12),
    ],
    ids=str,
)
def test_a_month_that_began_counts_as_a_whole_one(
    first: date, last: date | None, year: int, months: int
) -> None:
    assert rules.months_begun(first, last, year) == months


def test_rent_is_area_times_price_times_months_by_twelve_to_the_fen() -> None:
    assert rules.rent_fen(D("5400"), 74_074, 12) == 399_999_600
    assert rules.rent_fen(D("300"), 72_000, 10) == 18_000_000
    assert rules.rent_fen(D("0.50"), 5, 12) == 2  # 2.5: a lone half goes to the even
    assert rules.rent_fen(D("1.50"), 5, 12) == 8  # 7.5
    assert rules.rent_fen(D("10"), 100, 0) == 0


def test_a_price_in_yuan_is_noted_to_the_fen() -> None:
    assert rules.price_fen(D("740.7407")) == 74_074
    assert rules.price_fen(None) is None
