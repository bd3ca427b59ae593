"""What is allotted, and undone."""

from __future__ import annotations

from datetime import date

import pytest

from chassis.errors import IllegalState
from housing.rooms.model import Room

pytestmark = pytest.mark.row("H09")


def room() -> Room:
    return Room(property_code="YL-1", code="101", unit_id="", unit_name="", reserved_for="")


def test_what_was_allotted_is_undone_and_leaves_no_trace() -> None:
    made = room()
    made.allot("one", "甲局", date(2020, 1, 1), "a")
    made.free(date(2025, 12, 31))
    made.allot("two", "乙局", date(2026, 5, 1), "b")
    made.unallot("b")
    assert (made.unit_id, made.unit_name, made.is_vacant) == ("", "", True)
    assert [(each.unit_id, each.to_on) for each in made.tenures] == [("one", date(2025, 12, 31))]


def test_nothing_but_its_own_allocation_undoes_it() -> None:
    made = room()
    with pytest.raises(IllegalState):
        made.unallot("a")
    made.allot("one", "甲局", date(2026, 5, 1), "a")
    with pytest.raises(IllegalState):
        made.unallot("b")
    assert (made.unit_id, len(made.tenures)) == ("one", 1)
