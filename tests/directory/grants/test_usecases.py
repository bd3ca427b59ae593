"""What may be done with grants."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import AlreadyExists, IllegalState, InvalidInput, NotFound
from chassis.principal import Principal, Realm
from chassis.testing import Harness
from guanjia.directory.v1 import directory_pb2 as pb
from guanjia.directory.v1 import events_pb2
from tests.directory.denials import denial
from tests.directory.factories import (
    NOBODY,
    delegate,
    grant,
    merge,
    register_person,
    register_unit,
    roles_of,
)
from tests.refusals import refusal
from tests.together import together

THREE = ("system_administrator", "security_administrator", "auditor")


def grant_fields(**changes: Any) -> dict[str, Any]:
    return {"subject": "one", "role": "viewer", "region_code": "990100"} | changes


def end(directory: Harness, granted: Any, **given: Any) -> Any:
    return directory.call("end_grant", grant_id=granted.id, **given)


def test_a_grant_begins_today_and_is_told(directory: Harness) -> None:
    granted = grant(directory, "one")
    assert granted == pb.Grant(id=granted.id, etag="1", valid_from="2026-03-02", **grant_fields())
    assert directory.call("list_grants").grants == [granted]
    assert [fact.subject for fact in directory.facts()] == ["one"]


def test_a_grant_over_a_unit_takes_its_region(directory: Harness) -> None:
    unit = register_unit(directory, region_code="990101")
    granted = grant(directory, "one", unit_id=unit.id, region_code="")
    assert (granted.unit_id, granted.region_code) == (unit.id, "990101")
    city = grant(directory, "two", unit_id=unit.id, region_code="990100")
    assert city.region_code == "990100"
    fields = grant_fields(unit_id=unit.id, region_code="990102")
    told = refusal(directory, "grant_role", InvalidInput, **fields)
    assert told == ("OUTSIDE_REGION", ["unit_id"])


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"subject": " "}, "subject", "REQUIRED"),
        ({"subject": "u" * 151}, "subject", "TOO_LONG"),
        ({"role": ""}, "role", "REQUIRED"),
        ({"region_code": ""}, "region_code", "REQUIRED"),
        ({"region_code": "99"}, "region_code", "INVALID_REGION_CODE"),
        ({"unit_id": "x"}, "unit_id", "INVALID_ID"),
        ({"valid_to": "2026-03-01"}, "valid_to", "ENDS_BEFORE_START"),
        ({"valid_from": "2027-01-01", "valid_to": "2026-12-31"}, "valid_to", "ENDS_BEFORE_START"),
    ],
)
def test_a_grant_that_breaks_a_rule_is_refused_by_field(
    directory: Harness, changes: dict[str, Any], field: str, reason: str
) -> None:
    told = refusal(directory, "grant_role", InvalidInput, **grant_fields(**changes))
    assert told == (reason, [field])


@pytest.mark.parametrize("name", ["role", "unit_id"])
def test_of_what_nobody_knows_nothing_is_granted(directory: Harness, name: str) -> None:
    unknown = {"role": "unknown", "unit_id": NOBODY}
    fields = grant_fields(**{name: unknown[name]})
    told = refusal(directory, "grant_role", NotFound, **fields)
    assert told == ("NOT_FOUND", [name])


def test_nothing_is_granted_over_a_unit_that_ended(directory: Harness) -> None:
    ended, into = register_unit(directory), register_unit(directory)
    merge(directory, [ended], into)
    fields = grant_fields(unit_id=ended.id)
    told = refusal(directory, "grant_role", IllegalState, **fields)
    assert told == ("ILLEGAL_STATE", ["state"])


def test_the_same_is_granted_once_for_a_time(directory: Harness) -> None:
    grant(directory, "one", valid_to="2026-12-31")
    fields = grant_fields(valid_from="2026-12-31")
    told = refusal(directory, "grant_role", AlreadyExists, **fields)
    assert told == ("ALREADY_GRANTED", ["role"])
    grant(directory, "one", valid_from="2027-01-01")
    grant(directory, "one", region_code="990101")


def test_s6_nobody_grants_to_themself(directory: Harness) -> None:
    fields = grant_fields(subject="somebody")
    assert denial(directory, "grant_role", user="somebody", **fields) == "OWN_GRANT"


def test_nobody_grants_beyond_their_own_scope(directory: Harness) -> None:
    unit = register_unit(directory)
    unit_admin = Principal("x", scope=(Realm("9901", (unit.id,)),))
    assert denial(directory, "grant_role", user=unit_admin, **grant_fields()) == "OUT_OF_SCOPE"
    fields = grant_fields(unit_id=unit.id)
    granted = directory.call("grant_role", user=unit_admin, **fields)
    grant(directory, "two")
    assert directory.call("list_grants", user=unit_admin).grants == [granted]


def test_a_grant_ended_without_a_day_ends_at_once(directory: Harness) -> None:
    granted = grant(directory, "one", valid_from="2026-01-01")
    assert roles_of(directory, "one") == [("viewer", "")]
    assert end(directory, granted).valid_to == "2026-03-01"
    assert roles_of(directory, "one") == []
    assert [fact.subject for fact in directory.facts(events_pb2.AccessChanged)] == ["one"] * 2


def test_a_grant_counts_on_its_last_day(directory: Harness) -> None:
    granted = grant(directory, "one")
    end(directory, granted, valid_to="2026-03-02")
    assert roles_of(directory, "one") == [("viewer", "")]
    directory.clock.advance(hours=15)  # midnight in China
    assert roles_of(directory, "one") == []


def test_a_grant_that_has_not_begun_is_withdrawn_and_makes_room(directory: Harness) -> None:
    later = grant(directory, "one", "auditor", valid_from="2026-06-01")
    end(directory, later)
    grant(directory, "one", "system_administrator")
    grant(directory, "two", "auditor", valid_from="2026-06-01")
    directory.clock.advance(days=120)
    assert roles_of(directory, "one") == [("system_administrator", "")]


@pytest.mark.parametrize(
    ("day", "reason"), [("2026-02-28", "TOO_EARLY"), ("2027-01-01", "TOO_LATE")]
)
def test_a_grant_is_neither_ended_for_days_gone_by_nor_prolonged(
    directory: Harness, day: str, reason: str
) -> None:
    granted = grant(directory, "one", valid_from="2026-01-01", valid_to="2026-12-31")
    fields = {"grant_id": granted.id, "valid_to": day}
    assert refusal(directory, "end_grant", InvalidInput, **fields) == (reason, ["valid_to"])


def test_a_grant_ends_once(directory: Harness) -> None:
    granted = grant(directory, "one")
    end(directory, granted)
    told = refusal(directory, "end_grant", IllegalState, grant_id=granted.id)
    assert told == ("ILLEGAL_STATE", ["state"])
    assert refusal(directory, "end_grant", NotFound, grant_id=NOBODY)[1] == ["grant_id"]


def test_grants_are_listed_by_account_and_role(directory: Harness) -> None:
    first = grant(directory, "one")
    second = grant(directory, "one", "auditor")
    third = grant(directory, "two")
    assert directory.call("list_grants", subject="one").grants == [first, second]
    assert directory.call("list_grants", role="viewer").grants == [first, third]
    assert directory.call("list_grants", subject="two", role="auditor").grants == []


# 三员分立


@pytest.mark.parametrize("first", THREE)
@pytest.mark.parametrize("second", THREE)
def test_s6_the_three_administrators_exclude_one_another(
    directory: Harness, first: str, second: str
) -> None:
    grant(directory, "one", first)
    fields = grant_fields(role=second, region_code="990101")
    if first == second:
        directory.call("grant_role", **fields)
    else:
        told = refusal(directory, "grant_role", IllegalState, **fields)
        assert told[0] == "EXCLUSIVE_ROLES"
    grant(directory, "two", second)
    grant(directory, "one", "viewer")


@pytest.mark.parametrize(
    ("first", "last", "allowed"),
    [
        ("2026-04-01", "2026-04-30", True),
        ("2026-07-01", "", True),
        ("2026-04-01", "2026-05-01", False),
        ("2026-06-30", "", False),
        ("2026-05-10", "2026-05-10", False),
        ("2026-04-01", "", False),
        ("2020-01-01", "", False),
    ],
)
def test_s6_they_may_follow_but_not_overlap_one_another(
    directory: Harness, first: str, last: str, allowed: bool
) -> None:
    grant(directory, "one", "auditor", valid_from="2026-05-01", valid_to="2026-06-30")
    fields = grant_fields(role="system_administrator", valid_from=first, valid_to=last)
    if allowed:
        directory.call("grant_role", **fields)
    else:
        told = refusal(directory, "grant_role", IllegalState, **fields)
        assert told[0] == "EXCLUSIVE_ROLES"


def test_s6_what_the_caller_cannot_see_excludes_as_well(directory: Harness) -> None:
    grant(directory, "one", "auditor", region_code="990101")
    district = Principal("district", scope=(Realm("990102"),))
    fields = grant_fields(role="system_administrator", region_code="990102")
    told = refusal(directory, "grant_role", IllegalState, user=district, **fields)
    assert told[0] == "EXCLUSIVE_ROLES"


def test_s6_a_grant_counts_for_those_its_holder_lets_use_it(directory: Harness) -> None:
    unit = register_unit(directory)
    for subject in ("holder", "user", "third"):
        register_person(directory, unit, subject=subject)
    grant(directory, "user", "auditor")
    delegate(directory, "holder", "user")
    fields = grant_fields(subject="holder", role="system_administrator")
    told = refusal(directory, "grant_role", IllegalState, **fields)
    assert told[0] == "EXCLUSIVE_ROLES"
    directory.call("grant_role", **fields | {"valid_from": "2027-01-01"})
    grant(directory, "holder", "auditor", valid_to="2026-12-31")


def test_r22_s6_two_of_them_granted_at_once_are_granted_once(directory: Harness) -> None:
    outcomes = together(*[lambda role=role: grant(directory, "one", role) for role in THREE])
    refused = [each.reason for each in outcomes if isinstance(each, Exception)]
    assert refused == ["EXCLUSIVE_ROLES"] * 2
    assert directory.count("grants") == 1
