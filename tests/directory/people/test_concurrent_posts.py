"""Posts beside the main one (兼任)."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import AlreadyExists, Conflict, IllegalState, InvalidInput, NotFound
from chassis.principal import Principal, Realm
from chassis.testing import Harness
from guanjia.directory.v1 import directory_pb2 as pb
from tests.directory.denials import denial
from tests.directory.factories import (
    NOBODY,
    merge,
    register_person,
)
from tests.directory.people.posts import add, concurrent, end, history, post_fields, postings, told
from tests.refusals import refusal
from tests.together import together

pytestmark = pytest.mark.row("W11")


def test_a_person_with_two_posts_in_two_units_stays_with_the_main_one(
    directory: Harness, units: list[Any]
) -> None:
    person = register_person(directory, units[0])
    after = add(directory, person, units[1])
    assert (after.unit_id, after.region_code) == (units[0].id, "990101")
    assert (after.post, after.rank) == ("科员", pb.RANK_STAFF)
    assert int(after.etag) == int(person.etag) + 1
    assert history(directory, person) == [
        ("甲", "科员", "2021-07-01", "", False),
        ("乙", "顾问", "2025-01-01", "", True),
    ]
    assert told(directory) == [
        ("990101", "科员", pb.RANK_STAFF, "2021-07-01", "", False),
        ("990102", "顾问", pb.RANK_DIVISION_DEPUTY, "2025-01-01", "", True),
    ]


def test_further_posts_may_be_in_the_same_unit_and_begin_on_the_same_day(
    directory: Harness, units: list[Any]
) -> None:
    person = register_person(directory, units[0], valid_from="2025-01-01")
    add(directory, person, units[0])
    add(directory, person, units[0], post="工会主席")
    assert sorted(each.post for each in postings(directory, person)) == [
        "工会主席",
        "科员",
        "顾问",
    ]


def test_a_post_is_not_held_twice_at_a_time(directory: Harness, units: list[Any]) -> None:
    person = register_person(directory, units[0])
    add(directory, person, units[1])
    said = ("POST_HELD", ["post"])
    for day in ("2024-12-31", "2025-01-01", "2026-03-02"):
        fields = post_fields(person, units[1], valid_from=day)
        assert refusal(directory, "add_concurrent_post", AlreadyExists, **fields) == said
    as_main = post_fields(person, units[0], post="科员")
    assert refusal(directory, "add_concurrent_post", AlreadyExists, **as_main) == said


def test_a_post_that_ended_may_be_held_again_from_the_next_day_on(
    directory: Harness, units: list[Any]
) -> None:
    person = register_person(directory, units[0])
    add(directory, person, units[1])
    end(directory, person, concurrent(directory, person), valid_to="2025-12-31")
    on_last_day = post_fields(person, units[1], valid_from="2025-12-31")
    said = refusal(directory, "add_concurrent_post", AlreadyExists, **on_last_day)
    assert said == ("POST_HELD", ["post"])
    add(directory, person, units[1], valid_from="2026-01-01")
    assert history(directory, person)[1:] == [
        ("乙", "顾问", "2025-01-01", "2025-12-31", True),
        ("乙", "顾问", "2026-01-01", "", True),
    ]


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"person_id": ""}, "person_id", "REQUIRED"),
        ({"unit_id": "x"}, "unit_id", "INVALID_ID"),
        ({"post": " "}, "post", "REQUIRED"),
        ({"post": "长" * 101}, "post", "TOO_LONG"),
        ({"rank": 0}, "rank", "REQUIRED"),
        ({"rank": 99}, "rank", "UNKNOWN_VALUE"),
        ({"valid_from": "2025-02-29"}, "valid_from", "INVALID_DATE"),
        ({"valid_from": "2021-06-30"}, "valid_from", "TOO_EARLY"),
        ({"valid_from": "2026-03-03"}, "valid_from", "IN_FUTURE"),
    ],
)
def test_a_post_that_breaks_a_rule_is_refused_by_field(
    directory: Harness, units: list[Any], changes: dict[str, Any], field: str, reason: str
) -> None:
    fields = post_fields(register_person(directory, units[0]), units[1]) | changes
    said = refusal(directory, "add_concurrent_post", InvalidInput, **fields)
    assert said == (reason, [field])


def test_a_concurrent_post_ends_with_the_31st_of_december(
    directory: Harness, units: list[Any]
) -> None:
    person = register_person(directory, units[0])
    add(directory, person, units[1])
    end(directory, person, concurrent(directory, person), valid_to="2025-12-31")
    assert concurrent(directory, person).valid_to == "2025-12-31"
    assert told(directory)[1][3:] == ("2025-01-01", "2025-12-31", True)
    assert told(directory)[0][3:] == ("2021-07-01", "", False)


@pytest.mark.parametrize(
    ("day", "reason"), [("2024-12-31", "TOO_EARLY"), ("2026-03-03", "IN_FUTURE")]
)
def test_a_concurrent_post_ends_within_its_time(
    directory: Harness, units: list[Any], day: str, reason: str
) -> None:
    person = register_person(directory, units[0])
    add(directory, person, units[1])
    fields = {
        "person_id": person.id,
        "posting_id": concurrent(directory, person).id,
        "valid_to": day,
    }
    said = refusal(directory, "end_concurrent_post", InvalidInput, **fields)
    assert said == (reason, ["valid_to"])


def test_neither_the_main_posting_nor_an_ended_or_foreign_one_is_ended(
    directory: Harness, units: list[Any]
) -> None:
    person, other = (register_person(directory, units[0]) for _ in range(2))
    add(directory, person, units[1])
    theirs = concurrent(directory, person)
    [main] = [each for each in postings(directory, person) if not each.concurrent]
    fields = {"person_id": person.id, "posting_id": main.id}
    assert refusal(directory, "end_concurrent_post", IllegalState, **fields) == (
        "MAIN_POSTING",
        [],
    )
    for owner, id in ((other, theirs.id), (person, NOBODY)):
        fields = {"person_id": owner.id, "posting_id": id}
        said = refusal(directory, "end_concurrent_post", NotFound, **fields)
        assert said == ("NOT_FOUND", ["posting_id"])
    end(directory, person, theirs)
    fields = {"person_id": person.id, "posting_id": theirs.id}
    said = refusal(directory, "end_concurrent_post", IllegalState, **fields)
    assert said == ("ILLEGAL_STATE", ["state"])


def test_who_leaves_leaves_every_post_on_the_same_last_day(
    directory: Harness, units: list[Any]
) -> None:
    person = register_person(directory, units[0])
    for post in ("顾问", "委员", "主席"):
        add(directory, person, units[1], post=post)
    ids = {each.post: each for each in postings(directory, person)}
    end(directory, person, ids["主席"], valid_to="2025-06-30")
    end(directory, person, ids["委员"], valid_to="2026-02-01")
    directory.call("end_person", person_id=person.id, valid_to="2025-12-31")
    assert {each.post: each.valid_to for each in postings(directory, person)} == {
        "科员": "2025-12-31",
        "顾问": "2025-12-31",
        "委员": "2025-12-31",
        "主席": "2025-06-30",
    }
    assert [each[4] for each in told(directory) if each[1] == "委员"] == ["2025-12-31"]


def test_nobody_leaves_before_a_concurrent_post_begins(
    directory: Harness, units: list[Any]
) -> None:
    person = register_person(directory, units[0])
    add(directory, person, units[1], valid_from="2026-01-15")
    fields = {"person_id": person.id, "valid_to": "2026-01-14"}
    said = refusal(directory, "end_person", InvalidInput, **fields)
    assert said == ("TOO_EARLY", ["valid_to"])
    directory.call("end_person", person_id=person.id, valid_to="2026-01-15")
    assert concurrent(directory, person).valid_to == "2026-01-15"


def test_who_has_left_takes_no_post(directory: Harness, units: list[Any]) -> None:
    person = register_person(directory, units[0])
    directory.call("end_person", person_id=person.id)
    fields = post_fields(person, units[1])
    said = refusal(directory, "add_concurrent_post", IllegalState, **fields)
    assert said == ("ILLEGAL_STATE", ["state"])


def test_nobody_holds_a_post_in_a_unit_that_is_unknown_or_has_ended(
    directory: Harness, units: list[Any]
) -> None:
    person = register_person(directory, units[0])
    fields = post_fields(person, units[1], unit_id=NOBODY)
    said = refusal(directory, "add_concurrent_post", NotFound, **fields)
    assert said == ("NOT_FOUND", ["unit_id"])
    merge(directory, [units[1]], units[0])
    fields = post_fields(person, units[1])
    said = refusal(directory, "add_concurrent_post", IllegalState, **fields)
    assert said == ("ILLEGAL_STATE", ["state"])


def test_posts_are_given_within_the_scope_only(directory: Harness, units: list[Any]) -> None:
    near, far = (register_person(directory, unit) for unit in units)
    district = Principal("district", scope=(Realm("990101"),))
    fields = post_fields(near, units[1])
    assert denial(directory, "add_concurrent_post", user=district, **fields) == "OUT_OF_SCOPE"
    fields = post_fields(far, units[0])
    said = refusal(directory, "add_concurrent_post", NotFound, user=district, **fields)
    assert said == ("NOT_FOUND", ["person_id"])


def test_r22_a_person_somebody_changed_takes_no_post(directory: Harness, units: list[Any]) -> None:
    person = register_person(directory, units[0])
    add(directory, person, units[1])
    stale = post_fields(person, units[1], post="委员", etag=person.etag)
    assert refusal(directory, "add_concurrent_post", Conflict, **stale) == ("STALE", ["etag"])
    ending = {
        "person_id": person.id,
        "posting_id": concurrent(directory, person).id,
        "etag": person.etag,
    }
    assert refusal(directory, "end_concurrent_post", Conflict, **ending) == ("STALE", ["etag"])


def test_r22_a_post_given_by_four_at_once_is_held_once(
    directory: Harness, units: list[Any]
) -> None:
    person = register_person(directory, units[0])
    outcomes = together(*[lambda: add(directory, person, units[1])] * 4)
    refused = [each.reason for each in outcomes if isinstance(each, AlreadyExists)]
    assert refused == ["POST_HELD"] * 3
    assert directory.count("postings") == 2
