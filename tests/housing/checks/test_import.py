"""Surveys come in by spreadsheet."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chassis.errors import InvalidInput
from chassis.principal import Realm
from chassis.testing import Harness
from guanjia.sheet.v1 import sheet_pb2
from tests.housing.checks.factories import cells, counts, create_check, reconciled, sent
from tests.housing.factories import create_property
from tests.people import person
from tests.refusals import refusal
from tests.together import together

pytestmark = pytest.mark.row("H02")


def problem(reply: sheet_pb2.ImportResponse) -> tuple[str, str]:
    [told] = reply.problems
    assert told.message_zh
    return told.field, told.reason


def test_a_row_is_taken_once_and_never_overwritten(housing: Harness) -> None:
    create_check(housing)
    assert counts(sent(housing, cells("A"), cells(""))) == (2, 0, 0)
    assert counts(sent(housing, cells("ａ"), cells("", name=" 云澜市财政局办公楼 "))) == (0, 2, 0)
    for other in (cells("A", surveyed_area_m2="2400.51"), cells("", surveyor="别的单位")):
        reply = sent(housing, other)
        assert counts(reply) == (0, 0, 1)
        assert problem(reply) == ("property_code", "SURVEYED_OTHERWISE")
    assert housing.count("check_surveys") == 2


def test_what_has_no_code_is_told_apart_by_name_and_address(housing: Harness) -> None:
    create_check(housing)
    rows = [cells(""), cells("", name="锅炉房"), cells("", address="政通路14号")]
    assert counts(sent(housing, *rows, cells(""))) == (3, 1, 0)


def test_every_check_has_surveys_of_its_own(housing: Harness) -> None:
    create_check(housing)
    create_check(housing)
    other = {"check_code": "QC-2026-000002", "surveyed_area_m2": "9"}
    assert counts(sent(housing, cells("A"), cells("A", **other))) == (2, 0, 0)


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"check_code": ""}, "check_code", "REQUIRED"),
        ({"check_code": "QC-2026-000009"}, "check_code", "UNKNOWN_CHECK"),
        ({"name": ""}, "name", "REQUIRED"),
        ({"surveyed_area_m2": ""}, "surveyed_area_m2", "REQUIRED"),
        ({"surveyed_area_m2": "-5"}, "surveyed_area_m2", "OUT_OF_RANGE"),
        ({"surveyed_area_m2": "约900"}, "surveyed_area_m2", "NOT_A_NUMBER"),
        ({"certificate_area_m2": "x"}, "certificate_area_m2", "NOT_A_NUMBER"),
        ({"surveyed_on": "2026-03-03"}, "surveyed_on", "IN_FUTURE"),
        ({"surveyed_on": "去年"}, "surveyed_on", "INVALID_DATE"),
        ({"surveyor": ""}, "surveyor", "REQUIRED"),
    ],
)
def test_a_row_that_breaks_a_rule_is_refused_and_the_others_are_taken(
    housing: Harness, changes: dict[str, str], field: str, reason: str
) -> None:
    create_check(housing)
    reply = sent(housing, cells("A", **changes), cells("B"))
    assert counts(reply) == (1, 0, 1)
    assert problem(reply) == (field, reason)


def test_a_property_outside_the_region_of_the_check_is_refused(housing: Harness) -> None:
    create_property(housing, code="A", region_code="990102")
    create_property(housing, code="B", region_code="990101001")
    create_check(housing, region_code="990101")
    reply = sent(housing, cells("A"), cells("B"), cells("C"))
    assert counts(reply) == (2, 0, 1)
    assert problem(reply) == ("property_code", "OTHER_REGION")


def test_a_closed_check_takes_no_more(housing: Harness) -> None:
    check = create_check(housing)
    reconciled(housing, check)
    housing.call("close_check", check_id=check.id)
    reply = sent(housing, cells("A"))
    assert problem(reply) == ("check_code", "ILLEGAL_STATE")


def test_nobody_imports_into_a_check_outside_the_scope(housing: Harness) -> None:
    create_check(housing)
    elsewhere = person("zhang", "bureau_clerk", realm=Realm("990101"))
    reply = sent(housing, cells("A"), user=elsewhere)
    assert problem(reply) == ("check_code", "UNKNOWN_CHECK")


def test_no_rows_are_no_change_and_too_many_are_refused(housing: Harness) -> None:
    assert housing.call("import_surveys") == sheet_pb2.ImportResponse()
    rows = [{"row": number, "cells": {}} for number in range(501)]
    told = refusal(housing, "import_surveys", InvalidInput, rows=rows)
    assert told == ("TOO_MANY", ["rows"])


def test_two_files_with_the_same_surveys_at_once_take_each_once(housing: Harness) -> None:
    create_check(housing)
    rows = [cells(f"A{number:02}") for number in range(20)]
    acts: list[Callable[[], object]] = [
        lambda: sent(housing, *rows),
        lambda: sent(housing, *rows[::-1]),
    ]
    replies = together(*acts)
    assert sorted(map(counts, replies)) == [(0, 20, 0), (20, 0, 0)]
    assert housing.count("check_surveys") == 20
