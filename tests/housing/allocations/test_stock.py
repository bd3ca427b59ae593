"""Which rooms a unit gets, and that nobody else gets them too."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import IllegalState
from chassis.testing import Harness
from guanjia.housing.v1 import allocations_pb2 as pb
from tests.housing.allocations.factories import (
    SURPLUS,
    asked,
    building,
    clerk_of,
    decide,
    norm,
    request,
    rooms_of,
    vacant,
)
from tests.housing.rooms.factories import a_unit
from tests.together import together

pytestmark = pytest.mark.row("H07")


def test_where_nothing_fits_the_refusal_says_what_is_left(housing: Harness) -> None:
    building(housing, 100, 50.5)
    building(housing, 400, use="MEETING")
    with pytest.raises(IllegalState) as refused:
        request(housing, clerk_of(housing), 300)
    assert refused.value.reason == "NO_STOCK_FITS"
    assert refused.value.metadata == {"left_m2": "150.50"}
    assert "150.50 ㎡" in refused.value.zh


def test_one_property_is_preferred_to_several_that_fit_better(housing: Harness) -> None:
    building(housing, 200)
    building(housing, 100)
    there = building(housing, 170, 150)
    made = request(housing, clerk_of(housing), 300)
    assert {each.property_code for each in made.rooms} == {there.code}


def test_of_properties_that_fit_the_smallest_surplus_is_chosen(housing: Harness) -> None:
    building(housing, 350)
    there = building(housing, 305)
    building(housing, 320)
    made = request(housing, clerk_of(housing), 300)
    assert [each.property_code for each in made.rooms] == [there.code]


def test_where_no_property_fits_alone_several_are_taken(housing: Harness) -> None:
    one, two = building(housing, 200), building(housing, 130)
    made = request(housing, clerk_of(housing), 300)
    assert {each.property_code for each in made.rooms} == {one.code, two.code}


@pytest.mark.parametrize(
    "changes",
    [
        {"use_state": "USE_STATE_DANGEROUS"},
        {"use_state": "USE_STATE_LET"},
        {"use_state": "USE_STATE_LENT"},
        {"region_code": "990102"},
    ],
    ids=["dangerous", "let", "lent", "another county"],
)
def test_rooms_of_such_a_building_are_not_given(housing: Harness, changes: dict[str, Any]) -> None:
    building(housing, 300, **changes)
    with pytest.raises(IllegalState) as refused:
        request(housing, clerk_of(housing), 300)
    assert refused.value.reason == "NO_STOCK_FITS"


def test_a_unit_of_the_city_gets_rooms_in_any_of_its_counties(housing: Harness) -> None:
    there = building(housing, 300, region_code="990102")
    unit_id = a_unit(housing, region_code="990100")
    made = housing.call("request_allocation", unit_id=unit_id, **asked(300))
    assert [each.property_code for each in made.rooms] == [there.code]
    assert made.region_code == "990100"


@pytest.mark.parametrize("use", ["DANGEROUS", "LET", "LENT"])
def test_nobody_gets_rooms_of_a_building_that_became_unfit_meanwhile(
    housing: Harness, use: str
) -> None:
    there = building(housing, 300)
    made = request(housing, clerk_of(housing), 300)
    housing.call("update_property", property_id=there.id, use_state=f"USE_STATE_{use}")
    with pytest.raises(IllegalState) as refused:
        decide(housing, made)
    assert refused.value.reason == "PROPERTY_UNFIT"
    assert decide(housing, made, "RETURN").state == pb.ALLOCATION_STATE_RETURNED


def test_how_much_more_fits_is_a_norm_of_the_region(housing: Harness) -> None:
    building(housing, 320)
    norm(housing, SURPLUS, 5, region_code="990101")
    clerk = clerk_of(housing)
    with pytest.raises(IllegalState) as refused:
        request(housing, clerk, 300)
    assert refused.value.reason == "NO_STOCK_FITS"
    assert request(housing, clerk, 305).rooms[0].area_m2 == 320


def test_where_no_norm_is_nearer_a_fifth_more_fits(housing: Harness) -> None:
    building(housing, 120.01)
    there = building(housing, 120)
    clerk = clerk_of(housing)
    assert request(housing, clerk, 100).rooms[0].property_code == there.code
    with pytest.raises(IllegalState) as refused:
        request(housing, clerk, 100)
    assert refused.value.reason == "NO_STOCK_FITS"


def test_without_any_norm_how_much_more_fits_is_not_guessed(housing: Harness) -> None:
    building(housing, 100)
    [known] = housing.call("list_norms", service="housing", kind=SURPLUS).norms
    assert known.source.startswith("平台默认")
    housing.call("end_norm", service="housing", norm_id=known.id, valid_to="2025-12-31")
    with pytest.raises(IllegalState) as refused:
        request(housing, clerk_of(housing), 100)
    assert refused.value.reason == "NO_NORM"


def test_of_two_units_that_want_the_last_rooms_at_once_one_gets_them(housing: Harness) -> None:
    there = building(housing, 150, 150)
    clerks = [clerk_of(housing), clerk_of(housing)]
    outcomes = together(*(lambda each=each: request(housing, each, 300) for each in clerks))
    [refused] = [each for each in outcomes if isinstance(each, Exception)]
    assert isinstance(refused, IllegalState)
    assert (refused.reason, refused.metadata) == ("NO_STOCK_FITS", {"left_m2": "0.00"})
    [made] = [each for each in outcomes if not isinstance(each, Exception)]
    rooms = rooms_of(housing, there).values()
    assert [each.reserved_for for each in rooms] == [made.id, made.id]


def test_rooms_that_go_meanwhile_are_not_reserved_twice(housing: Harness) -> None:
    there = building(housing, 300, 180, 180)
    clerks = [clerk_of(housing) for _ in range(4)]
    building(housing, *[300] * 4, name="暂用")
    made = [decide(housing, request(housing, each, 300), "RETURN") for each in clerks]
    spare = [each for each in housing.call("list_properties").properties if each.name == "暂用"]
    housing.call("update_property", property_id=spare[0].id, use_state="USE_STATE_DANGEROUS")
    outcomes = together(
        *(
            lambda each=each: housing.call("submit_allocation", allocation_id=each.id)
            for each in made
        )
    )
    reasons = sorted(each.reason for each in outcomes if isinstance(each, IllegalState))
    assert reasons == ["NO_STOCK_FITS", "NO_STOCK_FITS"]
    got = [each for each in outcomes if not isinstance(each, Exception)]
    assert sorted(len(each.rooms) for each in got) == [1, 2]
    assert vacant(housing, there) == []
