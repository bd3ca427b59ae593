"""What becomes of concurrent posts when units merge."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.principal import Principal, Realm
from chassis.testing import Harness
from tests.directory.denials import denial
from tests.directory.factories import (
    merge,
    merge_fields,
    register_person,
    register_unit,
)
from tests.directory.people.posts import add, concurrent, end, history, told

pytestmark = pytest.mark.row("W11")


@pytest.mark.row("P06")
def test_concurrent_posts_of_a_merged_unit_go_over_and_the_main_posting_stays(
    directory: Harness, units: list[Any]
) -> None:
    heir = register_unit(directory, name="丙")
    person = register_person(directory, units[0])
    add(directory, person, units[1])
    merge(directory, [units[1]], heir, valid_from="2026-01-01")
    assert history(directory, person) == [
        ("甲", "科员", "2021-07-01", "", False),
        ("乙", "顾问", "2025-01-01", "2025-12-31", True),
        ("丙", "顾问", "2026-01-01", "", True),
    ]
    assert told(directory)[-1][0] == "990100"


def test_a_post_held_in_both_units_is_held_once_after_the_merge(
    directory: Harness, units: list[Any]
) -> None:
    person = register_person(directory, register_unit(directory, name="丁"))
    heir = register_unit(directory, name="丙")
    for unit in units:
        add(directory, person, unit)
    merge(directory, units, heir, valid_from="2026-01-01")
    assert sorted(history(directory, person)[1:]) == [
        ("丙", "顾问", "2026-01-01", "", True),
        ("乙", "顾问", "2025-01-01", "2025-12-31", True),
        ("甲", "顾问", "2025-01-01", "2025-12-31", True),
    ]


def test_a_post_that_began_after_the_merge_began_in_the_heir_or_is_held_there_already(
    directory: Harness, units: list[Any]
) -> None:
    one, two = (register_person(directory, register_unit(directory, name="丁")) for _ in range(2))
    add(directory, one, units[0], valid_from="2026-02-01")
    add(directory, two, units[0], valid_from="2026-02-01")
    add(directory, two, units[1])
    merge(directory, [units[0]], units[1], valid_from="2026-01-01")
    assert history(directory, one)[1:] == [("乙", "顾问", "2026-02-01", "", True)]
    assert history(directory, two)[1:] == [("乙", "顾问", "2025-01-01", "", True)]


def test_a_post_that_ended_in_the_heir_after_the_merge_goes_on_from_the_next_day(
    directory: Harness, units: list[Any]
) -> None:
    older, younger = (
        register_person(directory, register_unit(directory, name="丁")) for _ in range(2)
    )
    for person, day in ((older, "2025-06-01"), (younger, "2026-01-10")):
        add(directory, person, units[1])
        end(directory, person, concurrent(directory, person), valid_to="2026-01-31")
        add(directory, person, units[0], valid_from=day)
    merge(directory, [units[0]], units[1], valid_from="2026-01-01")
    before = ("乙", "顾问", "2025-01-01", "2026-01-31", True)
    onwards = ("乙", "顾问", "2026-02-01", "", True)
    ended = ("甲", "顾问", "2025-06-01", "2025-12-31", True)
    assert history(directory, older)[1:] == [before, ended, onwards]
    assert history(directory, younger)[1:] == [before, onwards]


def test_a_unit_where_people_out_of_scope_hold_posts_is_not_merged(
    directory: Harness, units: list[Any]
) -> None:
    ended = register_unit(directory, region_code="990101")
    person = register_person(directory, units[1])
    add(directory, person, ended)
    district = Principal("district", scope=(Realm("990101"),))
    fields = merge_fields([ended], units[0])
    assert denial(directory, "merge_units", user=district, **fields) == "OUT_OF_SCOPE"
