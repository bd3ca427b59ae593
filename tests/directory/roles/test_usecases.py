"""What may be done with roles."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import InvalidInput
from chassis.principal import EVERYWHERE, HeldRole, Principal, Realm
from chassis.testing import Harness
from guanjia.directory.v1 import events_pb2
from tests.directory.denials import denial
from tests.directory.factories import access, delegate, grant, register_person
from tests.people import person
from tests.refusals import refusal
from tests.together import together


def define(directory: Harness, **changes: Any) -> Any:
    return directory.call("define_role", **role_fields(**changes))


def role_fields(**changes: Any) -> dict[str, Any]:
    return {
        "code": "inspector",
        "name": "督查员",
        "permissions": ["housing.properties.get", "warehouse.items.*"],
    } | changes


def definitions(directory: Harness, code: str) -> list[tuple[str, str, str]]:
    found = directory.call("list_roles", page_size=500).roles
    return [(each.name, each.valid_from, each.valid_to) for each in found if each.code == code]


def permissions(directory: Harness, subject: str) -> list[list[str]]:
    return [list(each.permissions) for each in access(directory, subject).roles]


def test_the_standard_roles_come_with_the_schema(directory: Harness) -> None:
    roles = {each.code: each for each in directory.call("list_roles", page_size=500).roles}
    assert len(roles) == 11
    for role in roles.values():
        assert role.valid_from == "2000-01-01"
        for noun in ("units", "regions", "calendar"):
            allowed = {f"directory.{noun}.get", f"directory.{noun}.*"}
            assert allowed & set(role.permissions), role.code


def test_the_three_administrators_share_no_power(directory: Harness) -> None:
    roles = {each.code: each for each in directory.call("list_roles", page_size=500).roles}
    three = ("system_administrator", "security_administrator", "auditor")
    acts = [
        {each for each in roles[code].permissions if not each.endswith((".get", ".list"))}
        for code in three
    ]
    assert not acts[0] & acts[1] | acts[0] & acts[2] | acts[1] & acts[2]


def test_a_role_is_defined_from_today_on_and_concerns_everybody(directory: Harness) -> None:
    defined = define(directory)
    assert (defined.valid_from, defined.valid_to) == ("2026-03-02", "")
    assert [fact.subject for fact in directory.facts(events_pb2.AccessChanged)] == [""]


def test_what_a_role_permitted_before_stays_on_record(directory: Harness) -> None:
    define(directory, valid_from="2024-02-29")
    changed = role_fields(name="巡查员", permissions=["housing.*"])
    told = refusal(directory, "define_role", InvalidInput, **changed, valid_from="2026-03-01")
    assert told == ("IN_PAST", ["valid_from"])
    define(directory, **changed, valid_from="2026-03-02")
    assert definitions(directory, "inspector") == [
        ("督查员", "2024-02-29", "2026-03-01"),
        ("巡查员", "2026-03-02", ""),
    ]
    grant(directory, "one", "inspector")
    assert permissions(directory, "one") == [["housing.*"]]


def test_a_definition_of_the_same_day_is_corrected(directory: Harness) -> None:
    define(directory)
    define(directory, name="巡查员")
    assert [each[0] for each in definitions(directory, "inspector")] == ["巡查员"]


def test_a_role_changes_on_its_day(directory: Harness) -> None:
    define(directory)
    define(directory, permissions=["housing.*"], valid_from="2026-03-03")
    grant(directory, "one", "inspector")
    assert permissions(directory, "one") != [["housing.*"]]
    directory.clock.advance(days=1)
    assert permissions(directory, "one") == [["housing.*"]]


def test_a_role_that_ended_permits_nothing(directory: Harness) -> None:
    define(directory, valid_to="2026-03-02")
    grant(directory, "one", "inspector")
    assert len(permissions(directory, "one")) == 1
    directory.clock.advance(days=1)
    assert permissions(directory, "one") == []


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"code": ""}, "code", "REQUIRED"),
        ({"code": "Inspector"}, "code", "INVALID_NAME"),
        ({"code": "督查"}, "code", "INVALID_NAME"),
        ({"name": ""}, "name", "REQUIRED"),
        ({"permissions": []}, "permissions", "REQUIRED"),
        ({"permissions": ["*", "*"]}, "permissions", "DUPLICATE"),
        ({"permissions": ["*"] * 201}, "permissions", "TOO_MANY"),
        ({"permissions": ["*", "housing"]}, "permissions.1", "INVALID_PERMISSION"),
        ({"permissions": ["*.get"]}, "permissions.0", "INVALID_PERMISSION"),
        ({"permissions": ["housing.*.get"]}, "permissions.0", "INVALID_PERMISSION"),
        ({"permissions": ["a.b.c d"]}, "permissions.0", "INVALID_PERMISSION"),
        ({"valid_to": "2026-03-01"}, "valid_to", "ENDS_BEFORE_START"),
    ],
)
def test_a_role_that_breaks_a_rule_is_refused_by_field(
    directory: Harness, changes: dict[str, Any], field: str, reason: str
) -> None:
    told = refusal(directory, "define_role", InvalidInput, **role_fields(**changes))
    assert told == (reason, [field])


def test_what_is_on_record_is_not_defined_over(directory: Harness) -> None:
    define(directory, valid_from="2026-03-10")
    fields = role_fields(valid_from="2026-03-05")
    assert refusal(directory, "define_role", InvalidInput, **fields) == (
        "TOO_EARLY",
        ["valid_from"],
    )


def test_s6_nobody_changes_a_role_they_hold(directory: Harness) -> None:
    held = (HeldRole("security_administrator"),)
    somebody = Principal("somebody", scope=EVERYWHERE, roles=held)
    fields = role_fields(code="security_administrator", permissions=["directory.roles.*"])
    assert denial(directory, "define_role", user=somebody, **fields) == "OWN_ROLE"
    directory.call("define_role", user=somebody, **role_fields())


@pytest.mark.parametrize("lent", [True, False])
def test_s6_nobody_changes_a_role_they_will_hold_or_may_use(directory: Harness, lent: bool) -> None:
    define(directory)
    officer = person("officer", "security_administrator")
    if lent:
        for subject in ("officer", "chief"):
            register_person(directory, subject=subject)
        delegate(directory, "chief", "officer", valid_from="2026-03-05")
    else:
        grant(directory, "officer", "inspector", valid_from="2026-03-05")
    assert denial(directory, "define_role", user=officer, **role_fields()) == "OWN_ROLE"


@pytest.mark.parametrize(
    "pattern", ["*", "directory.*", "directory.grants.*", "audit.entries.list", "audit.*"]
)
def test_s6_rights_over_rights_and_over_the_trail_are_not_given_to_other_roles(
    directory: Harness, pattern: str
) -> None:
    told = refusal(directory, "define_role", InvalidInput, **role_fields(permissions=[pattern]))
    assert told == ("RESERVED_PERMISSION", ["permissions"])


def test_s4_a_role_is_defined_for_all_by_those_only_whose_scope_is_all(directory: Harness) -> None:
    officer = person("officer", realm=Realm("990101"))
    assert denial(directory, "define_role", user=officer, **role_fields()) == "OUT_OF_SCOPE"


def test_r22_a_role_defined_by_four_at_once_is_defined_once(directory: Harness) -> None:
    together(*[lambda: define(directory)] * 4)
    assert len(definitions(directory, "inspector")) == 1
