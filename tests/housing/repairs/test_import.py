"""Repair plans come in by spreadsheet."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.testing import Harness
from guanjia.housing.v1 import repairs_pb2 as pb
from tests.housing.factories import approved_disposal, create_property
from tests.housing.repairs.factories import create_repair, submitted_repair, work
from tests.together import together

pytestmark = pytest.mark.row("H15")


def cells(code: str = "YL-A", /, **changes: str) -> dict[str, str]:
    """One row of a plan, heading to text; changes go by heading."""
    return {
        "房产编号": code,
        "维修类别": "大修",
        "计划年度": "2026",
        "维修部位": "屋面防水",
        "维修内容": "屋面防水层翻新",
        "面积（㎡）": "1,200.50",
        "申请金额（元）": "100000.01",
        "事由": "屋面漏水",
    } | changes


def sent(housing: Harness, *rows: dict[str, str]) -> Any:
    numbered = [{"row": number, "cells": row} for number, row in enumerate(rows, start=2)]
    return housing.call("import_repairs", rows=numbered)


def counts(reply: Any) -> tuple[int, int, int]:
    return reply.created, reply.unchanged, reply.refused


def problems(reply: Any) -> list[tuple[int, str, str]]:
    return [(each.row, each.heading, each.reason) for each in reply.problems]


@pytest.fixture
def known(housing: Harness) -> Harness:
    """Two properties, YL-A and YL-B."""
    for code in ("YL-A", "YL-B"):
        create_property(housing, code=code)
    return housing


def test_each_row_becomes_a_draft_with_one_line(known: Harness) -> None:
    reply = sent(known, cells(), cells("yl-b", **{"维修部位": "电梯", "面积（㎡）": ""}))
    assert (counts(reply), problems(reply)) == ((2, 0, 0), [])
    first, second = known.call("list_repairs").repairs
    assert [first.code, second.code] == ["WX-2026-000001", "WX-2026-000002"]
    assert (first.state, first.kind, first.year, first.reason) == (
        pb.REPAIR_STATE_DRAFT,
        pb.REPAIR_KIND_MAJOR,
        2026,
        "屋面漏水",
    )
    assert (first.area_m2, first.asked_fen, first.requested_by) == (1200.5, 10_000_001, "clerk")
    [line] = second.lines
    assert (line.component, line.description, line.area_m2) == (
        pb.REPAIR_COMPONENT_LIFT,
        "屋面防水层翻新",
        0,
    )
    assert first.property_id == known.call("list_properties").properties[0].id


def test_the_same_plan_again_is_unchanged(known: Harness) -> None:
    rows = [cells(), cells("YL-B"), cells(计划年度="2027"), cells(维修内容="东侧")]
    assert counts(sent(known, *rows)) == (4, 0, 0)
    assert counts(sent(known, *rows)) == (0, 4, 0)
    assert counts(sent(known, cells(**{"申请金额（元）": "100,000.010"}), cells())) == (0, 2, 0)
    assert known.count("repairs") == 4


@pytest.mark.parametrize(
    "changes",
    [
        {"维修类别": "中修"},
        {"面积（㎡）": "1200.51"},
        {"申请金额（元）": "100000.02"},
        {"事由": "其他"},
    ],
    ids=["kind", "area", "amount", "reason"],
)
def test_the_same_work_with_other_content_is_refused_and_never_overwritten(
    known: Harness, changes: dict[str, str]
) -> None:
    reply = sent(known, cells(), cells(**changes))
    assert counts(reply) == (1, 0, 1)
    [before] = known.call("list_repairs").repairs
    again = sent(known, cells(**changes))
    assert problems(again) == [(2, "维修内容", "ALREADY_APPLIED")]
    assert known.call("list_repairs").repairs == [before]


def test_a_row_that_stands_in_a_repair_of_several_lines_is_unchanged(known: Harness) -> None:
    property_id = known.call("list_properties").properties[0].id
    submitted_repair(known, work(asked_fen=10_000_001), work("WALL"), property_id=property_id)
    assert counts(sent(known, cells())) == (0, 1, 0)


def test_what_was_withdrawn_may_be_applied_for_anew(known: Harness) -> None:
    property_id = known.call("list_properties").properties[0].id
    draft = create_repair(known, property_id=property_id)
    known.call("withdraw_repair", repair_id=draft.id)
    assert counts(sent(known, cells())) == (1, 0, 0)


def test_a_row_that_breaks_a_rule_is_refused_by_its_heading(known: Harness) -> None:
    reply = sent(
        known,
        cells("YL-C"),
        cells(维修类别="拆除"),
        cells(计划年度="26"),
        cells(维修部位=""),
        cells(**{"申请金额（元）": "0.001"}),
        cells(**{"面积（㎡）": "-1"}),
        cells(**{"申请金额（元）": "0"}),
        cells(),
    )
    assert counts(reply) == (1, 0, 7)
    assert problems(reply) == [
        (2, "房产编号", "NOT_FOUND"),
        (3, "维修类别", "UNKNOWN_VALUE"),
        (4, "计划年度", "OUT_OF_RANGE"),
        (5, "维修部位", "REQUIRED"),
        (6, "申请金额（元）", "TOO_FINE"),
        (7, "面积（㎡）", "OUT_OF_RANGE"),
        (8, "申请金额（元）", "OUT_OF_RANGE"),
    ]


@pytest.mark.parametrize("gone", [False, True], ids=["under disposal", "disposed of"])
def test_nothing_is_planned_for_a_property_that_leaves(known: Harness, gone: bool) -> None:
    assert counts(sent(known, cells())) == (1, 0, 0)
    property_id = known.call("list_properties").properties[0].id
    disposal = approved_disposal(known, property_id=property_id, assets=[])
    if gone:
        known.call("complete_disposal", disposal_id=disposal.id)
    reply = sent(known, cells(维修部位="电梯"), cells("YL-B"), cells())
    assert (counts(reply), problems(reply)) == ((1, 1, 1), [(2, "房产编号", "ILLEGAL_STATE")])


def test_no_rows_are_no_change(known: Harness) -> None:
    assert counts(sent(known)) == (0, 0, 0)
    assert known.count("repairs") == 0


def test_r22_two_files_with_the_same_rows_at_once_draft_each_once(known: Harness) -> None:
    rows = [
        cells(code, 维修内容=f"第 {number} 段") for number in range(10) for code in ("YL-A", "YL-B")
    ]
    replies = together(lambda: sent(known, *rows), lambda: sent(known, *rows[::-1]))
    assert sorted(counts(each) for each in replies) == [(0, 20, 0), (20, 0, 0)]
    assert known.count("repairs") == known.count("repair_lines") == 20
