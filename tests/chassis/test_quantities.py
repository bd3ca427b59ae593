"""Figures as people and machines write them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.figures import Area, Fen, PageSize, Whole, Yuan
from tests.chassis.reading import read, reason


@pytest.mark.row("H01")
@pytest.mark.parametrize(
    ("typed", "area"),
    [
        ("1250.5", "1250.50"),
        ("1,250.50", "1250.50"),
        ("２３８６．５０", "2386.50"),
        (" 0 ", "0.00"),
        (-0.0, "0.00"),
        (1250.5, "1250.50"),
        (10_000_000, "10000000.00"),
    ],
)
def test_an_area_is_read_as_it_is_typed(typed: Any, area: str) -> None:
    assert str(read(Area(), typed)) == area


@pytest.mark.row("H01")
@pytest.mark.parametrize("typed", [-5, "-5", "-0.01", "10000000.01", "1e400", "9" * 4_000])
def test_an_area_below_zero_or_beyond_all_buildings_is_refused(typed: Any) -> None:
    assert reason(Area(), typed) == "OUT_OF_RANGE"


@pytest.mark.parametrize("typed", [float("nan"), float("inf"), "nan", "-inf", "sNaN", "infinity"])
def test_what_is_no_number_is_no_area(typed: Any) -> None:
    assert reason(Area(), typed) == "NOT_A_NUMBER"


@pytest.mark.parametrize(
    "typed", ["约500", "1.2.3", "12㎡", True, False, "1 250", "1_000", "12,50", ",", "٥"]
)
def test_what_people_would_read_otherwise_is_no_area(typed: Any) -> None:
    assert reason(Area(), typed) == "NOT_A_NUMBER"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("0.005", "0.00"), ("12.345", "12.34"), ("12.3451", "12.35"), (2.675, "2.68")],
)
def test_an_area_keeps_two_decimals_rounded_by_gb_t_8170(typed: Any, kept: str) -> None:
    assert str(read(Area(), typed)) == kept


@given(st.decimals(0, 10_000_000, places=2))
def test_an_area_survives_the_double_of_the_wire(area: Decimal) -> None:
    assert read(Area(), float(area)) == area


@pytest.mark.parametrize("typed", ["3.5", "3.0000000000000000000000000000000001"])
def test_a_whole_number_has_no_fraction(typed: str) -> None:
    assert reason(Whole(0, 200), typed) == "NOT_WHOLE"


def test_a_whole_number_may_be_written_with_a_zero_fraction() -> None:
    """Spreadsheets keep every number as a double."""
    assert read(Whole(0, 200), "3.0") == 3


@pytest.mark.parametrize("amount", [-1, 10**15 + 1, 2**63 - 1, -(2**63)])
def test_an_amount_of_fen_is_not_negative_and_has_a_limit(amount: int) -> None:
    assert reason(Fen(), amount) == "OUT_OF_RANGE"


def test_the_largest_amount_of_fen_is_taken() -> None:
    assert read(Fen(), 10**15) == 10**15


@pytest.mark.parametrize(
    ("typed", "fen"), [("8600000", 860_000_000), ("0.01", 1), ("1,250.5", 125_050)]
)
def test_an_amount_typed_in_yuan_becomes_fen(typed: str, fen: int) -> None:
    assert read(Yuan(), typed) == fen


@pytest.mark.parametrize("typed", ["0.001", "1.0000000000000000000000000000000001"])
def test_an_amount_finer_than_a_fen_is_refused(typed: str) -> None:
    assert reason(Yuan(), typed) == "TOO_FINE"


def test_a_missing_figure_is_refused_in_both_languages() -> None:
    assert reason(Area(required=True), None) == reason(Area(), " ") == "REQUIRED"


def test_a_page_has_1_to_500_rows_and_50_unless_said() -> None:
    assert [read(PageSize(), size) for size in (0, 1, 500)] == [50, 1, 500]
    assert reason(PageSize(), -1) == reason(PageSize(), 501) == "OUT_OF_RANGE"
