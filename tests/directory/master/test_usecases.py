"""What may be done with the master data as a whole."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from chassis.errors import InvalidInput
from chassis.testing import Harness
from directory.master import usecases
from guanjia.directory.v1 import events_pb2
from tests.directory.factories import (
    define_region,
    merge,
    new_id_number,
    publish_calendar,
    register_person,
    register_unit,
)
from tests.refusals import refusal


def republished(directory: Harness) -> tuple[list[Any], list[int]]:
    """The facts of all calls until the end, and how many each call published."""
    before = len(directory.facts())
    counts = []
    cursor = ""
    while not counts or cursor:
        reply = directory.call("republish_master_data", cursor=cursor)
        counts.append(reply.published)
        cursor = reply.next_cursor
    return directory.facts()[before:], counts


@pytest.fixture
def filled(directory: Harness) -> Harness:
    """One region, two units of which one ended, two people of whom one left, one year."""
    define_region(directory)
    ended, into = register_unit(directory), register_unit(directory)
    register_person(directory, ended, phone="13800138000", id_number=new_id_number())
    left = register_person(directory, ended)
    directory.call("end_person", person_id=left.id)
    merge(directory, [ended], into)
    publish_calendar(directory)
    return directory


@pytest.mark.row("P06")
def test_everything_is_published_as_it_is_now(filled: Harness) -> None:
    facts, counts = republished(filled)
    assert counts == [6]
    assert [fact.unit for fact in facts if isinstance(fact, events_pb2.UnitChanged)] == sorted(
        filled.call("list_units").units, key=lambda each: each.id
    )
    people = [fact for fact in facts if isinstance(fact, events_pb2.PersonChanged)]
    known = filled.call("list_people", include_ended=True).people
    assert [(each.person_id, each.valid_to) for each in people] == [
        (each.id, each.valid_to) for each in known
    ]
    assert "13800138000" not in repr(facts)
    kinds = Counter(type(fact).__name__ for fact in facts)
    assert kinds == {
        "RegionDefined": 1,
        "UnitChanged": 2,
        "PersonChanged": 2,
        "CalendarYearPublished": 1,
    }


@pytest.mark.parametrize("most", [1, 2, 4, 6])
def test_no_call_publishes_more_than_it_may_and_nothing_is_left_out_or_told_twice(
    filled: Harness, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, _ = republished(filled)
    monkeypatch.setattr(usecases, "FACTS_A_CALL", most)
    facts, counts = republished(filled)
    assert facts == whole
    assert max(counts) <= most


def test_of_nothing_nothing_is_published(directory: Harness) -> None:
    assert republished(directory) == ([], [0])


@pytest.mark.parametrize("cursor", ["4:", "x", "0", "1:Z", "0:" + "0" * 60])
def test_a_cursor_of_nobodys_is_refused(directory: Harness, cursor: str) -> None:
    with pytest.raises(InvalidInput):
        directory.call("republish_master_data", cursor=cursor)
    told = refusal(directory, "republish_master_data", InvalidInput, cursor="4:")
    assert told == ("INVALID_CURSOR", ["cursor"])
