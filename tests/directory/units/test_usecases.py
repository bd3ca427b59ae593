"""What may be done with units."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.errors import AlreadyExists, Conflict, IllegalState, InvalidInput, NotFound
from chassis.principal import Realm
from chassis.testing import Harness
from guanjia.directory.v1 import directory_pb2 as pb
from guanjia.directory.v1 import events_pb2
from tests.directory.denials import denial
from tests.directory.factories import (
    NOBODY,
    full_width,
    merge,
    new_uscc,
    register_unit,
    unit_fields,
)
from tests.people import person
from tests.refusals import refusal
from tests.together import together

pytestmark = pytest.mark.row("W11")


def test_a_unit_is_registered_as_it_was_given_and_is_a_fact(directory: Harness) -> None:
    parent = register_unit(directory)
    given = unit_fields(parent_id=parent.id, level="UNIT_LEVEL_COUNTY", valid_from="2024-02-29")
    created = directory.call("register_unit", **given)
    assert directory.call("get_unit", unit_id=created.id) == created
    facts = directory.facts(events_pb2.UnitRegistered)
    assert [fact.unit for fact in facts] == [parent, created]
    for name in ("id", "etag", "created_at", "updated_at"):
        created.ClearField(name)
    assert created == pb.Unit(**given)


def test_a_uscc_with_a_wrong_check_character_is_refused(directory: Harness) -> None:
    right = new_uscc()
    wrong = right[:-1] + ("0" if right[-1] != "0" else "1")
    told = refusal(directory, "register_unit", InvalidInput, **unit_fields(uscc=wrong))
    assert told == ("INVALID_USCC", ["uscc"])


def test_a_uscc_is_taken_however_it_is_typed_and_kept_in_one_form(directory: Harness) -> None:
    for typed in (full_width, str.lower, lambda code: f" {code[:8]}-{code[8:]} "):
        code = new_uscc()
        assert register_unit(directory, uscc=typed(code)).uscc == code


def test_a_unit_is_registered_once_however_its_code_is_typed(directory: Harness) -> None:
    code = register_unit(directory).uscc
    again = unit_fields(uscc=full_width(code))
    told = refusal(directory, "register_unit", AlreadyExists, **again)
    assert told == ("USCC_TAKEN", ["uscc"])


def test_r22_a_unit_registered_by_four_at_once_is_registered_once(directory: Harness) -> None:
    code = new_uscc()
    outcomes = together(*[lambda: register_unit(directory, uscc=code)] * 4)
    refused = [each.reason for each in outcomes if isinstance(each, AlreadyExists)]
    assert refused == ["USCC_TAKEN"] * 3
    assert directory.count("units") == len(directory.facts()) == 1


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"uscc": ""}, "uscc", "REQUIRED"),
        ({"name": " "}, "name", "REQUIRED"),
        ({"name": "长" * 201}, "name", "TOO_LONG"),
        ({"kind": 0}, "kind", "REQUIRED"),
        ({"kind": 99}, "kind", "UNKNOWN_VALUE"),
        ({"region_code": "99"}, "region_code", "INVALID_REGION_CODE"),
        ({"parent_id": "1"}, "parent_id", "INVALID_ID"),
        ({"level": 99}, "level", "UNKNOWN_VALUE"),
        ({"valid_from": "2023-02-29"}, "valid_from", "INVALID_DATE"),
        ({"valid_from": "2026-03-03"}, "valid_from", "IN_FUTURE"),
    ],
)
def test_a_unit_that_breaks_a_rule_is_refused_by_field(
    directory: Harness, changes: dict[str, Any], field: str, reason: str
) -> None:
    told = refusal(directory, "register_unit", InvalidInput, **unit_fields(**changes))
    assert told == (reason, [field])


def test_a_parent_nobody_registered_is_not_found(directory: Harness) -> None:
    told = refusal(directory, "register_unit", NotFound, **unit_fields(parent_id=NOBODY))
    assert told == ("NOT_FOUND", ["parent_id"])


@pytest.mark.row("P06")
def test_a_renamed_unit_is_one_fact_and_a_kept_name_is_none(directory: Harness) -> None:
    created = register_unit(directory)
    renamed = directory.call("change_unit", unit_id=created.id, name=" 云澜市财政与国资局 ")
    same = directory.call("change_unit", unit_id=created.id, name="云澜市财政与国资局")
    assert same == renamed
    assert renamed.name == "云澜市财政与国资局"
    [fact] = directory.facts(events_pb2.UnitChanged)
    assert fact.unit == renamed


def test_r22_a_unit_that_somebody_changed_is_refused(directory: Harness) -> None:
    created = register_unit(directory)
    directory.call("change_unit", unit_id=created.id, name="甲")
    stale = {"unit_id": created.id, "etag": created.etag, "name": "乙"}
    assert refusal(directory, "change_unit", Conflict, **stale) == ("STALE", ["etag"])


def test_a_unit_has_a_name(directory: Harness) -> None:
    fields = {"unit_id": register_unit(directory).id, "name": ""}
    assert refusal(directory, "change_unit", InvalidInput, **fields) == ("REQUIRED", ["name"])


def test_a_unit_nobody_registered_is_not_found(directory: Harness) -> None:
    for method, fields in (("get_unit", {}), ("change_unit", {"name": "甲"})):
        told = refusal(directory, method, NotFound, unit_id=NOBODY, **fields)
        assert told == ("NOT_FOUND", ["unit_id"])


def test_units_are_listed_by_region_and_all_below_it(directory: Harness) -> None:
    for region_code in ("990101", "990102", "990200"):
        register_unit(directory, region_code=region_code)

    def count(region_code: str) -> int:
        return len(directory.call("list_units", region_code=region_code).units)

    assert [count(code) for code in ("", "990100", "990101", "99", "980000")] == [3, 2, 1, 3, 0]
    first = directory.call("list_units", page_size=2)
    rest = directory.call("list_units", page_size=2, page_token=first.next_page_token)
    codes = [each.uscc for each in (*first.units, *rest.units)]
    assert codes == sorted(codes)
    assert len(codes) == 3


def test_a_unit_has_the_level_of_its_region_and_begins_today_unless_it_says_otherwise(
    directory: Harness,
) -> None:
    directory.clock.at = datetime(2025, 12, 31, 16, 0, tzinfo=UTC)  # midnight in China
    created = register_unit(directory, region_code="990101", valid_from="")
    assert (created.level, created.valid_from) == (pb.UNIT_LEVEL_COUNTY, "2026-01-01")


def name_on(directory: Harness, unit: Any, day: str) -> str:
    """What the unit was called, which is the same in the unit and in the list."""
    name = directory.call("get_unit", unit_id=unit.id, as_of=day).name
    listed = directory.call("list_units", as_of=day, page_size=500).units
    assert [each.name for each in listed if each.id == unit.id] == [name]
    return str(name)


@pytest.mark.row("P06")
def test_a_unit_is_shown_under_the_name_of_the_day(directory: Harness) -> None:
    created = register_unit(directory, name="甲")
    rename = {"unit_id": created.id}
    directory.call("change_unit", name="乙", valid_from="2024-02-29", **rename)
    directory.call("change_unit", name="丙", valid_from="2026-01-01", **rename)
    named = {
        "2020-01-01": "甲",
        "2024-02-28": "甲",
        "2024-02-29": "乙",
        "2025-12-31": "乙",
        "2026-01-01": "丙",
        "2099-12-31": "丙",
    }
    assert {day: name_on(directory, created, day) for day in named} == named
    assert directory.call("get_unit", unit_id=created.id).name == "丙"


def test_a_unit_is_not_shown_as_of_a_day_without_it(directory: Harness) -> None:
    created = register_unit(directory)
    fields = {"unit_id": created.id, "as_of": "2019-12-31"}
    assert refusal(directory, "get_unit", NotFound, **fields) == ("NOT_IN_FORCE", ["as_of"])
    assert not directory.call("list_units", as_of="2019-12-31").units


def test_a_name_corrected_on_its_day_leaves_no_trace_of_the_wrong_one(directory: Harness) -> None:
    created = register_unit(directory, name="甲")
    for name in ("丁", "乙"):
        directory.call("change_unit", unit_id=created.id, name=name)
    assert directory.count("unit_names") == 1
    assert name_on(directory, created, "2026-03-01") == "甲"
    assert name_on(directory, created, "2026-03-02") == "乙"


@pytest.mark.parametrize(
    ("day", "reason"), [("2019-12-31", "TOO_EARLY"), ("2026-03-03", "IN_FUTURE")]
)
def test_a_name_begins_neither_before_the_last_nor_ahead(
    directory: Harness, day: str, reason: str
) -> None:
    fields = {"unit_id": register_unit(directory).id, "name": "乙", "valid_from": day}
    told = refusal(directory, "change_unit", InvalidInput, **fields)
    assert told == (reason, ["valid_from"])


def test_kind_and_level_change_without_the_name(directory: Harness) -> None:
    created = register_unit(directory)
    changed = directory.call(
        "change_unit",
        unit_id=created.id,
        kind="UNIT_KIND_PUBLIC_INSTITUTION",
        level="UNIT_LEVEL_TOWNSHIP",
    )
    assert (changed.kind, changed.level) == (
        pb.UNIT_KIND_PUBLIC_INSTITUTION,
        pb.UNIT_LEVEL_TOWNSHIP,
    )
    assert changed.name == created.name
    assert not directory.facts(events_pb2.AccessChanged)


def test_a_unit_moves_below_another_and_to_the_top_again(directory: Harness) -> None:
    parent, child = register_unit(directory), register_unit(directory)
    moved = directory.call("change_unit", unit_id=child.id, parent_id=parent.id)
    assert moved.parent_id == parent.id
    assert directory.call("list_units", parent_id=parent.id).units == [moved]
    assert directory.call("change_unit", unit_id=child.id, parent_id="").parent_id == ""
    assert len(directory.facts(events_pb2.UnitChanged)) == 2
    assert [each.subject for each in directory.facts(events_pb2.AccessChanged)] == ["", ""]


def test_a_unit_cannot_be_below_itself(directory: Harness) -> None:
    top = register_unit(directory)
    middle = register_unit(directory, parent_id=top.id)
    low = register_unit(directory, parent_id=middle.id)
    for parent in (top, middle, low):
        fields = {"unit_id": top.id, "parent_id": parent.id}
        told = refusal(directory, "change_unit", InvalidInput, **fields)
        assert told == ("CYCLE", ["parent_id"])


def test_r22_two_units_put_below_one_another_at_once_do_not_form_a_circle(
    directory: Harness,
) -> None:
    one, two = register_unit(directory), register_unit(directory)
    outcomes = together(
        lambda: directory.call("change_unit", unit_id=one.id, parent_id=two.id),
        lambda: directory.call("change_unit", unit_id=two.id, parent_id=one.id),
    )
    assert [each.reason for each in outcomes if isinstance(each, Exception)] == ["CYCLE"]


def test_an_ended_unit_is_neither_changed_nor_a_parent(directory: Harness) -> None:
    ended, into = register_unit(directory), register_unit(directory)
    merge(directory, [ended], into)
    told = ("ILLEGAL_STATE", ["state"])
    fields = {"unit_id": ended.id, "name": "乙"}
    assert refusal(directory, "change_unit", IllegalState, **fields) == told
    below = {"unit_id": into.id, "parent_id": ended.id}
    assert refusal(directory, "change_unit", IllegalState, **below) == told
    new = unit_fields(parent_id=ended.id)
    assert refusal(directory, "register_unit", IllegalState, **new) == told


@pytest.mark.parametrize("realm", [Realm("990102"), Realm("9901", ("another",))])
def test_s5_everybody_may_know_a_unit_and_only_those_in_whose_scope_it_is_change_it(
    directory: Harness, realm: Realm
) -> None:
    unit = register_unit(directory, region_code="990101")
    officer = person("officer", realm=realm)
    assert directory.call("get_unit", user=officer, unit_id=unit.id) == unit
    for method, fields in (
        ("change_unit", {"unit_id": unit.id, "name": "改名"}),
        ("close_unit", {"unit_id": unit.id}),
        ("register_unit", unit_fields(region_code="990103")),
    ):
        assert denial(directory, method, user=officer, **fields) == "OUT_OF_SCOPE", method
    assert directory.call("get_unit", unit_id=unit.id) == unit
