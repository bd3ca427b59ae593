"""People come in by spreadsheet."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.testing import Harness
from directory.people.importing import SHEET
from guanjia.directory.v1 import events_pb2
from tests.directory.factories import register_person, register_unit

pytestmark = [pytest.mark.row("W11"), pytest.mark.row("H09")]


def sent(directory: Harness, *rows: dict[str, str]) -> Any:
    """The reply to rows given by field; they stand in the sheet from row 2 on."""
    sheet = [
        {"row": number, "cells": {SHEET.headings[name]: text for name, text in row.items()}}
        for number, row in enumerate(rows, start=2)
    ]
    return directory.call("import_people", rows=sheet)


def row(unit: Any, name: str, **changes: str) -> dict[str, str]:
    return {"name": name, "unit_name": unit.name, "rank": "正处级", "post": "局长"} | changes


def problems(reply: Any) -> list[tuple[int, str, str]]:
    return [(each.row, each.field, each.reason) for each in reply.problems]


def test_people_are_registered_with_their_posting_and_told_of(directory: Harness) -> None:
    unit = register_unit(directory, name="财政局")
    rows = [
        row(unit, "赵一", subject="zhao", valid_from="2021-12-31"),
        row(unit, "钱二", unit_name="", unit_uscc=unit.uscc, rank="科级以下", post=""),
    ]
    reply = sent(directory, *rows)
    assert (reply.created, reply.unchanged, reply.refused) == (2, 0, 0)
    people = directory.call("list_people", unit_id=unit.id).people
    assert [(each.name, each.subject, each.post) for each in people] == [
        ("赵一", "zhao", "局长"),
        ("钱二", "", ""),
    ]
    assert [each.valid_from for each in people] == ["2021-12-31", "2026-03-02"]
    told = directory.facts(events_pb2.PersonChanged)
    assert [len(each.postings) for each in told] == [1, 1]


def test_the_same_rows_again_change_nothing_and_other_content_is_refused(
    directory: Harness,
) -> None:
    unit, other = register_unit(directory, name="财政局"), register_unit(directory, name="教育局")
    good = [row(unit, "赵一", subject="zhao"), row(unit, "钱二")]
    sent(directory, *good, *good)
    again = sent(directory, *good)
    assert (again.created, again.unchanged, again.refused) == (0, 2, 0)
    assert directory.count("people") == 2
    moved = [row(other, "赵一", subject="zhao"), row(unit, "钱二", rank="副处级")]
    assert problems(sent(directory, *moved)) == [
        (2, "subject", "PERSON_TAKEN"),
        (3, "name", "PERSON_TAKEN"),
    ]
    assert sent(directory, row(other, "钱二")).created == 1


def test_rows_that_are_wrong_are_told_one_by_one(directory: Harness) -> None:
    unit = register_unit(directory, name="财政局")
    for _ in range(2):
        register_unit(directory, name="同名局")
    register_person(directory, unit, subject="li")
    reply = sent(
        directory,
        row(unit, "赵一", unit_name="没有局"),
        row(unit, "赵一", unit_name="同名局"),
        row(unit, "赵一", rank="正厅"),
        row(unit, "赵一", valid_from="2026-03-03"),
        row(unit, ""),
        row(unit, "李四", subject="li"),
        row(unit, "赵一", unit_uscc="91110000600037341X"),
    )
    assert problems(reply) == [
        (2, "unit_name", "UNIT_UNKNOWN"),
        (3, "unit_name", "UNIT_UNKNOWN"),
        (4, "rank", "UNKNOWN_VALUE"),
        (5, "valid_from", "IN_FUTURE"),
        (6, "name", "REQUIRED"),
        (7, "subject", "PERSON_TAKEN"),
        (8, "unit_uscc", "INVALID_USCC"),
    ]
    assert (reply.created, reply.refused) == (0, 7)


def test_500_people_come_in_one_call(directory: Harness) -> None:
    unit = register_unit(directory, name="大局")
    rows = [row(unit, f"张{number:03}", subject=f"z{number}") for number in range(500)]
    assert sent(directory, *rows).created == 500
    assert sent(directory, *rows).unchanged == 500


def test_with_or_without_an_account_it_is_the_same_person(directory: Harness) -> None:
    unit = register_unit(directory, name="财政局")
    assert sent(directory, row(unit, "张三", subject="zhang")).created == 1
    assert sent(directory, row(unit, "张三")).unchanged == 1
    assert sent(directory, row(unit, "李四")).created == 1
    assert problems(sent(directory, row(unit, "李四", subject="li"))) == [
        (2, "subject", "PERSON_TAKEN")
    ]
    assert sent(directory, row(unit, "张三", subject="zhang2")).created == 1
    assert problems(sent(directory, row(unit, "张三"))) == [(2, "name", "PERSON_AMBIGUOUS")]
    assert directory.count("people") == 3
