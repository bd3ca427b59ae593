"""What may be done with delegations."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import IllegalState, InvalidInput, NotFound
from chassis.principal import Principal, Realm
from chassis.testing import Harness
from guanjia.directory.v1 import events_pb2
from tests.directory.denials import denial
from tests.directory.factories import (
    NOBODY,
    delegate,
    grant,
    register_person,
    register_unit,
    roles_of,
)
from tests.people import person
from tests.refusals import refusal
from tests.together import together


@pytest.fixture
def staff(directory: Harness) -> dict[str, Any]:
    """Three people of one unit, of whom the head holds a role."""
    unit = register_unit(directory, region_code="990101")
    people = {
        subject: register_person(directory, unit, subject=subject)
        for subject in ("head", "deputy", "aide")
    }
    grant(directory, "head", "unit_head", unit_id=unit.id)
    return people


def fields(**changes: Any) -> dict[str, Any]:
    return {"from_subject": "head", "to_subject": "deputy", "valid_to": "2026-12-31"} | changes


def test_rights_are_delegated_for_a_time_and_come_back(
    directory: Harness, staff: dict[str, Any]
) -> None:
    delegate(directory, "head", "deputy", valid_from="2026-03-03", valid_to="2026-03-04")
    seen = []
    for _ in range(4):
        seen.append(roles_of(directory, "deputy"))
        directory.clock.advance(days=1)
    assert seen == [[], [("unit_head", "head")], [("unit_head", "head")], []]
    assert roles_of(directory, "head") == [("unit_head", "")]


def test_a_delegation_belongs_where_the_one_who_delegates_does(
    directory: Harness, staff: dict[str, Any]
) -> None:
    given = delegate(directory, "head", "deputy")
    assert (given.region_code, given.unit_id) == ("990101", staff["head"].unit_id)
    assert directory.facts(events_pb2.AccessChanged)[-1].subject == "deputy"
    near = Principal("near", scope=(Realm("990101"),))
    far = Principal("far", scope=(Realm("990102"),))
    assert directory.call("list_delegations", user=near).delegations == [given]
    assert directory.call("list_delegations", user=far).delegations == []
    told = refusal(directory, "end_delegation", NotFound, user=far, delegation_id=given.id)
    assert told == ("NOT_FOUND", ["delegation_id"])


def test_the_caller_delegates_their_own_unless_another_is_named(
    directory: Harness, staff: dict[str, Any]
) -> None:
    given = fields()
    del given["from_subject"]
    own = directory.call("delegate_rights", user="head", **given)
    assert own.from_subject == "head"
    told = refusal(directory, "delegate_rights", NotFound, **given)
    assert told == ("NOT_FOUND", ["from_subject"])


def test_one_role_is_delegated_or_all(directory: Harness, staff: dict[str, Any]) -> None:
    grant(directory, "head", "viewer")
    delegate(directory, "head", "deputy", role="viewer")
    delegate(directory, "head", "aide")
    assert roles_of(directory, "deputy") == [("viewer", "head")]
    assert roles_of(directory, "aide") == [("unit_head", "head"), ("viewer", "head")]


def test_what_is_delegated_twice_is_held_once(directory: Harness, staff: dict[str, Any]) -> None:
    delegate(directory, "head", "deputy", role="unit_head")
    delegate(directory, "head", "deputy")
    assert roles_of(directory, "deputy") == [("unit_head", "head")]


def test_what_is_delegated_is_not_delegated_on(directory: Harness, staff: dict[str, Any]) -> None:
    delegate(directory, "head", "deputy")
    delegate(directory, "deputy", "aide")
    assert roles_of(directory, "aide") == []


def test_own_rights_stand_before_those_of_others(directory: Harness, staff: dict[str, Any]) -> None:
    delegate(directory, "head", "deputy")
    grant(directory, "deputy", "viewer")
    assert roles_of(directory, "deputy") == [("viewer", ""), ("unit_head", "head")]


def test_nothing_is_delegated_by_somebody_who_left_or_to_them(
    directory: Harness, staff: dict[str, Any]
) -> None:
    delegate(directory, "head", "deputy")
    delegate(directory, "head", "aide")
    directory.call("end_person", person_id=staff["aide"].id, valid_to="2026-03-01")
    assert roles_of(directory, "aide") == []
    directory.call("end_person", person_id=staff["head"].id, valid_to="2026-03-01")
    assert roles_of(directory, "deputy") == []
    for named, told in (("head", "from_subject"), ("aide", "to_subject")):
        given = fields(from_subject="deputy", to_subject="deputy") | {told: named}
        assert refusal(directory, "assign_delegation", NotFound, **given) == ("NOT_FOUND", [told])


def test_a_right_that_ends_ends_for_all_who_use_it_and_they_are_told(
    directory: Harness, staff: dict[str, Any]
) -> None:
    delegate(directory, "head", "deputy")
    [granted] = directory.call("list_grants", subject="head").grants
    directory.call("end_grant", grant_id=granted.id)
    assert roles_of(directory, "deputy") == []
    assert directory.facts(events_pb2.AccessChanged)[-1].subject == ""


def test_what_was_delegated_to_an_account_that_changed_hands_is_gone(
    directory: Harness, staff: dict[str, Any]
) -> None:
    delegate(directory, "head", "deputy")
    directory.call("change_person", person_id=staff["deputy"].id, subject="renamed")
    assert roles_of(directory, "deputy") == []


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"to_subject": ""}, "to_subject", "REQUIRED"),
        ({"to_subject": "head"}, "to_subject", "SAME_SUBJECT"),
        ({"valid_to": ""}, "valid_to", "REQUIRED"),
        ({"valid_to": "2026-03-01"}, "valid_to", "ENDS_BEFORE_START"),
        ({"valid_to": "2027-02-29"}, "valid_to", "INVALID_DATE"),
        ({"role": "Unit Head"}, "role", "INVALID_NAME"),
    ],
)
def test_a_delegation_that_breaks_a_rule_is_refused_by_field(
    directory: Harness, staff: dict[str, Any], changes: dict[str, Any], field: str, reason: str
) -> None:
    told = refusal(directory, "assign_delegation", InvalidInput, **fields(**changes))
    assert told == (reason, [field])


@pytest.mark.parametrize("name", ["from_subject", "to_subject", "role"])
def test_what_nobody_knows_is_not_delegated(
    directory: Harness, staff: dict[str, Any], name: str
) -> None:
    told = refusal(directory, "assign_delegation", NotFound, **fields(**{name: "unknown"}))
    assert told == ("NOT_FOUND", [name])


def test_s6_nobody_takes_anothers_rights_themself(
    directory: Harness, staff: dict[str, Any]
) -> None:
    assert denial(directory, "assign_delegation", user="deputy", **fields()) == "OWN_GRANT"


def test_a_delegation_ends_at_once_or_on_a_day_and_once(
    directory: Harness, staff: dict[str, Any]
) -> None:
    given = delegate(directory, "head", "deputy")
    ending = {"delegation_id": given.id}
    directory.call("end_delegation", valid_to="2026-03-02", **ending)
    assert roles_of(directory, "deputy") == [("unit_head", "head")]
    assert directory.call("end_delegation", **ending).valid_to == "2026-03-01"
    assert roles_of(directory, "deputy") == []
    told = refusal(directory, "end_delegation", IllegalState, **ending)
    assert told == ("ILLEGAL_STATE", ["state"])
    told = refusal(directory, "end_delegation", NotFound, delegation_id=NOBODY)
    assert told == ("NOT_FOUND", ["delegation_id"])


def test_delegations_are_listed_by_either_side(directory: Harness, staff: dict[str, Any]) -> None:
    first = delegate(directory, "head", "deputy")
    second = delegate(directory, "head", "aide")
    assert directory.call("list_delegations", from_subject="head").delegations == [first, second]
    assert directory.call("list_delegations", to_subject="aide").delegations == [second]


# 三员分立


@pytest.mark.parametrize(
    ("changes", "allowed"),
    [
        ({}, False),
        ({"role": "auditor"}, False),
        ({"role": "unit_head"}, True),
        ({"valid_from": "2026-06-30"}, False),
        ({"valid_from": "2026-07-01"}, True),
        ({"valid_from": "2026-03-02", "valid_to": "2026-04-30"}, True),
        ({"valid_from": "2026-03-02", "valid_to": "2026-05-01"}, False),
    ],
)
def test_s6_delegation_does_not_bring_two_administrators_together(
    directory: Harness, staff: dict[str, Any], changes: dict[str, Any], allowed: bool
) -> None:
    grant(directory, "head", "auditor", valid_from="2026-05-01", valid_to="2026-06-30")
    grant(directory, "deputy", "system_administrator")
    if allowed:
        directory.call("assign_delegation", **fields(**changes))
    else:
        told = refusal(directory, "assign_delegation", IllegalState, **fields(**changes))
        assert told[0] == "EXCLUSIVE_ROLES"


def test_s6_two_delegations_do_not_bring_two_administrators_together(
    directory: Harness, staff: dict[str, Any]
) -> None:
    grant(directory, "head", "auditor")
    grant(directory, "aide", "system_administrator")
    delegate(directory, "head", "deputy")
    given = fields(from_subject="aide")
    told = refusal(directory, "assign_delegation", IllegalState, **given)
    assert told[0] == "EXCLUSIVE_ROLES"


def test_r22_s6_two_of_them_delegated_at_once_are_delegated_once(
    directory: Harness, staff: dict[str, Any]
) -> None:
    grant(directory, "head", "auditor")
    grant(directory, "aide", "system_administrator")
    outcomes = together(
        lambda: delegate(directory, "head", "deputy"),
        lambda: delegate(directory, "aide", "deputy"),
    )
    refused = [each.reason for each in outcomes if isinstance(each, Exception)]
    assert refused == ["EXCLUSIVE_ROLES"]


def test_s4_rights_of_others_are_lent_by_those_only_whose_scope_is_all(
    directory: Harness, staff: dict[str, Any]
) -> None:
    officer = person("officer", realm=Realm("990101"))
    assert denial(directory, "assign_delegation", user=officer, **fields()) == "OUT_OF_SCOPE"
    assert directory.call("assign_delegation", user=person("officer"), **fields()).id


def test_s6_nobody_gives_rights_to_the_one_they_stand_in_for(
    directory: Harness, staff: dict[str, Any]
) -> None:
    stand_in = person("officer", "security_administrator", on_behalf_of="aide")
    request = fields(from_subject="head", to_subject="aide")
    assert denial(directory, "assign_delegation", user=stand_in, **request) == "OWN_GRANT"
    granted = {"subject": "aide", "role": "viewer", "region_code": "990100"}
    assert denial(directory, "grant_role", user=stand_in, **granted) == "OWN_GRANT"
