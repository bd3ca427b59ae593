"""Offered assets that come by a ledger: an intake for each row."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from chassis.testing import Harness
from guanjia.warehouse.v1 import intakes_pb2 as pb
from tests.together import together
from tests.warehouse.factories import a_unit, accept, keeper_of, lent_item, offer, somebody

pytestmark = pytest.mark.row("W01")
_numbers = itertools.count(1)


def offered(**changes: str) -> dict[str, str]:
    """A row of a ledger; an asset code of its own."""
    return {
        "资产编号": f"YJ-{next(_numbers):06}",
        "资产名称": "办公桌",
        "分类代码": "A05010201",
        "取得日期": "2019-03-01",
        "原值（元）": "1800",
        "成色": "良好",
        "移交单位": "",
        "来源单号": "",
    } | changes


def imported(warehouse: Harness, *rows: dict[str, str], **fields: Any) -> Any:
    """What the import of these rows tells; the first is row 2 of its sheet."""
    sheet = [{"row": number, "cells": cells} for number, cells in enumerate(rows, start=2)]
    return warehouse.call("import_intakes", rows=sheet, **fields)


def outcome(reply: Any) -> tuple[int, int, int]:
    return reply.created, reply.unchanged, reply.refused


def problems(reply: Any) -> list[tuple[int, str, str]]:
    return [(each.row, each.heading, each.reason) for each in reply.problems]


def intakes(warehouse: Harness) -> list[pb.Intake]:
    return list(warehouse.call("list_intakes", page_size=500).intakes)


def test_a_row_becomes_a_drafted_intake_of_the_callers_unit(warehouse: Harness) -> None:
    reply = imported(warehouse, offered(资产编号="yj-a"), user=somebody("u-7"))
    assert outcome(reply) == (1, 0, 0)
    [made] = intakes(warehouse)
    assert (made.code, made.state) == ("RK-2026-000001", pb.INTAKE_STATE_DRAFTED)
    assert (made.asset.asset_code, made.asset.acquired_on) == ("YJ-A", "2019-03-01")
    assert made.asset.original_value_fen == 180_000
    assert (made.unit_id, made.unit_name, made.region_code) == ("u-7", "单位 u-7", "990101")
    source = made.source
    assert (source.service, source.document_id, source.document_code, source.line_id) == (
        "warehouse",
        made.id,
        made.code,
        made.id,
    )


def test_rows_of_one_document_are_found_by_it_under_the_unit_they_name(
    warehouse: Harness,
) -> None:
    unit = a_unit(warehouse)
    rows = [offered(移交单位=unit.unit_name, 来源单号="yj-2026-1") for _ in range(2)]
    assert outcome(imported(warehouse, *rows)) == (2, 0, 0)
    first, second = intakes(warehouse)
    assert (first.unit_id, first.source.document_code) == (unit.unit_id, "YJ-2026-1")
    found = warehouse.call("list_intakes", document_id=first.source.document_id).intakes
    assert [each.id for each in found] == [first.id, second.id]


def test_the_same_ledger_again_changes_nothing_whatever_became_of_it(warehouse: Harness) -> None:
    rows = [offered(), offered(来源单号="YJ-1"), offered(), offered()]
    assert outcome(imported(warehouse, *rows)) == (4, 0, 0)
    taken, refused, gone, _ = intakes(warehouse)
    accept(warehouse, taken)
    reason = "REJECTION_REASON_NOT_RECEIVED"
    warehouse.call("reject_intake", intake_id=refused.id, reason=reason)
    held = accept(warehouse, gone)
    warehouse.call("lend_item", item_id=held.item_id, borrower_name="云澜市档案馆")
    before = intakes(warehouse)
    assert outcome(imported(warehouse, *rows, rows[0])) == (0, 5, 0)
    assert intakes(warehouse) == before


def test_an_asset_is_offered_again_by_another_document(warehouse: Harness) -> None:
    row = offered(来源单号="YJ-1")
    imported(warehouse, row)
    [first] = intakes(warehouse)
    reason = "REJECTION_REASON_NOT_RECEIVED"
    warehouse.call("reject_intake", intake_id=first.id, reason=reason)
    assert outcome(imported(warehouse, row | {"来源单号": "YJ-2"})) == (1, 0, 0)


def test_what_stands_in_the_way_is_told_row_by_row_and_the_rest_is_drafted(
    warehouse: Harness,
) -> None:
    lent = lent_item(warehouse)
    held = accept(warehouse, offer(warehouse))
    open_ = offer(warehouse)
    known = offered()
    imported(warehouse, known)
    reply = imported(
        warehouse,
        offered(资产编号=lent.asset.asset_code, 来源单号="YJ-9"),
        offered(资产编号=held.asset.asset_code, 来源单号="YJ-9"),
        offered(资产编号=open_.asset.asset_code, 来源单号="YJ-9"),
        known | {"资产名称": "文件柜"},
        offered(移交单位="无此单位"),
        offered(成色="旧"),
        offered(**{"原值（元）": "-1"}),
        offered(资产编号=" "),
        offered(),
    )
    assert outcome(reply) == (1, 0, 8)
    assert problems(reply) == [
        (2, "资产编号", "ASSET_ON_LOAN"),
        (3, "资产编号", "ASSET_ALREADY_HELD"),
        (4, "资产编号", "ALREADY_OFFERED"),
        (5, "资产编号", "ALREADY_LISTED"),
        (6, "移交单位", "NOT_FOUND"),
        (7, "成色", "UNKNOWN_VALUE"),
        (8, "原值（元）", "OUT_OF_RANGE"),
        (9, "资产编号", "REQUIRED"),
    ]


def test_nobody_offers_what_is_a_units_outside_their_scope(warehouse: Harness) -> None:
    unit = a_unit(warehouse, region_code="990102")
    rows = (offered(移交单位=unit.unit_name), offered())
    reply = imported(warehouse, *rows, user=keeper_of("990101"))
    assert outcome(reply) == (1, 0, 1)
    assert problems(reply) == [(2, "移交单位", "OUT_OF_SCOPE")]


def test_one_ledger_twice_at_once_is_drafted_once(warehouse: Harness) -> None:
    rows = [offered(), offered(来源单号="YJ-1")]
    replies = together(*[lambda: imported(warehouse, *rows)] * 4)
    assert not [each for each in replies if isinstance(each, Exception)]
    assert sorted(outcome(each) for each in replies) == [(0, 2, 0)] * 3 + [(2, 0, 0)]
    assert [each.code for each in intakes(warehouse)] == ["RK-2026-000001", "RK-2026-000002"]
