"""Merging units."""

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
    merge,
    merge_fields,
    register_person,
    register_unit,
    unit_fields,
)
from tests.refusals import refusal
from tests.together import together

pytestmark = pytest.mark.row("W11")


def get(directory: Harness, unit: Any, **given: Any) -> Any:
    return directory.call("get_unit", unit_id=unit.id, **given)


@pytest.mark.row("P06")
def test_a_merged_unit_keeps_its_history(directory: Harness) -> None:
    ended, into = register_unit(directory, name="甲"), register_unit(directory, name="乙")
    directory.call("change_unit", unit_id=ended.id, name="丙", valid_from="2024-02-29")
    merged = merge(directory, [ended], into, valid_from="2026-01-01")
    assert merged.id == into.id
    kept = get(directory, ended)
    assert (kept.uscc, kept.name, kept.valid_to) == (ended.uscc, "丙", "2025-12-31")
    assert list(kept.successor_ids) == [into.id]
    assert kept.end_source == "云编发〔2026〕1号"
    assert get(directory, ended, as_of="2024-02-28").name == "甲"
    assert get(directory, ended, as_of="2025-12-31").name == "丙"
    gone = {"unit_id": ended.id, "as_of": "2026-01-01"}
    assert refusal(directory, "get_unit", NotFound, **gone) == ("NOT_IN_FORCE", ["as_of"])
    listed = directory.call("list_units", as_of="2026-01-01").units
    assert [each.id for each in listed] == [into.id]
    assert len(directory.call("list_units").units) == 2


def test_the_code_of_a_merged_unit_is_never_used_again(directory: Harness) -> None:
    ended, into = register_unit(directory), register_unit(directory)
    merge(directory, [ended], into)
    with pytest.raises(Exception, match="USCC_TAKEN"):
        register_unit(directory, uscc=ended.uscc)


def test_a_merge_is_one_fact_with_all_it_concerns(directory: Harness) -> None:
    one, two, into = (register_unit(directory) for _ in range(3))
    merge(directory, [one, two], into)
    [fact] = directory.facts(events_pb2.UnitMerged)
    assert list(fact.ended) == [get(directory, one), get(directory, two)]
    assert list(fact.into) == [get(directory, into)]
    assert fact.valid_from == "2026-03-02"
    assert not directory.facts(events_pb2.UnitChanged)
    assert [each.subject for each in directory.facts(events_pb2.AccessChanged)] == [""]


def test_what_was_below_a_merged_unit_is_below_the_one_that_takes_over(
    directory: Harness,
) -> None:
    ended, into = register_unit(directory), register_unit(directory)
    child = register_unit(directory, parent_id=ended.id)
    merge(directory, [ended], into)
    moved = get(directory, child)
    assert moved.parent_id == into.id
    assert [fact.unit for fact in directory.facts(events_pb2.UnitChanged)] == [moved]


def test_a_unit_may_go_into_one_below_it_and_the_tree_stays_a_tree(directory: Harness) -> None:
    root = register_unit(directory)
    high = register_unit(directory, parent_id=root.id)
    between = register_unit(directory, parent_id=high.id)
    low = register_unit(directory, parent_id=between.id)
    into = register_unit(directory, parent_id=low.id)
    merge(directory, [low, high], into)
    assert get(directory, into).parent_id == root.id
    assert get(directory, between).parent_id == into.id


def test_people_of_a_merged_unit_go_over_with_a_new_posting(directory: Harness) -> None:
    ended = register_unit(directory, name="甲", region_code="990101")
    into = register_unit(directory, name="乙")
    person = register_person(directory, ended)
    merge(directory, [ended], into, valid_from="2026-01-01")
    moved = directory.call("get_person", person_id=person.id)
    assert (moved.unit_id, moved.region_code) == (into.id, "990100")
    assert (moved.post, moved.rank, moved.valid_from) == ("科员", person.rank, "2021-07-01")
    postings = directory.call("list_postings", person_id=person.id).postings
    assert [(each.unit_name, each.valid_from, each.valid_to) for each in postings] == [
        ("甲", "2021-07-01", "2025-12-31"),
        ("乙", "2026-01-01", ""),
    ]
    assert directory.facts(events_pb2.PersonChanged)[-1].unit_id == into.id


def test_somebody_who_came_after_the_day_of_the_merge_came_to_the_new_unit(
    directory: Harness,
) -> None:
    ended, into = register_unit(directory), register_unit(directory, name="乙")
    person = register_person(directory, ended, valid_from="2026-02-28")
    merge(directory, [ended], into, valid_from="2026-01-01")
    [posting] = directory.call("list_postings", person_id=person.id).postings
    assert (posting.unit_name, posting.valid_from) == ("乙", "2026-02-28")


def test_somebody_who_left_before_stays_where_they_served(directory: Harness) -> None:
    ended, into = register_unit(directory), register_unit(directory)
    person = register_person(directory, ended)
    directory.call("end_person", person_id=person.id, valid_to="2025-12-31")
    merge(directory, [ended], into)
    assert directory.call("get_person", person_id=person.id).unit_id == ended.id


