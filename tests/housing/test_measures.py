"""Figures of offices and buildings for whoever watches them."""

from __future__ import annotations

from chassis.testing import Harness
from tests.housing.rooms.factories import a_room, a_unit, staff


def test_area_beyond_the_standards_is_the_sum_over_people(housing: Harness) -> None:
    assert housing.measured()["guanjia_housing_over_standard_m2"] == {(): 0}
    unit = a_unit(housing)
    head, clerk = staff(housing, unit, "DIVISION_HEAD", "STAFF")
    a_room(housing, 26.4, unit_id=unit, people=[head])
    a_room(housing, 10, unit_id=unit, people=[clerk])
    told = housing.measured()["guanjia_housing_over_standard_m2"]
    assert {labels: round(figure, 2) for labels, figure in told.items()} == {(): 3.4}
