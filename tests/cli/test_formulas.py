"""Text that looks like a formula travels through a text file and stays what it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.sheets.formulas import BEGINNINGS, harmless, unguarded


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+2", "'=1+2"),
        ("-5", "'-5"),
        ("@a", "'@a"),
        ("'=1+2", "''=1+2"),
        ("'90年代", "'90年代"),
        ("主楼", "主楼"),
        ("", ""),
    ],
    ids=["formula", "minus", "at", "guarded", "apostrophe", "text", "empty"],
)
def test_only_what_could_be_taken_for_a_formula_gets_a_mark(cell: str, written: str) -> None:
    assert harmless(cell) == written
    assert unguarded(written) == cell


@given(st.text(st.sampled_from("'=+-@\t\ra1主"), max_size=6))
def test_the_mark_is_taken_off_again_and_nothing_else(cell: str) -> None:
    assert unguarded(harmless(cell)) == cell
    assert not harmless(cell).startswith(BEGINNINGS)