def test_a_unit_is_merged_once(directory: Harness) -> None:
    ended, into, other = (register_unit(directory) for _ in range(3))
    merge(directory, [ended], into)
    for fields in (merge_fields([ended], other), merge_fields([other], ended)):
        told = refusal(directory, "merge_units", IllegalState, **fields)
        assert told == ("ILLEGAL_STATE", ["state"])


def test_what_took_over_may_end_itself_and_the_chain_stays(directory: Harness) -> None:
    first, second, third = (register_unit(directory) for _ in range(3))
    merge(directory, [first], second, valid_from="2025-01-01")
    merge(directory, [second], third, valid_from="2026-01-01")
    assert list(get(directory, first).successor_ids) == [second.id]
    assert list(get(directory, second).successor_ids) == [third.id]


@pytest.mark.parametrize("day", ["2020-01-01", "2019-12-31"])
def test_a_unit_does_not_end_before_it_existed_a_day(directory: Harness, day: str) -> None:
    ended, into = register_unit(directory), register_unit(directory, valid_from="2019-01-01")
    fields = merge_fields([ended], into, valid_from=day)
    told = refusal(directory, "merge_units", InvalidInput, **fields)
    assert told == ("TOO_EARLY", ["valid_from"])


def test_a_unit_takes_over_from_its_first_day_on(directory: Harness) -> None:
    ended, into = register_unit(directory), register_unit(directory, valid_from="2026-01-01")
    early = merge_fields([ended], into, valid_from="2025-12-31")
    told = refusal(directory, "merge_units", InvalidInput, **early)
    assert told == ("TOO_EARLY", ["valid_from"])
    merge(directory, [ended], into, valid_from="2026-01-01")


def test_a_merge_is_registered_on_its_day_and_not_ahead(directory: Harness) -> None:
    ended, into = register_unit(directory), register_unit(directory)
    fields = merge_fields([ended], into, valid_from="2026-03-03")
    told = refusal(directory, "merge_units", InvalidInput, **fields)
    assert told == ("IN_FUTURE", ["valid_from"])
    directory.clock.advance(hours=15)  # midnight in China
    merge(directory, [ended], into, valid_from="2026-03-03")


@pytest.mark.parametrize(
    ("ids", "field", "reason"),
    [
        (lambda one, into: [], "unit_ids", "REQUIRED"),
        (lambda one, into: [one, one], "unit_ids", "DUPLICATE"),
        (lambda one, into: [one] * 51, "unit_ids", "TOO_MANY"),
        (lambda one, into: [one, "x"], "unit_ids.1", "INVALID_ID"),
        (lambda one, into: [one, into], "into_unit_id", "INTO_ITSELF"),
    ],
)
def test_units_that_cannot_be_merged_are_refused_by_field(
    directory: Harness, ids: Any, field: str, reason: str
) -> None:
    one, into = register_unit(directory), register_unit(directory)
    fields = merge_fields([one], into, unit_ids=ids(one.id, into.id))
    assert refusal(directory, "merge_units", InvalidInput, **fields) == (reason, [field])


def test_a_unit_nobody_registered_is_neither_merged_nor_merged_into(directory: Harness) -> None:
    one = register_unit(directory)
    fields = merge_fields([one], one, unit_ids=[NOBODY])
    told = refusal(directory, "merge_units", NotFound, **fields)
    assert told == ("NOT_FOUND", ["unit_ids.0"])
    fields = merge_fields([one], one, into_unit_id=NOBODY)
    told = refusal(directory, "merge_units", NotFound, **fields)
    assert told == ("NOT_FOUND", ["into_unit_id"])


def test_a_unit_with_people_out_of_scope_is_not_merged(directory: Harness) -> None:
    ended = register_unit(directory, region_code="990102")
    into = register_unit(directory, region_code="990101")
    register_person(directory, ended)
    district = Principal("district", scope=(Realm("990101"),))
    fields = merge_fields([ended], into)
    assert denial(directory, "merge_units", user=district, **fields) == "OUT_OF_SCOPE"


def test_r22_a_unit_merged_by_four_at_once_is_merged_once(directory: Harness) -> None:
    ended = register_unit(directory)
    others = [register_unit(directory) for _ in range(4)]
    outcomes = together(*[lambda into=into: merge(directory, [ended], into) for into in others])
    refused = [each.reason for each in outcomes if isinstance(each, Exception)]
    assert refused == ["ILLEGAL_STATE"] * 3
    assert len(directory.facts(events_pb2.UnitMerged)) == 1


def test_r22_two_units_merged_into_one_another_at_once_leave_one(directory: Harness) -> None:
    one, two = register_unit(directory), register_unit(directory)
    outcomes = together(lambda: merge(directory, [one], two), lambda: merge(directory, [two], one))
    assert [each.reason for each in outcomes if isinstance(each, Exception)] == ["ILLEGAL_STATE"]


def test_r22_nobody_is_left_behind_in_a_unit_that_is_merged_meanwhile(directory: Harness) -> None:
    ended, into = register_unit(directory), register_unit(directory)
    together(
        lambda: merge(directory, [ended], into),
        lambda: register_person(directory, ended),
        lambda: directory.call("register_unit", **unit_fields(parent_id=ended.id)),
    )
    assert not directory.call("list_people", unit_id=ended.id).people
    assert not directory.call("list_units", parent_id=ended.id).units
