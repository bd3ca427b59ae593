"""What may be done with units."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import AlreadyExists, Conflict, InvalidInput, NotFound
from chassis.testing import Harness
from guanjia.directory.v1 import directory_pb2 as pb
from guanjia.directory.v1 import events_pb2
from tests.directory.factories import new_uscc, register_unit, unit_fields
from tests.refusals import refusal
from tests.together import together

NOBODY = "0190b6e0-7d5c-7a3e-8f00-0123456789ab"
pytestmark = pytest.mark.row("W11")


def full_width(text: str) -> str:
    return "".join(chr(ord(each) + 0xFEE0) for each in text)


def test_a_unit_is_registered_as_it_was_given_and_is_a_fact(directory: Harness) -> None:
    parent = register_unit(directory)
    given = unit_fields(parent_id=parent.id)
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
