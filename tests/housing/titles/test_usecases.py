"""The case of a property until it is registered."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import AlreadyExists, Conflict, IllegalState, InvalidInput, NotFound
from chassis.principal import Realm
from chassis.testing import Harness
from guanjia.housing.v1 import properties_pb2 as pp
from tests.housing.factories import approved_disposal, create_property
from tests.housing.titles.factories import (
    begun_title,
    certificate_fields,
    unregistered_property,
)
from tests.people import person
from tests.refusals import refusal
from tests.together import together

pytestmark = pytest.mark.row("H04")
ABSENT = "0190b6e0-7d5c-7a3e-8f00-0123456789ab"


def state_of(housing: Harness, property_id: str) -> int:
    return int(housing.call("get_property", property_id=property_id).title_state)


def record(housing: Harness, property_id: str, **changes: Any) -> Any:
    given = certificate_fields(**changes)
    return housing.call("record_title", property_id=property_id, **given)


def test_a_property_without_a_case_shows_what_the_register_says(housing: Harness) -> None:
    building = create_property(housing)
    title = housing.call("get_title", property_id=building.id)
    assert (title.id, title.etag, list(title.moves)) == ("", "", [])
    assert (title.property_code, title.property_name) == (building.code, building.name)
    assert title.state == pp.TITLE_STATE_REGISTERED
    assert title.certificate_number == building.title_number
    assert not title.HasField("certificate_area_m2")


def test_a_case_goes_from_its_beginning_over_an_obstacle_to_the_certificate(
    housing: Harness,
) -> None:
    building = unregistered_property(housing, title_state="TITLE_STATE_OBSTACLE")
    id = building.id
    begun = housing.call("begin_title", property_id=id, expected_on="2026-06-30")
    assert (begun.state, begun.handler, begun.expected_on) == (
        pp.TITLE_STATE_IN_PROGRESS,
        "clerk",
        "2026-06-30",
    )
    assert state_of(housing, id) == pp.TITLE_STATE_IN_PROGRESS
    given = {"obstacle": "缺规划验收手续", "expected_on": "2026-12-31"}
    stuck = housing.call("report_title_obstacle", property_id=id, **given)
    assert (stuck.state, stuck.obstacle) == (pp.TITLE_STATE_OBSTACLE, "缺规划验收手续")
    housing.clock.advance(days=1)
    fields = certificate_fields(certificate_area_m2=2400.55)
    done = housing.call("record_title", property_id=id, **fields)
    assert (done.state, done.obstacle, done.expected_on) == (pp.TITLE_STATE_REGISTERED, "", "")
    assert done.certificate_number == fields["certificate_number"]
    assert (done.unit_number, done.holder_name) == (fields["unit_number"], "云澜市机关事务管理局")
    assert (done.registered_on, done.certificate_area_m2) == ("2026-02-27", 2400.55)
    assert [(each.to_state, each.moved_on) for each in done.moves] == [
        (pp.TITLE_STATE_IN_PROGRESS, "2026-03-02"),
        (pp.TITLE_STATE_OBSTACLE, "2026-03-02"),
        (pp.TITLE_STATE_REGISTERED, "2026-03-03"),
    ]
    assert housing.call("get_title", property_id=id) == done
    after = housing.call("get_property", property_id=id)
    assert (after.title_state, after.title_number) == (
        pp.TITLE_STATE_REGISTERED,
        fields["certificate_number"],
    )


def test_the_certificate_of_a_property_that_counts_as_registered_is_added_once(
    housing: Harness,
) -> None:
    building = create_property(housing)
    assert record(housing, building.id).state == pp.TITLE_STATE_REGISTERED
    given = certificate_fields(property_id=building.id)
    assert refusal(housing, "record_title", IllegalState, **given) == ("ILLEGAL_STATE", ["state"])


@pytest.mark.parametrize(
    ("changes", "reason", "field"),
    [
        ({"certificate_number": " "}, "REQUIRED", "certificate_number"),
        ({"unit_number": ""}, "REQUIRED", "unit_number"),
        ({"unit_number": "990101001002GB00001F0001"}, "INVALID_UNIT_NUMBER", "unit_number"),
        ({"unit_number": "990102001002GB00001F00010001"}, "OTHER_REGION", "unit_number"),
        ({"holder_name": ""}, "REQUIRED", "holder_name"),
        ({"registered_on": ""}, "REQUIRED", "registered_on"),
        ({"registered_on": "2026-03-03"}, "IN_FUTURE", "registered_on"),
        ({"certificate_area_m2": -1.0}, "OUT_OF_RANGE", "certificate_area_m2"),
    ],
)
def test_a_certificate_that_breaks_a_rule_is_not_recorded(
    housing: Harness, changes: dict[str, Any], reason: str, field: str
) -> None:
    given = certificate_fields(property_id=begun_title(housing).property_id, **changes)
    assert refusal(housing, "record_title", InvalidInput, **given) == (reason, [field])


def test_of_a_citys_own_property_the_city_of_the_unit_number_counts(housing: Harness) -> None:
    building = unregistered_property(housing, region_code="990100")
    assert record(housing, building.id).state == pp.TITLE_STATE_REGISTERED


@pytest.mark.parametrize(
    ("same", "reason"),
    [("certificate_number", "CERTIFICATE_TAKEN"), ("unit_number", "UNIT_NUMBER_TAKEN")],
)
def test_a_number_stands_for_one_property_also_for_those_who_do_not_see_it(
    housing: Harness, same: str, reason: str
) -> None:
    first = record(
        housing,
        begun_title(housing, region_code="990102").property_id,
        unit_number="990102001002GB00001F00010001",
    )
    other = begun_title(housing, region_code="990100")
    given = certificate_fields(property_id=other.property_id, **{same: getattr(first, same)})
    narrow = person("zhang", "bureau_clerk", realm=Realm("990100"))
    told = refusal(housing, "record_title", AlreadyExists, user=narrow, **given)
    assert told == (reason, [same])


def test_two_certificates_of_one_number_at_once_are_one(housing: Harness) -> None:
    titles = [begun_title(housing) for _ in range(2)]
    number = certificate_fields()["certificate_number"]
    outcomes = together(
        *[
            lambda title=each: record(housing, title.property_id, certificate_number=number)
            for each in titles
        ]
    )
    assert sorted(isinstance(each, AlreadyExists) for each in outcomes) == [False, True]


def test_two_who_begin_at_once_begin_one_case(housing: Harness) -> None:
    building = unregistered_property(housing)
    outcomes = together(*[lambda: housing.call("begin_title", property_id=building.id)] * 2)
    assert sorted(isinstance(each, IllegalState) for each in outcomes) == [False, True]
    assert (housing.count("titles"), housing.count("title_moves")) == (1, 1)


@pytest.mark.parametrize("method", ["begin_title", "report_title_obstacle"])
def test_what_is_expected_lies_ahead(housing: Harness, method: str) -> None:
    given: dict[str, Any] = {"property_id": unregistered_property(housing).id}
    if method == "report_title_obstacle":
        given["obstacle"] = "缺资料"
    told = refusal(housing, method, InvalidInput, expected_on="2026-03-01", **given)
    assert told == ("IN_PAST", ["expected_on"])


def test_a_case_changed_meanwhile_is_read_again_first(housing: Harness) -> None:
    begun = begun_title(housing)
    given = {"property_id": begun.property_id, "obstacle": "缺资料", "etag": begun.etag}
    housing.call("report_title_obstacle", **given)
    told = refusal(housing, "report_title_obstacle", Conflict, **given)
    assert told == ("STALE", ["etag"])


@pytest.mark.parametrize(
    "method",
    [
        "get_title",
        "begin_title",
        "record_title",
        "report_title_obstacle",
        "propose_title_exemption",
        "revive_title",
    ],
)
def test_a_property_that_is_not_there_or_not_ones_own_has_no_case(
    housing: Harness, method: str
) -> None:
    building = unregistered_property(housing)
    given = {
        "record_title": certificate_fields(),
        "report_title_obstacle": {"obstacle": "缺资料"},
        "propose_title_exemption": {"reason": "人防"},
        "revive_title": {"reason": "政策调整"},
    }.get(method, {})
    elsewhere = person("zhang", "bureau_clerk", realm=Realm("9902"))
    for id, user in ((ABSENT, "clerk"), (building.id, elsewhere)):
        told = refusal(housing, method, NotFound, user=user, property_id=id, **given)
        assert told == ("NOT_FOUND", ["property_id"])


def test_a_disposed_property_has_no_case_any_more(housing: Harness) -> None:
    building = unregistered_property(housing)
    disposal = approved_disposal(housing, property_id=building.id, assets=[])
    housing.call("complete_disposal", disposal_id=disposal.id)
    told = refusal(housing, "begin_title", IllegalState, property_id=building.id)
    assert told == ("ILLEGAL_STATE", ["state"])
