"""What stock saves in rent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chassis.errors import InvalidInput
from chassis.testing import Harness
from chassis.testing.reports import figures, rows_behind
from guanjia.directory.v1 import events_pb2
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


def test_a_unit_that_was_renamed_is_one_line_under_its_present_name(housing: Harness) -> None:
    norm(housing, PRICE, 600)
    building(housing, 100)
    building(housing, 100)
    clerk = clerk_of(housing, name="云澜市招商局")
    made = [approved(housing, clerk, 100)]
    unit = {"id": clerk.unit_id, "name": "云澜市投资促进局", "region_code": "990101", "etag": "2"}
    housing.react("on_unit_changed", events_pb2.UnitChanged(unit=unit))
    made.append(approved(housing, replace(clerk, unit_name="云澜市投资促进局"), 100))
    assert [each.unit_name for each in made] == ["云澜市招商局", "云澜市投资促进局"]
    told = rent_saved(housing)
    assert yuan(told) == {"云澜市投资促进局": "100000.00", "合计": "100000.00"}
    assert [each.id for each in rows_behind(housing, told.lines[0])] == [each.id for each in made]


def test_what_was_in_use_on_one_day_of_a_year_counts_and_the_definition_says_so(
    housing: Harness,
) -> None:
    building(housing, 100)
    made = approved(housing, clerk_of(housing), 100, from_on="2026-12-31")
    housing.clock.advance(days=305)  # 1 January
    housing.call("end_allocation", allocation_id=made.id, to_on="2027-01-01")
    counts = [figures(rent_saved(housing, year=year)) for year in (2025, 2026, 2027, 2028)]
    assert [each["合计",]["count"] if each else 0 for each in counts] == [0, 1, 1, 0]
    [definition] = [
        each.definition for each in rent_saved(housing, year=2026).figures if each.key == "count"
    ]
    assert definition == "年度内有一日在用的存量调配单（调剂、置换）数"


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
