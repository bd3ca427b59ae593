"""What may be asked about allocations and vacant rooms."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import InvalidInput
from chassis.testing import Harness
from tests.housing.allocations.factories import (
    approved,
    building,
    clerk_of,
    lease,
    request,
    rooms_of,
)
from tests.housing.rooms.factories import a_unit

pytestmark = pytest.mark.row("H07")


def find(housing: Harness, user: Any = "clerk", area_m2: float = 300, **fields: Any) -> Any:
    fields = {"use": "ROOM_USE_OFFICE", "region_code": "990101"} | fields
    return housing.call("find_rooms", user=user, area_m2=area_m2, **fields)


def test_a_unit_finds_vacant_rooms_by_code_though_they_are_not_its_own(
    housing: Harness,
) -> None:
    wide = building(housing, 350, name="南楼")
    close = building(housing, 105, 100, 100, 80, name="北楼")
    clerk = clerk_of(housing)
    told = find(housing, clerk, region_code="")
    assert [
        (each.property_code, each.property_name, each.area_m2, list(each.room_codes))
        for each in told.candidates
    ] == [
        (close.code, "北楼", 305, ["101", "102", "103"]),
        (wide.code, "南楼", 350, ["101"]),
    ]
    assert (told.together, told.vacant_m2) == (False, 735)
    ids = [wide.id, *(each.id for each in rooms_of(housing, wide).values())]
    assert not [id for id in ids if id in str(told)]


def test_finding_reserves_nothing_and_gives_what_a_request_gets(housing: Harness) -> None:
    building(housing, 350)
    building(housing, 105, 100, 100, 80)
    clerk = clerk_of(housing)
    [best, _] = find(housing, clerk).candidates
    made = request(housing, clerk, 300)
    assert [each.code for each in made.rooms] == list(best.room_codes)
    assert {each.property_code for each in made.rooms} == {best.property_code}


def test_where_no_property_suffices_several_do_together(housing: Harness) -> None:
    one, two = building(housing, 200), building(housing, 130)
    told = find(housing)
    assert told.together
    assert {each.property_code for each in told.candidates} == {one.code, two.code}
    assert [each.area_m2 for each in find(housing, property_code=one.code).candidates] == []


def test_finding_nothing_says_what_is_left(housing: Harness) -> None:
    building(housing, 200.5)
    building(housing, 300, region_code="990102")
    told = find(housing)
    assert (len(told.candidates), told.vacant_m2) == (0, 200.5)
    assert len(find(housing, region_code="9901").candidates) == 1


def test_rooms_are_found_among_many(housing: Harness) -> None:
    for number in range(25):
        building(housing, 500, 10 + number)  # a room that is too large, and a small one
    there = building(housing, 310)
    assert [each.property_code for each in find(housing).candidates] == [there.code]


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"use": 0}, "use", "REQUIRED"),
        ({"area_m2": -1}, "area_m2", "OUT_OF_RANGE"),
        ({"region_code": "99010"}, "region_code", "INVALID_REGION_CODE"),
    ],
)
def test_a_search_that_breaks_a_rule_is_refused_by_field(
    housing: Harness, changes: dict[str, Any], field: str, reason: str
) -> None:
    fields: dict[str, Any] = {"use": "ROOM_USE_OFFICE", "area_m2": 10, **changes}
    with pytest.raises(InvalidInput) as refused:
        housing.call("find_rooms", **fields)
    assert (refused.value.reason, refused.value.violations[0].field) == (reason, field)


def test_allocations_are_listed_by_state_way_unit_and_region(housing: Harness) -> None:
    building(housing, 100)
    building(housing, 100)
    one, two = clerk_of(housing), clerk_of(housing)
    first = approved(housing, one, 100)
    second = request(housing, two, 100)
    third = lease(housing, two, 900)
    city = housing.call(
        "request_allocation",
        unit_id=a_unit(housing, region_code="990102"),
        way="ALLOCATION_WAY_BUILD",
        use="ROOM_USE_OFFICE",
        area_m2=9000,
        reason="新建",
    )

    def listed(**fields: Any) -> list[str]:
        found = housing.call("list_allocations", **fields).allocations
        return [each.code for each in found]

    assert listed() == [each.code for each in (first, second, third, city)]
    assert listed(state="ALLOCATION_STATE_APPROVED") == [first.code]
    assert listed(way="ALLOCATION_WAY_LEASE") == [third.code]
    assert listed(unit_id=two.unit_id) == [second.code, third.code]
    assert listed(region_code="990102") == [city.code]
    assert listed(from_stock_in_year=2026) == [first.code]
    assert listed(from_stock_in_year=2025) == []


def test_a_list_holds_allocations_with_their_rooms(housing: Harness) -> None:
    building(housing, 60, 50)
    building(housing, 100)
    clerk = clerk_of(housing)
    made = [approved(housing, clerk, 110), request(housing, clerk, 100)]
    found = housing.call("list_allocations").allocations
    assert list(found) == made
    assert [[room.code for room in each.rooms] for each in found] == [["101", "102"], ["101"]]
