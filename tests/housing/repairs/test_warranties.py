"""Nothing is repaired twice within its warranty."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from chassis.errors import IllegalState, InvalidInput, NotFound
from chassis.principal import Realm
from chassis.testing import Harness
from guanjia.housing.v1 import repairs_pb2 as pb
from housing.repairs.warranties import warranty_until
from tests.housing.factories import create_property
from tests.housing.properties.reshaping import merge, part, split
from tests.housing.repairs.factories import (
    accepted_repair,
    approved_repair,
    create_repair,
    read,
    schedule,
    submitted_repair,
    work,
)
from tests.people import person
from tests.refusals import refusal
from tests.together import together

pytestmark = pytest.mark.row("H15")


@pytest.mark.parametrize(
    ("accepted_on", "months", "until"),
    [
        (date(2026, 3, 2), 24, date(2028, 3, 2)),
        (date(2026, 12, 31), 60, date(2031, 12, 31)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 1, 1), 11, date(2026, 12, 1)),
        (date(2026, 1, 1), 12, date(2027, 1, 1)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2200, 12, 31), 600, date(2250, 12, 31)),
        (date(2026, 3, 2), 0, None),
    ],
)
def test_a_warranty_ends_on_the_same_day_of_the_month_or_the_last_there_is(
    accepted_on: date, months: int, until: date | None
) -> None:
    assert warranty_until(accepted_on, months) == until


def refused_for(housing: Harness, repair: Any, user: Any = "clerk") -> IllegalState:
    with pytest.raises(IllegalState) as refused:
        housing.call("submit_repair", user=user, repair_id=repair.id)
    assert refused.value.reason == "UNDER_WARRANTY"
    return refused.value


def test_a_component_under_warranty_is_blocked_by_the_earlier_repair_and_its_last_day(
    housing: Harness,
) -> None:
    property_id = create_property(housing).id
    earlier = accepted_repair(housing, property_id=property_id, accepted_on="2026-03-01")
    again = create_repair(housing, work("WALL"), work("ROOF"), property_id=property_id)
    told = refused_for(housing, again)
    assert told.zh == f"“屋面防水”仍在保修期内（维修单 {earlier.code}，至 2031-03-01）"
    assert told.metadata == {"code": earlier.code, "warranty_until": "2031-03-01"}
    assert read(housing, again) == again


def test_the_last_day_of_the_warranty_is_blocked_and_the_next_is_not(housing: Harness) -> None:
    property_id = create_property(housing).id
    accepted_repair(housing, work("ELECTRIC"), property_id=property_id, accepted_on="2026-03-01")
    again = create_repair(housing, work("ELECTRIC"), property_id=property_id)
    housing.clock.at = datetime(2028, 3, 1, 15, 59, 59, tzinfo=UTC)  # 1 March in China
    assert refused_for(housing, again).metadata["warranty_until"] == "2028-03-01"
    housing.clock.at = datetime(2028, 3, 1, 16, 0, tzinfo=UTC)  # 2 March in China
    submitted = housing.call("submit_repair", repair_id=again.id)
    assert submitted.state == pb.REPAIR_STATE_SUBMITTED


def test_another_component_and_another_property_are_not_blocked(housing: Harness) -> None:
    property_id = create_property(housing).id
    accepted_repair(housing, property_id=property_id)
    other = submitted_repair(housing, work("WALL"), property_id=property_id)
    elsewhere = submitted_repair(housing, work("ROOF"))
    assert {other.state, elsewhere.state} == {pb.REPAIR_STATE_SUBMITTED}


def test_of_several_warranties_the_longest_is_told(housing: Harness) -> None:
    wings = [create_property(housing) for _ in range(2)]
    repairs = [
        accepted_repair(housing, work("LIFT"), property_id=wing.id, months={0: months})
        for wing, months in zip(wings, (30, 12), strict=True)
    ]
    whole = merge(housing, *wings)
    told = refused_for(housing, create_repair(housing, work("LIFT"), property_id=whole.id))
    assert told.metadata == {"code": repairs[0].code, "warranty_until": "2028-09-02"}


def test_warranties_outlast_splits_and_mergers(housing: Harness) -> None:
    property_id = create_property(housing).id
    earlier = accepted_repair(housing, property_id=property_id)
    parts = split(housing, property_id, part("P-1"), part("P-2")).parts
    whole = merge(housing, parts[1], create_property(housing))
    for heir in (parts[0], whole):
        again = create_repair(housing, property_id=heir.id)
        assert refused_for(housing, again).metadata["code"] == earlier.code
        other = submitted_repair(housing, work("WALL"), property_id=heir.id)
        assert other.state == pb.REPAIR_STATE_SUBMITTED


def test_two_repairs_of_a_component_are_not_accepted_within_one_warranty(
    housing: Harness,
) -> None:
    property_id = create_property(housing).id
    first, second = (
        schedule(housing, approved_repair(housing, work("ELECTRIC"), property_id=property_id))
        for _ in range(2)
    )
    housing.call("accept_repair", repair_id=first.id)
    told = refusal(housing, "accept_repair", IllegalState, repair_id=second.id)
    assert told == ("UNDER_WARRANTY", [])
    assert read(housing, second) == second
    schedule(housing, second, "2028-03-03", scheduled_to="2028-12-31")
    housing.clock.at = datetime(2028, 3, 4, 1, 0, tzinfo=UTC)
    accepted = housing.call("accept_repair", repair_id=second.id)
    assert accepted.lines[0].warranty_until == "2030-03-04"


def test_of_two_acceptances_of_a_component_at_once_one_is_refused(housing: Harness) -> None:
    property_id = create_property(housing).id
    both = [
        schedule(housing, approved_repair(housing, work("ELECTRIC"), property_id=property_id))
        for _ in range(2)
    ]
    outcomes = together(
        *(lambda each=each: housing.call("accept_repair", repair_id=each.id) for each in both)
    )
    [refused] = [each for each in outcomes if isinstance(each, Exception)]
    assert isinstance(refused, IllegalState)
    assert refused.reason == "UNDER_WARRANTY"


def test_what_came_under_warranty_after_submission_is_not_scheduled_within_it(
    housing: Harness,
) -> None:
    property_id = create_property(housing).id
    second = approved_repair(housing, work("ELECTRIC"), property_id=property_id)
    accepted_repair(housing, work("ELECTRIC"), property_id=property_id, accepted_on="2026-03-02")
    with pytest.raises(IllegalState) as refused:
        schedule(housing, second, "2028-03-02", scheduled_to="2028-12-31")
    assert refused.value.reason == "UNDER_WARRANTY"
    after = schedule(housing, second, "2028-03-03", scheduled_to="2028-12-31")
    assert after.state == pb.REPAIR_STATE_SCHEDULED


def test_the_warranty_of_a_former_holder_blocks_though_its_repair_is_hidden(
    housing: Harness,
) -> None:
    unit, former = "0190b6e0-7d5c-7a3e-8f00-0000000000a1", "0190b6e0-7d5c-7a3e-8f00-0000000000b2"
    property_id = create_property(housing).id
    earlier = accepted_repair(housing, property_id=property_id)
    with housing.database.transaction() as connection:
        connection.exec_driver_sql(f"UPDATE properties SET unit_id = '{unit}'")
        connection.exec_driver_sql(f"UPDATE repairs SET unit_id = '{former}'")
    clerk = person("chen", "unit_clerk", realm=Realm("9901", (unit,)), unit_id=unit)
    with pytest.raises(NotFound):
        housing.call("get_repair", user=clerk, repair_id=earlier.id)
    again = create_repair(housing, property_id=property_id, user=clerk)
    assert refused_for(housing, again, clerk).metadata["code"] == earlier.code


@pytest.mark.parametrize(
    ("component", "until"),
    [
        ("ROOF", "2031-03-02"),
        ("WALL", "2031-03-02"),
        ("ELECTRIC", "2028-03-02"),
        ("PLUMBING", "2028-03-02"),
        ("DECORATION", "2028-03-02"),
        ("HEATING", "2028-03-02"),
    ],
)
def test_the_regulation_says_how_long_a_warranty_is_at_least(
    housing: Harness, component: str, until: str
) -> None:
    accepted = accepted_repair(housing, work(component), accepted_on="2026-03-02")
    assert accepted.lines[0].warranty_until == until


@pytest.mark.parametrize("component", ["STRUCTURE", "LIFT", "FIRE", "OTHER"])
def test_where_no_norm_is_in_force_the_months_must_be_given(
    housing: Harness, component: str
) -> None:
    scheduled = schedule(housing, approved_repair(housing, work(component)))
    told = refusal(housing, "accept_repair", InvalidInput, repair_id=scheduled.id)
    assert told == ("REQUIRED", ["warranties"])
    terms = [{"line_id": scheduled.lines[0].id, "warranty_months": 1}]
    accepted = housing.call("accept_repair", repair_id=scheduled.id, warranties=terms)
    assert accepted.lines[0].warranty_until == "2026-04-02"


def test_months_are_agreed_upon_within_the_law(housing: Harness) -> None:
    scheduled = schedule(housing, approved_repair(housing, work("ELECTRIC"), work("FIRE")))
    electric, fire = (each.id for each in scheduled.lines)
    for terms, told in (
        ([(electric, 23), (fire, 0)], ("BELOW_NORM", ["warranties.0.warranty_months"])),
        ([(electric, 24), (fire, 601)], ("OUT_OF_RANGE", ["warranties.1.warranty_months"])),
        ([(electric, 24), (electric, 25)], ("DUPLICATE", ["warranties.1.line_id"])),
    ):
        given = [{"line_id": id, "warranty_months": months} for id, months in terms]
        request = {"repair_id": scheduled.id, "warranties": given}
        assert refusal(housing, "accept_repair", InvalidInput, **request) == told
    given = [{"line_id": electric, "warranty_months": 36}, {"line_id": fire, "warranty_months": 0}]
    accepted = housing.call("accept_repair", repair_id=scheduled.id, warranties=given)
    assert [each.warranty_until for each in accepted.lines] == ["2029-03-02", ""]


def test_a_line_of_another_repair_has_no_warranty_here(housing: Harness) -> None:
    scheduled, other = (schedule(housing, approved_repair(housing)) for _ in range(2))
    terms = [{"line_id": other.lines[0].id, "warranty_months": 60}]
    request = {"repair_id": scheduled.id, "warranties": terms}
    told = refusal(housing, "accept_repair", NotFound, **request)
    assert told == ("NOT_FOUND", ["warranties.0.line_id"])


def test_a_norm_of_the_region_goes_before_that_of_the_country(housing: Harness) -> None:
    given = {"kind": "housing.warranty_months", "key": "roof", "source": "云澜市办法"}
    housing.call("set_norm", **given, value="71.5", region_code="990100", valid_from="2026-03-02")
    before = accepted_repair(housing, accepted_on="2026-03-01")
    after = accepted_repair(housing, accepted_on="2026-03-02")
    assert before.lines[0].warranty_until == "2031-03-01"
    assert after.lines[0].warranty_until == "2032-03-02", "72 months, not 71"


def test_a_norm_beyond_belief_is_refused_and_not_reckoned_with(housing: Harness) -> None:
    given = {"kind": "housing.warranty_months", "key": "roof", "source": "云澜市办法"}
    housing.call("set_norm", **given, value="601", region_code="990100", valid_from="2026-03-02")
    scheduled = schedule(housing, approved_repair(housing))
    told = refusal(housing, "accept_repair", IllegalState, repair_id=scheduled.id)
    assert told == ("NORM_OUT_OF_RANGE", [])


def test_29_february_and_the_end_of_a_year_are_reckoned_as_the_calendar_goes(
    housing: Harness,
) -> None:
    housing.clock.at = datetime(2028, 12, 31, 15, 0, tzinfo=UTC)
    leap = accepted_repair(
        housing, work("LIFT"), accepted_on="2028-02-29", months={0: 12}, first="2028-01-01"
    )
    last = accepted_repair(housing, work("LIFT"), months={0: 2}, first="2028-01-01")
    assert (leap.lines[0].warranty_until, last.lines[0].warranty_until) == (
        "2029-02-28",
        "2029-02-28",
    )
    assert last.accepted_on == "2028-12-31"
