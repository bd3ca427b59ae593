"""What may be done with people."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.errors import AlreadyExists, Conflict, IllegalState, InvalidInput, NotFound
from chassis.principal import Principal, Realm
from chassis.testing import Harness
from guanjia.directory.v1 import directory_pb2 as pb
from guanjia.directory.v1 import events_pb2
from tests.directory.denials import denial
from tests.directory.factories import (
    NOBODY,
    grant,
    merge,
    new_id_number,
    person_fields,
    register_person,
    register_unit,
    roles_of,
)
from tests.refusals import refusal
from tests.together import together

pytestmark = pytest.mark.row("W11")

PHONE = "13800138000"


def get(directory: Harness, person: Any) -> Any:
    return directory.call("get_person", person_id=person.id)


def change(directory: Harness, person: Any, **changes: Any) -> Any:
    return directory.call("change_person", person_id=person.id, **changes)


def history(directory: Harness, person: Any) -> list[tuple[str, str, str, str]]:
    found = directory.call("list_postings", person_id=person.id).postings
    return [(each.unit_name, each.post, each.valid_from, each.valid_to) for each in found]


def test_a_person_is_registered_with_a_posting_and_is_a_fact(directory: Harness) -> None:
    unit = register_unit(directory, region_code="990101", name="甲")
    given = person_fields(unit_id=unit.id)
    created = directory.call("register_person", **given)
    assert created == pb.Person(**given, id=created.id, region_code="990101", etag=created.etag)
    assert get(directory, created) == created
    assert history(directory, created) == [("甲", "科员", "2021-07-01", "")]
    [fact] = directory.facts(events_pb2.PersonChanged)
    assert (fact.person_id, fact.subject, fact.unit_id) == (created.id, created.subject, unit.id)
    assert [each.subject for each in directory.facts(events_pb2.AccessChanged)] == [
        given["subject"]
    ]


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"name": " "}, "name", "REQUIRED"),
        ({"name": "长" * 101}, "name", "TOO_LONG"),
        ({"subject": "u" * 151}, "subject", "TOO_LONG"),
        ({"unit_id": ""}, "unit_id", "REQUIRED"),
        ({"rank": 0}, "rank", "REQUIRED"),
        ({"rank": 99}, "rank", "UNKNOWN_VALUE"),
        ({"phone": "1380013800"}, "phone", "INVALID_PHONE"),
        ({"phone": "12800138000"}, "phone", "INVALID_PHONE"),
        ({"phone": "138001380００x"}, "phone", "INVALID_PHONE"),
        ({"valid_from": "2025-02-29"}, "valid_from", "INVALID_DATE"),
        ({"valid_from": "2026-03-03"}, "valid_from", "IN_FUTURE"),
    ],
)
def test_a_person_that_breaks_a_rule_is_refused_by_field(
    directory: Harness, changes: dict[str, Any], field: str, reason: str
) -> None:
    fields = person_fields(unit_id=register_unit(directory).id) | changes
    told = refusal(directory, "register_person", InvalidInput, **fields)
    assert told == (reason, [field])


def test_r22_an_account_registered_by_four_at_once_stands_for_one_person(
    directory: Harness,
) -> None:
    unit = register_unit(directory)
    outcomes = together(*[lambda: register_person(directory, unit, subject="one")] * 4)
    refused = [each.reason for each in outcomes if isinstance(each, AlreadyExists)]
    assert refused == ["SUBJECT_TAKEN"] * 3
    assert directory.count("people") == directory.count("postings") == 1


def test_another_post_or_unit_is_a_posting_of_its_own(directory: Harness) -> None:
    first, second = register_unit(directory, name="甲"), register_unit(directory, name="乙")
    person = register_person(directory, first)
    change(directory, person, post="科长", rank="RANK_SECTION_HEAD", valid_from="2024-02-29")
    moved = change(directory, person, unit_id=second.id, valid_from="2026-01-01")
    assert (moved.unit_id, moved.post, moved.rank) == (second.id, "科长", pb.RANK_SECTION_HEAD)
    assert moved.valid_from == "2021-07-01"
    assert history(directory, person) == [
        ("甲", "科员", "2021-07-01", "2024-02-28"),
        ("甲", "科长", "2024-02-29", "2025-12-31"),
        ("乙", "科长", "2026-01-01", ""),
    ]
    assert len(directory.facts(events_pb2.PersonChanged)) == 3


@pytest.mark.row("P06")
def test_a_posting_keeps_the_name_the_unit_had(directory: Harness) -> None:
    unit = register_unit(directory, name="甲")
    person = register_person(directory, unit)
    directory.call("change_unit", unit_id=unit.id, name="乙")
    change(directory, person, post="科长")
    assert [each[0] for each in history(directory, person)] == ["甲", "乙"]


def test_a_posting_corrected_on_its_first_day_leaves_none_behind(directory: Harness) -> None:
    person = register_person(directory)
    change(directory, person, post="科长", valid_from="2021-07-01")
    assert [each[1:] for each in history(directory, person)] == [("科长", "2021-07-01", "")]


@pytest.mark.parametrize(
    ("day", "reason"), [("2021-06-30", "TOO_EARLY"), ("2026-03-03", "IN_FUTURE")]
)
def test_a_posting_begins_neither_before_the_last_nor_ahead(
    directory: Harness, day: str, reason: str
) -> None:
    fields = {"person_id": register_person(directory).id, "post": "科长", "valid_from": day}
    told = refusal(directory, "change_person", InvalidInput, **fields)
    assert told == (reason, ["valid_from"])


def test_name_account_and_numbers_change_without_a_posting(directory: Harness) -> None:
    person = register_person(directory, subject="old", phone=PHONE)
    changed = change(directory, person, name="林夏", subject="new", phone="", id_number="")
    assert (changed.name, changed.subject, changed.phone) == ("林夏", "new", "")
    assert len(history(directory, person)) == 1
    assert directory.facts(events_pb2.PersonChanged)[-1].name == "林夏"
    concerned = [each.subject for each in directory.facts(events_pb2.AccessChanged)]
    assert concerned == ["old", "new", "old"]


def test_what_is_the_same_is_no_fact(directory: Harness) -> None:
    person = register_person(directory, phone=PHONE)
    before = len(directory.facts())
    assert change(directory, person, name=person.name, phone=PHONE, post=person.post) == person
    assert len(directory.facts()) == before


def test_somebody_who_left_stays_on_record_and_makes_room(directory: Harness) -> None:
    number = new_id_number()
    person = register_person(directory, id_number=number)
    left = directory.call("end_person", person_id=person.id, valid_to="2025-12-31")
    assert left.valid_to == "2025-12-31"
    assert history(directory, person)[-1][-1] == "2025-12-31"
    assert directory.facts(events_pb2.PersonChanged)[-1].valid_to == "2025-12-31"
    again = register_person(
        directory, subject=person.subject, id_number=number, valid_from="2026-01-01"
    )
    assert again.id != person.id
    told = ("ILLEGAL_STATE", ["state"])
    fields = {"person_id": person.id}
    assert refusal(directory, "end_person", IllegalState, **fields) == told
    assert refusal(directory, "change_person", IllegalState, name="乙", **fields) == told


@pytest.mark.parametrize(
    ("day", "reason"), [("2021-06-30", "TOO_EARLY"), ("2026-03-03", "IN_FUTURE")]
)
def test_somebody_leaves_within_their_time(directory: Harness, day: str, reason: str) -> None:
    fields = {"person_id": register_person(directory).id, "valid_to": day}
    assert refusal(directory, "end_person", InvalidInput, **fields) == (reason, ["valid_to"])


def test_nobody_serves_a_unit_that_is_unknown_or_has_ended(directory: Harness) -> None:
    fields = person_fields(unit_id=NOBODY)
    told = refusal(directory, "register_person", NotFound, **fields)
    assert told == ("NOT_FOUND", ["unit_id"])
    ended, into = register_unit(directory), register_unit(directory)
    person = register_person(directory, into)
    merge(directory, [ended], into)
    told = refusal(directory, "register_person", IllegalState, **fields | {"unit_id": ended.id})
    assert told == ("ILLEGAL_STATE", ["state"])
    moving = {"person_id": person.id, "unit_id": ended.id}
    told = refusal(directory, "change_person", IllegalState, **moving)
    assert told == ("ILLEGAL_STATE", ["state"])


def test_a_person_nobody_registered_is_not_found(directory: Harness) -> None:
    for method in ("get_person", "reveal_person", "list_postings", "end_person"):
        told = refusal(directory, method, NotFound, person_id=NOBODY)
        assert told == ("NOT_FOUND", ["person_id"])


def test_r22_a_person_somebody_changed_is_refused(directory: Harness) -> None:
    person = register_person(directory)
    change(directory, person, name="甲")
    stale = {"person_id": person.id, "etag": person.etag, "name": "乙"}
    assert refusal(directory, "change_person", Conflict, **stale) == ("STALE", ["etag"])


def test_people_are_listed_by_unit_region_and_account(directory: Harness) -> None:
    units = [register_unit(directory, region_code=code) for code in ("990101", "990102")]
    one, two = (register_person(directory, unit) for unit in units)
    gone = register_person(directory, units[0])
    directory.call("end_person", person_id=gone.id, valid_to="2026-03-01")
    last_day = register_person(directory, units[0])
    directory.call("end_person", person_id=last_day.id)

    def ids(**filters: Any) -> list[str]:
        return [each.id for each in directory.call("list_people", **filters).people]

    assert ids() == [one.id, two.id, last_day.id]
    assert ids(unit_id=units[1].id) == [two.id]
    assert ids(region_code="990101") == [one.id, last_day.id]
    assert ids(region_code="990100", include_ended=True) == [one.id, two.id, gone.id, last_day.id]
    assert ids(subject=two.subject) == [two.id]
    directory.clock.at = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)  # midnight in China
    assert ids() == [one.id, two.id]


def test_people_out_of_scope_are_neither_seen_nor_touched(directory: Harness) -> None:
    near, far = (register_unit(directory, region_code=code) for code in ("990101", "990102"))
    mine, other = register_person(directory, near), register_person(directory, far)
    district = Principal("district", scope=(Realm("990101"),))
    listed = directory.call("list_people", user=district).people
    assert [each.id for each in listed] == [mine.id]
    for method in ("get_person", "reveal_person", "list_postings", "end_person"):
        told = refusal(directory, method, NotFound, user=district, person_id=other.id)
        assert told == ("NOT_FOUND", ["person_id"])
    fields = person_fields(unit_id=far.id)
    assert denial(directory, "register_person", user=district, **fields) == "OUT_OF_SCOPE"
    moving = {"person_id": mine.id, "unit_id": far.id}
    assert denial(directory, "change_person", user=district, **moving) == "OUT_OF_SCOPE"


def test_an_account_with_rights_is_not_left_without_its_person(directory: Harness) -> None:
    person = register_person(directory)
    granted = grant(directory, person.subject)
    fields = {"person_id": person.id, "subject": "new"}
    assert refusal(directory, "change_person", IllegalState, **fields)[0] == "STILL_GRANTED"
    directory.call("end_grant", grant_id=granted.id)
    assert change(directory, person, subject="new").subject == "new"
    assert roles_of(directory, person.subject) == []
