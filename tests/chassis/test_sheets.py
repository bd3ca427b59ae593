"""Rows of spreadsheets: read by heading, refused one by one, never in silence."""

from __future__ import annotations

import pytest

from chassis.contract import ContractMismatch
from chassis.errors import InvalidInput
from chassis.fields import Code, Line
from chassis.figures import Area, Yuan
from chassis.sheets import RowSchema, Sheet
from guanjia.housing.v1 import properties_pb2, rooms_pb2
from housing.properties.register import SHEET, PropertyRowSchema


def row(number: int, **cells: str) -> dict[str, object]:
    good = {
        "房产编号": f"A-{number}",
        "房产名称": "楼",
        "房产类别": "办公用房",
        "坐落位置": "路",
        "行政区划代码": "990101",
        "建筑面积（㎡）": "10",
    }
    return {"row": number, "cells": {**good, **cells}}


def test_headings_are_the_labels_of_the_contract_money_in_yuan() -> None:
    assert SHEET.headings["book_value_fen"] == "账面价值（元）"
    assert list(SHEET.headings) == [
        field.name for field in properties_pb2.PropertyRow.DESCRIPTOR.fields
    ]


def test_a_sheet_whose_rules_are_not_of_its_columns_refuses_the_start() -> None:
    class Other(RowSchema):
        code = Code()
        area = Area()

    with pytest.raises(ContractMismatch, match="RoomRow"):
        Sheet(rooms_pb2.RoomRow, Other())


def test_good_rows_are_taken_and_bad_ones_told_by_number() -> None:
    batch = SHEET.take([row(2), row(3, 坐落位置=""), row(4, **{"账面价值（元）": "1,234.56"})])
    assert [each.number for each in batch] == [2, 4]
    assert batch.rows[1].values["book_value_fen"] == 123_456
    told = batch.told()
    assert (told["created"], told["unchanged"], told["refused"]) == (0, 0, 3)
    [problem] = told["problems"]
    assert (problem["row"], problem["field"], problem["heading"]) == (3, "address", "坐落位置")


def test_counts_add_up_to_the_rows_given() -> None:
    batch = SHEET.take([row(number) for number in range(2, 6)])
    first, second, third, _ = batch.rows
    batch.created += 1
    batch.unchanged += 1
    batch.refuse(third, "code", "CODE_TAKEN", "已登记", "taken")
    assert first and second
    told = batch.told()
    assert (told["created"], told["unchanged"], told["refused"]) == (1, 1, 2)
    assert told["problems"][0]["value"] == "A-4"


def test_a_column_lists_what_is_filled_in() -> None:
    batch = SHEET.take([row(2, 使用单位="甲"), row(3)])
    assert batch.column("unit_name") == ["甲"]


def test_500_rows_are_taken_at_a_time() -> None:
    assert len(SHEET.take([row(number) for number in range(500)]).rows) == 500
    with pytest.raises(InvalidInput) as refused:
        SHEET.take([row(number) for number in range(501)])
    assert refused.value.reason == "TOO_MANY"


def test_an_empty_sheet_is_told_as_nothing() -> None:
    assert SHEET.take([]).told()["refused"] == 0


def test_a_long_value_is_shown_in_part() -> None:
    [problem] = SHEET.take([row(2, 房产名称="长" * 300)]).told()["problems"]
    assert len(problem["value"]) == 200


def test_a_required_column_that_is_empty_is_required_and_another_one_absent() -> None:
    class Two(RowSchema):
        name = Line()
        rent_fen = Yuan(load_default=0)

    assert Two().fields["name"].required
    batch = SHEET.take([row(2, **{"建筑面积（㎡）": " "})])
    assert batch.told()["problems"][0]["reason"] == "REQUIRED"
    assert isinstance(PropertyRowSchema().fields["book_value_fen"], Yuan)
