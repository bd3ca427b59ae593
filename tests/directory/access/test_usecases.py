"""Who a subject is and what they may do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.errors import IllegalState, InvalidInput
from chassis.testing import Harness
from guanjia.directory.v1 import directory_pb2 as pb
from guanjia.directory.v1 import events_pb2
from tests.directory.factories import (
    access,
    full_width,
    grant,
    merge,
    register_person,
    register_unit,
    roles_of,
)
from tests.refusals import refusal

pytestmark = pytest.mark.row("W11")


def units_of(directory: Harness, subject: str) -> list[list[str]]:
    return [list(each.unit_ids) for each in access(directory, subject).roles]


def ids(*units: Any) -> list[str]:
    return sorted(each.id for each in units)


def test_access_says_who_somebody_is_and_what_they_may_do(directory: Harness) -> None:
    unit = register_unit(directory, region_code="990101", name="甲")
    register_person(directory, unit, subject="one", name="林知夏")
    grant(directory, "one", "auditor")
    [role] = [
        each for each in directory.call("list_roles", page_size=500).roles if each.code == "auditor"
    ]
    held = pb.HeldRole(role="auditor", permissions=role.permissions, region_code="990100")
    assert access(directory, "one") == pb.Access(
        subject="one",
        name="林知夏",
        unit_id=unit.id,
        unit_name="甲",
        region_code="990101",
        roles=[held],
    )


def test_a_subject_nobody_knows_has_no_roles(directory: Harness) -> None:
    assert access(directory, "nobody") == pb.Access(subject="nobody")


def test_somebody_without_an_account_is_no_subject(directory: Harness) -> None:
    register_person(directory, subject="")
    told = refusal(directory, "resolve_access", InvalidInput, subject="")
    assert told == ("REQUIRED", ["subject"])


def test_an_account_that_only_looks_the_same_is_another(directory: Harness) -> None:
    grant(directory, "admin", "system_administrator")
    for other in ("Admin", " admin", full_width("admin")):
        assert roles_of(directory, other) == []


def test_a_system_without_a_person_has_what_was_granted(directory: Harness) -> None:
    grant(directory, "CN=province", "platform")
    assert roles_of(directory, "CN=province") == [("platform", "")]


def test_somebody_who_left_has_no_rights_whatever_was_granted(directory: Harness) -> None:
    person = register_person(directory, subject="one")
    grant(directory, "one", "viewer")
    directory.call("end_person", person_id=person.id)
    assert roles_of(directory, "one") == [("viewer", "")]
    directory.clock.at = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)  # midnight in China
    assert access(directory, "one") == pb.Access(subject="one")
    assert directory.facts(events_pb2.AccessChanged)[-1].subject == "one"


def test_somebody_who_came_back_is_present(directory: Harness) -> None:
    person = register_person(directory, subject="one")
    granted = grant(directory, "one", "viewer")
    directory.call("end_person", person_id=person.id, valid_to="2026-03-01")
    directory.call("end_grant", grant_id=granted.id)
    again = register_person(directory, subject="one", valid_from="2026-03-02")
    assert access(directory, "one").unit_id == again.unit_id
    assert roles_of(directory, "one") == []


def test_an_account_with_rights_left_over_is_not_given_to_anybody(directory: Harness) -> None:
    person = register_person(directory, subject="one")
    grant(directory, "one", "viewer")
    directory.call("end_person", person_id=person.id, valid_to="2026-03-01")
    with pytest.raises(IllegalState) as refused:
        register_person(directory, subject="one", valid_from="2026-03-02")
    assert refused.value.reason == "STILL_GRANTED"


def test_a_grant_counts_from_its_first_to_its_last_day_in_china(directory: Harness) -> None:
    grant(directory, "one", valid_from="2026-12-31", valid_to="2027-01-01")
    days = {
        datetime(2026, 12, 30, 15, 59, 59, tzinfo=UTC): 0,
        datetime(2026, 12, 30, 16, 0, tzinfo=UTC): 1,
        datetime(2027, 1, 1, 15, 59, 59, tzinfo=UTC): 1,
        datetime(2027, 1, 1, 16, 0, tzinfo=UTC): 0,
    }
    for moment, count in days.items():
        directory.clock.at = moment
        assert len(roles_of(directory, "one")) == count, moment


def test_a_grant_over_a_unit_covers_what_is_below_it(directory: Harness) -> None:
    top = register_unit(directory)
    below = register_unit(directory, parent_id=top.id)
    lowest = register_unit(directory, parent_id=below.id)
    register_unit(directory)
    grant(directory, "one", unit_id=top.id)
    grant(directory, "two", unit_id=lowest.id)
    grant(directory, "three")
    assert units_of(directory, "one") == [ids(top, below, lowest)]
    assert units_of(directory, "two") == [ids(lowest)]
    assert units_of(directory, "three") == [[]]


def test_a_grant_over_a_unit_covers_what_was_merged_into_it(directory: Harness) -> None:
    first, second, heir = (register_unit(directory) for _ in range(3))
    merge(directory, [first], second, valid_from="2025-01-01")
    merge(directory, [second], heir, valid_from="2026-01-01")
    grant(directory, "one", unit_id=heir.id)
    assert units_of(directory, "one") == [ids(first, second, heir)]


def test_a_role_held_over_two_units_is_two_rights(directory: Harness) -> None:
    one, two = register_unit(directory), register_unit(directory)
    for unit in (one, two):
        grant(directory, "somebody", unit_id=unit.id)
    assert units_of(directory, "somebody") == [ids(one), ids(two)]
