"""One row of a register."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from chassis.sheets import Batch
from housing.properties.register import HEADINGS, SHEET
from tests.housing.factories import USCC
from tests.housing.register import cells

pytestmark = pytest.mark.row("H01")


def taken(row: dict[str, str]) -> Batch:
    return SHEET.take([{"row": 7, "cells": row}])


def read_row(row: dict[str, str]) -> dict[str, Any]:
    [read] = taken(row).rows
    return read.values


def problems(row: dict[str, str]) -> list[dict[str, Any]]:
    told = taken(row).told()
    assert (told["created"], told["refused"]) == (0, 1)
    found: list[dict[str, Any]] = told["problems"]
    return found


def test_a_row_is_read_into_the_values_of_a_property() -> None:
    assert read_row(cells("yl-1")) == {
        "code": "YL-1",
        "name": "云澜市财政局办公楼",
        "kind": "office",
        "address": "云澜市政通路12号",
        "region_code": "990101",
        "floors": 6,
        "floor_area_m2": Decimal("2400.50"),
        "usable_area_m2": Decimal("1600.25"),
        "book_value_fen": 860_000_000,
        "use_state": "in_use",
        "account_state": "booked",
        "title_state": "registered",
        "title_number": "",
        "unit_name": "云澜市财政局",
        "unit_uscc": USCC,
        "built_year": 1998,
    }


@pytest.mark.parametrize(
    "heading",
    [
        "建筑面积（㎡）",
        "建筑面积(m²)",
        "建筑面积 （平方米）",
        " 建筑面积\n(M2) ",
        "建筑面积【平米】",
        "建筑面积（m^2）",
    ],
)
def test_a_heading_means_the_same_in_other_spellings(heading: str) -> None:
    row = cells("YL-1")
    row[heading] = row.pop(HEADINGS["floor_area_m2"])
    assert read_row(row)["floor_area_m2"] == Decimal("2400.50")


@pytest.mark.parametrize(
    "heading", ["建筑面积（亩）", "建筑面积（万㎡）", "建筑面积", "账面价值（万元）"]
)
def test_a_heading_of_another_unit_means_something_else(heading: str) -> None:
    row = cells("YL-1")
    del row[HEADINGS["floor_area_m2"]]
    row[heading] = "5"
    [problem] = problems(row)
    assert (problem["field"], problem["reason"]) == ("floor_area_m2", "REQUIRED")
    assert problem["message_zh"] == "第 7 行“建筑面积（㎡）”：必填"


def test_columns_nobody_asked_for_are_let_be() -> None:
    row = cells("YL-1")
    assert read_row(row | {f"列{number}": "x" for number in range(40)}) == read_row(row)


def test_a_row_of_unknown_columns_alone_lacks_all_that_is_required() -> None:
    told = problems({f"列{number}": "x" for number in range(40)})
    assert {each["reason"] for each in told} == {"REQUIRED"}
    required = ["code", "name", "kind", "address", "region_code", "floor_area_m2"]
    assert [each["field"] for each in told] == required


def test_cells_that_may_be_empty_have_a_meaning() -> None:
    empty = dict.fromkeys(
        (
            "floors",
            "usable_area_m2",
            "book_value_fen",
            "use_state",
            "account_state",
            "title_state",
            "unit_uscc",
            "built_year",
        ),
        " ",
    )
    read = read_row(cells("YL-1", **empty))
    assert {name: read[name] for name in empty} == {
        "floors": 0,
        "usable_area_m2": 0,
        "book_value_fen": 0,
        "use_state": "in_use",
        "account_state": "unbooked",
        "title_state": "in_progress",
        "unit_uscc": "",
        "built_year": 0,
    }


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"code": ""}, "code", "REQUIRED"),
        ({"floor_area_m2": "-5"}, "floor_area_m2", "OUT_OF_RANGE"),
        ({"floor_area_m2": "约500"}, "floor_area_m2", "NOT_A_NUMBER"),
        ({"floor_area_m2": ""}, "floor_area_m2", "REQUIRED"),
        ({"usable_area_m2": "2400.51"}, "usable_area_m2", "USABLE_EXCEEDS_FLOOR_AREA"),
        ({"book_value_fen": "1.234"}, "book_value_fen", "TOO_FINE"),
        ({"floors": "6.5"}, "floors", "NOT_WHOLE"),
        ({"kind": "办公"}, "kind", "UNKNOWN_VALUE"),
        ({"kind": ""}, "kind", "REQUIRED"),
        ({"use_state": "在用中"}, "use_state", "UNKNOWN_VALUE"),
        ({"unit_uscc": USCC[:-1]}, "unit_uscc", "INVALID_USCC"),
        ({"built_year": "599"}, "built_year", "OUT_OF_RANGE"),
    ],
)
def test_a_problem_names_row_field_heading_value_and_reason(
    changes: dict[str, str], field: str, reason: str
) -> None:
    [problem] = problems(cells("YL-1", **changes))
    assert (problem["row"], problem["field"], problem["reason"]) == (7, field, reason)
    assert problem["heading"] == HEADINGS[field]
    assert problem["value"] == changes[field]
    assert problem["message_zh"].startswith(f"第 7 行“{HEADINGS[field]}”：")
    assert problem["message_en"].startswith(f"row 7, {field}: ")


def test_all_that_is_wrong_in_a_row_is_told_at_once() -> None:
    told = problems(cells("", floor_area_m2="-5", kind="?", floors="x"))
    assert {each["field"] for each in told} == {"code", "floor_area_m2", "kind", "floors"}
