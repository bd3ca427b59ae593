"""What may be done with regions."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import InvalidInput, NotFound
from chassis.testing import Harness
from guanjia.directory.v1 import directory_pb2 as pb
from guanjia.directory.v1 import events_pb2
from tests.directory.factories import define_region, region_fields
from tests.refusals import refusal
from tests.together import together


def test_a_region_is_kept_as_it_was_given(directory: Harness) -> None:
    given = region_fields(valid_to="2024-02-29", successor_code="990103")
    assert directory.call("define_region", **given) == pb.Region(**given)
    assert directory.call("get_region", code="990101") == pb.Region(**given)


def test_a_region_defined_anew_means_the_new_thing(directory: Harness) -> None:
    define_region(directory)
    ended = define_region(directory, valid_to="2025-12-31", successor_code="990103")
    assert directory.call("get_region", code="990101") == ended
    assert define_region(directory).valid_to == ""
    assert directory.count("regions") == 1


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"code": "99"}, "code", "INVALID_REGION_CODE"),
        ({"name": ""}, "name", "REQUIRED"),
        ({"level": 0}, "level", "REQUIRED"),
        ({"parent_code": "9"}, "parent_code", "INVALID_REGION_CODE"),
        ({"valid_from": ""}, "valid_from", "REQUIRED"),
        ({"valid_from": "2023-02-29"}, "valid_from", "INVALID_DATE"),
        ({"valid_to": "2019-12-31"}, "valid_to", "ENDS_BEFORE_START"),
        ({"successor_code": "990101"}, "successor_code", "OWN_SUCCESSOR"),
        ({"successor_code": "x"}, "successor_code", "INVALID_REGION_CODE"),
    ],
)
def test_a_region_that_breaks_a_rule_is_refused_by_field(
    directory: Harness, changes: dict[str, Any], field: str, reason: str
) -> None:
    told = refusal(directory, "define_region", InvalidInput, **region_fields(**changes))
    assert told == (reason, [field])


def test_a_region_that_ends_on_its_first_day_is_one(directory: Harness) -> None:
    assert define_region(directory, valid_to="2020-01-01").valid_to == "2020-01-01"


def test_a_region_nobody_defined_is_not_found(directory: Harness) -> None:
    assert refusal(directory, "get_region", NotFound, code="990199") == ("NOT_FOUND", ["code"])


def test_r22_a_region_defined_by_four_at_once_is_defined_once(directory: Harness) -> None:
    together(*[lambda: define_region(directory)] * 4)
    assert directory.count("regions") == 1
    assert directory.count("audit") == 4


def test_regions_are_listed_below_their_parent(directory: Harness) -> None:
    for code, parent in (("990100", ""), ("990101", "990100"), ("990102", "990100")):
        define_region(directory, code=code, parent_code=parent)

    def codes(**filters: Any) -> list[str]:
        return [each.code for each in directory.call("list_regions", **filters).regions]

    assert codes() == ["990100", "990101", "990102"]
    assert codes(parent_code="990100") == ["990101", "990102"]
    assert codes(parent_code="990199") == []


def test_each_definition_is_a_fact(directory: Harness) -> None:
    defined = [define_region(directory), define_region(directory, name="望川市")]
    assert [fact.region for fact in directory.facts(events_pb2.RegionDefined)] == defined


def test_a_region_is_shown_as_of_a_day_it_is_in_force(directory: Harness) -> None:
    region = define_region(directory, valid_to="2024-02-29", successor_code="990103")
    for day in ("2020-01-01", "2024-02-29"):
        assert directory.call("get_region", code="990101", as_of=day) == region
    for day in ("2019-12-31", "2024-03-01"):
        told = refusal(directory, "get_region", NotFound, code="990101", as_of=day)
        assert told == ("NOT_IN_FORCE", ["as_of"])
