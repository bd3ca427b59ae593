"""What others are told of everybody's postings."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.testing import Harness
from guanjia.directory.v1 import directory_pb2 as pb
from guanjia.directory.v1 import events_pb2
from tests.directory.factories import (
    grant,
    register_person,
)
from tests.directory.people.posts import add, told

pytestmark = pytest.mark.row("W11")


def test_a_rank_changed_in_the_past_changes_history_and_is_told(
    directory: Harness, units: list[Any]
) -> None:
    person = register_person(directory, units[0])
    add(directory, person, units[1])
    directory.call(
        "change_person",
        person_id=person.id,
        rank="RANK_SECTION_HEAD",
        valid_from="2024-02-29",
    )
    assert told(directory) == [
        ("990101", "科员", pb.RANK_STAFF, "2021-07-01", "2024-02-28", False),
        ("990101", "科员", pb.RANK_SECTION_HEAD, "2024-02-29", "", False),
        ("990102", "顾问", pb.RANK_DIVISION_DEPUTY, "2025-01-01", "", True),
    ]


def test_a_rank_corrected_on_the_first_day_is_told_in_place_of_the_wrong_one(
    directory: Harness, units: list[Any]
) -> None:
    person = register_person(directory, units[0])
    fields = {"rank": "RANK_SECTION_HEAD", "valid_from": "2021-07-01"}
    directory.call("change_person", person_id=person.id, **fields)
    assert told(directory) == [("990101", "科员", pb.RANK_SECTION_HEAD, "2021-07-01", "", False)]


def test_republishing_tells_the_whole_history(directory: Harness, units: list[Any]) -> None:
    person = register_person(directory, units[0])
    add(directory, person, units[1])
    directory.call("change_person", person_id=person.id, post="科长", valid_from="2026-01-01")
    before = directory.facts(events_pb2.PersonChanged)[-1]
    assert len(before.postings) == 3
    directory.call("republish_master_data")
    assert directory.facts(events_pb2.PersonChanged)[-1] == before


def test_a_concurrent_post_is_no_news_of_rights(directory: Harness, units: list[Any]) -> None:
    person = register_person(directory, units[0])
    grant(directory, person.subject)
    before = len(directory.facts(events_pb2.AccessChanged))
    add(directory, person, units[1])
    assert len(directory.facts(events_pb2.AccessChanged)) == before
