"""Concurrent posts for tests, and how postings are read."""

from __future__ import annotations

from typing import Any

from chassis.testing import Harness
from guanjia.directory.v1 import events_pb2

Line = tuple[str, str, str, str, bool]
"""Unit name, post, first day, last day, whether concurrent."""


def post_fields(person: Any, unit: Any, **changes: Any) -> dict[str, Any]:
    return {
        "person_id": person.id,
        "unit_id": unit.id,
        "post": "顾问",
        "rank": "RANK_DIVISION_DEPUTY",
        "valid_from": "2025-01-01",
    } | changes


def add(directory: Harness, person: Any, unit: Any, **changes: Any) -> Any:
    return directory.call("add_concurrent_post", **post_fields(person, unit, **changes))


def postings(directory: Harness, person: Any) -> list[Any]:
    return list(directory.call("list_postings", person_id=person.id).postings)


def history(directory: Harness, person: Any) -> list[Line]:
    return [
        (each.unit_name, each.post, each.valid_from, each.valid_to, each.concurrent)
        for each in postings(directory, person)
    ]


def concurrent(directory: Harness, person: Any) -> Any:
    """The one concurrent posting of a person."""
    [found] = [each for each in postings(directory, person) if each.concurrent]
    return found


def end(directory: Harness, person: Any, posting: Any, **given: Any) -> Any:
    return directory.call(
        "end_concurrent_post", person_id=person.id, posting_id=posting.id, **given
    )


def told(directory: Harness) -> list[tuple[str, str, int, str, str, bool]]:
    """What the last fact says of postings."""
    return [
        (each.region_code, each.post, each.rank, each.valid_from, each.valid_to, each.concurrent)
        for each in directory.facts(events_pb2.PersonChanged)[-1].postings
    ]
