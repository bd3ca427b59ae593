"""What follows from where units stand, and from what became of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.units.rules import covered, level_of

Units = list[tuple[str, str | None, list[str]]]


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("990000", "province"),
        ("990100", "city"),
        ("990101", "county"),
        ("990110", "county"),
        ("990101100", "township"),
    ],
)
def test_a_unit_has_the_level_of_its_region(code: str, level: str) -> None:
    assert level_of(code) == level


def test_a_unit_covers_what_is_below_it_and_what_was_merged_into_any_of_these() -> None:
    units: Units = [
        ("root", None, []),
        ("a", "root", []),
        ("b", "a", []),
        ("into b", "root", ["b"]),
        ("into that", None, ["into b", "elsewhere"]),
        ("was below that", "into that", []),
        ("beside", "root", []),
    ]
    known = ["a", "b", "into b", "into that", "was below that"]
    assert covered(["a"], units) == known
    assert covered(["b"], units) == known[1:]
    assert covered(["beside"], units) == ["beside"]
    assert covered(["unknown"], units) == ["unknown"]
    assert covered([], units) == []


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcdef"),
            st.none() | st.sampled_from("abcdef"),
            st.lists(st.sampled_from("abcdef"), max_size=2),
        )
    )
)
def test_units_that_stand_in_a_circle_are_covered_once(units: Units) -> None:
    found = covered(["a"], units)
    assert "a" in found
    assert len(set(found)) == len(found)
