"""What may be asked about allocations and vacant rooms."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import InvalidInput
from chassis.testing import Harness
from chassis.testing.reports import figures, rows_behind
from tests.housing.allocations.factories import (
    PRICE,
    approved,
    building,
    clerk_of,
    lease,
    norm,
    request,
    rooms_of,
)
from tests.housing.rooms.factories import a_unit
from tests.refusals import refusal

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
        assert not any(each.rooms for each in found)
        return [each.code for each in found]

    assert listed() == [each.code for each in (first, second, third, city)]
    assert listed(state="ALLOCATION_STATE_APPROVED") == [first.code]
    assert listed(way="ALLOCATION_WAY_LEASE") == [third.code]
    assert listed(unit_id=two.unit_id) == [second.code, third.code]
    assert listed(region_code="990102") == [city.code]
    assert listed(from_stock_in_year=2026) == [first.code]
    assert listed(from_stock_in_year=2025) == []


def rent_saved(housing: Harness, **fields: Any) -> Any:
    return housing.call("report_rent_saved", **fields)


def yuan(report: Any) -> dict[str, str]:
    """Unit → rent saved."""
    return {line.about[0]: line.figures[2] for line in report.lines}


def test_rent_saved_is_area_times_price_times_months_by_twelve(housing: Harness) -> None:
    norm(housing, PRICE, 740.74)
    building(housing, 2400, 3000)
    clerk = clerk_of(housing)
    approved(housing, clerk, 5400)  # from 2 March: ten months of 2026
    assert yuan(rent_saved(housing)) == {clerk.unit_name: "3333330.00", "合计": "3333330.00"}
    whole = rent_saved(housing, year=2027)
    assert yuan(whole)["合计"] == "3999996.00"
    assert whole.lines[0].figures[:2] == ["1", "5400.00"]
    assert rent_saved(housing, year=2025).lines == []


def test_a_month_that_began_counts_and_none_after_the_rooms_are_given_back(
    housing: Harness,
) -> None:
    norm(housing, PRICE, 600)
    building(housing, 100)
    made = approved(housing, clerk_of(housing), 100, from_on="2026-03-15")
    assert yuan(rent_saved(housing))["合计"] == "50000.00"  # 100 x 600 x 10 / 12
    housing.clock.advance(days=91)  # 1 June
    housing.call("end_allocation", allocation_id=made.id)
    assert yuan(rent_saved(housing))["合计"] == "20000.00"  # March to June
    assert rent_saved(housing, year=2027).lines == []


def test_a_room_given_back_alone_saves_no_more(housing: Harness) -> None:
    norm(housing, PRICE, 600)
    there = building(housing, 100, 20)
    approved(housing, clerk_of(housing), 120)
    housing.call("free_room", room_id=rooms_of(housing, there)["102"].id)
    # 100 x 600 x 10 / 12 and 20 x 600 x 1 / 12
    assert yuan(rent_saved(housing))["合计"] == "51000.00"


def test_a_lease_saves_nothing(housing: Harness) -> None:
    norm(housing, PRICE, 600)
    lease(housing, clerk_of(housing), 300)
    assert rent_saved(housing).lines == []


def test_the_price_at_approval_counts_whatever_comes_later(housing: Harness) -> None:
    norm(housing, PRICE, 600)
    building(housing, 100)
    approved(housing, clerk_of(housing), 100)
    norm(housing, PRICE, 900, valid_from="2026-03-01")
    assert yuan(rent_saved(housing))["合计"] == "50000.00"


def test_without_a_price_the_figure_is_empty_until_one_is_set(housing: Harness) -> None:
    building(housing, 100)
    building(housing, 100, region_code="990102")
    clerk = clerk_of(housing)
    approved(housing, clerk, 100)
    told = rent_saved(housing)
    assert yuan(told) == {clerk.unit_name: "", "合计": ""}
    [definition] = [each.definition for each in told.figures if each.key == "rent_saved_yuan"]
    assert "仍没有的，该单位为空" in definition
    norm(housing, PRICE, 600)
    assert yuan(rent_saved(housing))["合计"] == "50000.00"


def test_a_total_leaves_out_who_has_no_price(housing: Harness) -> None:
    norm(housing, PRICE, 600, region_code="990101")
    building(housing, 100)
    building(housing, 100, region_code="990102")
    with_price = clerk_of(housing)
    approved(housing, with_price, 100)
    other = a_unit(housing, region_code="990102", name="松屏区某局")
    made = housing.call(
        "request_allocation",
        unit_id=other,
        way="ALLOCATION_WAY_SWAP",
        use="ROOM_USE_OFFICE",
        area_m2=100,
        reason="置换",
    )
    housing.call(
        "decide_approval",
        user="chief",
        approval_id=made.approval_id,
        decision="DECISION_APPROVE",
    )
    told = rent_saved(housing)
    assert yuan(told) == {
        with_price.unit_name: "50000.00",
        "松屏区某局": "",
        "合计": "50000.00",
    }
    assert figures(told)[("合计",)]["area_m2"] == 200
    assert list(yuan(rent_saved(housing, region_code="990102"))) == ["松屏区某局", "合计"]


def test_each_figure_leads_to_the_allocations_it_counts(housing: Harness) -> None:
    building(housing, 100)
    building(housing, 100)
    one, two = clerk_of(housing), clerk_of(housing)
    made = [approved(housing, each, 100) for each in (one, two)]
    request(housing, one, 10_000, way="ALLOCATION_WAY_BUILD")
    told = rent_saved(housing, region_code="990101")
    behind = {line.about[0]: rows_behind(housing, line) for line in told.lines}
    assert {name: [each.id for each in rows] for name, rows in behind.items()} == {
        one.unit_name: [made[0].id],
        two.unit_name: [made[1].id],
        "合计": [made[0].id, made[1].id],
    }


def test_a_unit_is_told_of_its_own_savings_also_for_rooms_others_have_now(
    housing: Harness,
) -> None:
    norm(housing, PRICE, 600)
    building(housing, 100)
    one, two = clerk_of(housing), clerk_of(housing)
    first = approved(housing, one, 100)
    housing.call("end_allocation", allocation_id=first.id)
    housing.clock.advance(days=40)  # 11 April
    approved(housing, two, 100)
    assert yuan(rent_saved(housing, user=one)) == {one.unit_name: "5000.00", "合计": "5000.00"}
    assert yuan(rent_saved(housing, user=two)) == {two.unit_name: "45000.00", "合计": "45000.00"}


def test_a_year_nobody_could_mean_is_refused(housing: Harness) -> None:
    with pytest.raises(InvalidInput):
        rent_saved(housing, year=2201)
    told = refusal(housing, "report_rent_saved", InvalidInput, year=-1)
    assert told == ("OUT_OF_RANGE", ["year"])
