"""Splitting and closing units."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import AlreadyExists, Conflict, IllegalState, InvalidInput
from chassis.testing import Harness
from guanjia.directory.v1 import directory_pb2 as pb
from guanjia.directory.v1 import events_pb2
from tests.directory.factories import (
    full_width,
    new_uscc,
    register_person,
    register_unit,
)
from tests.refusals import refusal
from tests.together import together

pytestmark = pytest.mark.row("W11")


def new_unit(**changes: Any) -> dict[str, Any]:
    return {
        "uscc": new_uscc(),
        "name": "云澜市数据局",
        "kind": "UNIT_KIND_GOVERNMENT_ORGAN",
    } | changes


def split_fields(unit: Any, *units: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "unit_id": unit.id,
        "units": units or [new_unit(), new_unit()],
        "source": "云编发〔2026〕2号",
    } | changes


def split(directory: Harness, unit: Any, *units: dict[str, Any], **changes: Any) -> Any:
    return directory.call("split_unit", **split_fields(unit, *units, **changes))


def test_a_split_unit_ends_and_the_new_ones_begin(directory: Harness) -> None:
    parent = register_unit(directory)
    unit = register_unit(directory, parent_id=parent.id, level="UNIT_LEVEL_COUNTY")
    given = new_unit(level="UNIT_LEVEL_TOWNSHIP", region_code="990101", name="乙")
    done = split(directory, unit, new_unit(name="甲"), given, valid_from="2026-01-01")
    first, second = done.units
    assert done.ended == directory.call("get_unit", unit_id=unit.id)
    assert done.ended.valid_to == "2025-12-31"
    assert list(done.ended.successor_ids) == [first.id, second.id]
    assert (first.level, first.region_code) == (pb.UNIT_LEVEL_COUNTY, "990100")
    assert (second.level, second.region_code) == (pb.UNIT_LEVEL_TOWNSHIP, "990101")
    for each in done.units:
        assert (each.parent_id, each.valid_from) == (parent.id, "2026-01-01")
        assert directory.call("get_unit", unit_id=each.id) == each


def test_a_split_is_told_after_the_new_units(directory: Harness) -> None:
    unit = register_unit(directory)
    done = split(directory, unit)
    registered = [fact.unit for fact in directory.facts(events_pb2.UnitRegistered)]
    assert registered == [unit, *done.units]
    [fact] = directory.facts(events_pb2.UnitMerged)
    assert list(fact.ended) == [done.ended]
    assert list(fact.into) == list(done.units)
    kinds = [type(each).__name__ for each in directory.facts()]
    assert kinds.index("UnitMerged") > kinds.index("UnitRegistered")


def test_the_first_new_unit_takes_the_people_and_what_was_below(directory: Harness) -> None:
    unit = register_unit(directory)
    child = register_unit(directory, parent_id=unit.id)
    person = register_person(directory, unit)
    first = split(directory, unit).units[0]
    assert directory.call("get_unit", unit_id=child.id).parent_id == first.id
    assert directory.call("get_person", person_id=person.id).unit_id == first.id


def test_a_unit_may_be_founded_anew(directory: Harness) -> None:
    unit = register_unit(directory)
    done = split(directory, unit, new_unit())
    assert list(done.ended.successor_ids) == [done.units[0].id]


def test_a_code_given_twice_or_known_already_is_refused(directory: Harness) -> None:
    unit = register_unit(directory)
    again = new_unit(uscc=full_width(unit.uscc))
    told = refusal(directory, "split_unit", AlreadyExists, **split_fields(unit, again))
    assert told == ("USCC_TAKEN", ["units.0.uscc"])
    twice = new_unit(name="甲")
    fields = split_fields(unit, twice, twice | {"name": "乙"})
    told = refusal(directory, "split_unit", AlreadyExists, **fields)
    assert told == ("USCC_TAKEN", ["units.1.uscc"])
    assert directory.count("units") == 1


@pytest.mark.parametrize(
    ("units", "field", "reason"),
    [
        ([], "units", "REQUIRED"),
        ([new_unit()] * 51, "units", "TOO_MANY"),
        ([new_unit(uscc="11990100000000000")], "units.0.uscc", "INVALID_USCC"),
        ([new_unit(), new_unit(name="")], "units.1.name", "REQUIRED"),
        ([new_unit(kind=0)], "units.0.kind", "REQUIRED"),
    ],
)
def test_new_units_that_break_a_rule_are_refused_by_field(
    directory: Harness, units: Any, field: str, reason: str
) -> None:
    fields = split_fields(register_unit(directory), units=units)
    assert refusal(directory, "split_unit", InvalidInput, **fields) == (reason, [field])


def test_an_ended_unit_is_not_split_and_a_changed_one_is_seen_first(directory: Harness) -> None:
    unit = register_unit(directory)
    directory.call("change_unit", unit_id=unit.id, name="乙", valid_from="2026-03-01")
    stale = split_fields(unit, etag=unit.etag)
    assert refusal(directory, "split_unit", Conflict, **stale) == ("STALE", ["etag"])
    split(directory, unit)
    told = refusal(directory, "split_unit", IllegalState, **split_fields(unit))
    assert told == ("ILLEGAL_STATE", ["state"])


def test_r22_a_unit_split_by_two_at_once_is_split_once(directory: Harness) -> None:
    unit = register_unit(directory)
    outcomes = together(*[lambda: split(directory, unit)] * 2)
    assert [each.reason for each in outcomes if isinstance(each, Exception)] == ["ILLEGAL_STATE"]
    assert directory.count("units") == 3


def test_a_closed_unit_has_ended_and_nobody_took_over(directory: Harness) -> None:
    unit = register_unit(directory)
    closed = directory.call("close_unit", unit_id=unit.id, valid_to="2025-12-31", source="撤销")
    assert (closed.valid_to, list(closed.successor_ids)) == ("2025-12-31", [])
    assert [fact.unit for fact in directory.facts(events_pb2.UnitClosed)] == [closed]
    told = refusal(directory, "close_unit", IllegalState, unit_id=unit.id)
    assert told == ("ILLEGAL_STATE", ["state"])


@pytest.mark.parametrize(
    ("day", "reason"), [("2019-12-31", "TOO_EARLY"), ("2026-03-03", "IN_FUTURE")]
)
def test_a_unit_is_closed_within_its_time(directory: Harness, day: str, reason: str) -> None:
    fields = {"unit_id": register_unit(directory).id, "valid_to": day}
    told = refusal(directory, "close_unit", InvalidInput, **fields)
    assert told == (reason, ["valid_to"])


def test_a_unit_with_people_or_units_below_it_is_not_closed(directory: Harness) -> None:
    unit = register_unit(directory)
    person = register_person(directory, unit)
    child = register_unit(directory, parent_id=unit.id)
    told = refusal(directory, "close_unit", IllegalState, unit_id=unit.id)
    assert told[0] == "STILL_IN_USE"
    directory.call("close_unit", unit_id=child.id)
    told = refusal(directory, "close_unit", IllegalState, unit_id=unit.id)
    assert told[0] == "STILL_IN_USE"
    directory.call("end_person", person_id=person.id)
    directory.call("close_unit", unit_id=unit.id)
