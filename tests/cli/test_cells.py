"""What a single cell reads as."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.sheets.grid import Cell, text


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (1200.0, "1200"),
        (-0.0, "0"),
        (0.1 + 0.2, "0.3"),
        (1e23, "100000000000000000000000"),
        (1.5e-7, "0.00000015"),
        (True, "是"),
        (False, "否"),
        (date(2024, 5, 1), "2024-05-01"),
        (datetime(2024, 5, 1, 0, 0), "2024-05-01"),
        (datetime(2024, 5, 1, 8, 29, 59, 999_900), "2024-05-01T08:30:00"),
        (time(8, 30), "08:30:00"),
        (timedelta(hours=26, minutes=5), "26:05:00"),
        (" \u3000\u200b 0012 \n", "0012"),
        ("1,250.50", "1,250.50"),
    ],
)
def test_a_cell_becomes_the_text_a_reader_would_copy(cell: Cell, shown: str) -> None:
    assert text(cell) == shown


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_keeps_its_fifteen_digits_and_never_shows_an_exponent(value: float) -> None:
    shown = text(value)
    assert set(shown) <= set("-.0123456789")
    assert float(shown) == pytest.approx(value, rel=1e-14, abs=0)
