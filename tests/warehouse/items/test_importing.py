"""Opening stock that comes by spreadsheet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chassis.errors import InvalidInput, PermissionDenied
from chassis.testing import Harness
from guanjia.warehouse.v1 import items_pb2 as pb
from tests.refusals import refusal
from tests.warehouse.factories import (
    a_unit,
    card,
    create_store,
    granted,
    imported,
    item_cells,
    keeper_of,
    somebody,
)

pytestmark = pytest.mark.row("W01")


def outcome(reply: Any) -> tuple[int, int, int]:
    return reply.created, reply.unchanged, reply.refused


def problems(reply: Any) -> list[tuple[int, str, str]]:
    return [(each.row, each.heading, each.reason) for each in reply.problems]


def test_a_row_becomes_a_card_with_an_opening_entry(warehouse: Harness) -> None:
    store = create_store(warehouse, code="CK-A")
    reply = imported(warehouse, item_cells("ck-a", 标签号="t-7"), user="keeper")
    assert outcome(reply) == (1, 0, 0)
    [made] = warehouse.call("list_items").items
    assert (made.code, made.state, made.stay) == ("GW-2026-000001", pb.ITEM_STATE_IN_STOCK, 1)
    assert (made.store_id, made.place, made.owner_name) == (store.id, "A-01", store.owner_name)
    assert (made.value_fen, made.asset.original_value_fen) == (90_000, 180_000)
    assert (made.tag, made.reach, made.asset.acquired_on) == ("T-7", "9901", "2019-03-01")
    [entry] = warehouse.call("list_movements", item_id=made.id).movements
    assert (entry.kind, entry.moved_on, entry.moved_by) == (
        pb.MOVEMENT_KIND_OPENING,
        "2026-03-02",
        "keeper",
    )
    assert (entry.after.store_id, entry.value_fen, entry.document_id) == (store.id, 90_000, "")


def test_the_same_ledger_again_changes_nothing(warehouse: Harness) -> None:
    store = create_store(warehouse).code
    rows = [item_cells(store, 标签号=f"T-{n}") for n in range(3)]
    assert outcome(imported(warehouse, *rows)) == (3, 0, 0)
    before = warehouse.call("list_items").items
    assert outcome(imported(warehouse, *rows)) == (0, 3, 0)
    assert warehouse.call("list_items").items == before
    assert [warehouse.count(each) for each in ("items", "movements")] == [3, 3]


@pytest.mark.parametrize(
    ("changes", "heading", "reason"),
    [
        ({"资产编号": ""}, "资产编号", "REQUIRED"),
        ({"资产名称": "长" * 201}, "资产名称", "TOO_LONG"),
        ({"取得日期": "2019-02-29"}, "取得日期", "INVALID_DATE"),
        ({"原值（元）": "1.005"}, "原值（元）", "TOO_FINE"),
        ({"入仓价值（元）": "-1"}, "入仓价值（元）", "OUT_OF_RANGE"),
        ({"成色": "还行"}, "成色", "UNKNOWN_VALUE"),
        ({"仓库编号": "CK-无"}, "仓库编号", "NOT_FOUND"),
        ({"库位": " "}, "库位", "REQUIRED"),
        ({"权属单位": "云澜市财政局"}, "权属单位", "NOT_FOUND"),
        ({"资产编号": "ZC-1", "库位": "B-9"}, "资产编号", "ASSET_ALREADY_HELD"),
        ({"标签号": "t-1"}, "标签号", "TAG_TAKEN"),
        ({"标签号": "zc-1"}, "标签号", "CODE_OF_OTHER"),
        ({"标签号": "gw-2026-000009"}, "标签号", "CODE_OF_OTHER"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isascii() else "",
)
def test_a_row_that_breaks_a_rule_is_refused_and_the_others_are_taken(
    warehouse: Harness, changes: dict[str, str], heading: str, reason: str
) -> None:
    store = create_store(warehouse).code
    imported(warehouse, item_cells(store, 资产编号="ZC-1", 标签号="T-1"))
    reply = imported(warehouse, item_cells(store), item_cells(store, **changes))
    assert outcome(reply) == (1, 0, 1)
    assert problems(reply) == [(3, heading, reason)]
    assert warehouse.count("items") == 2


def test_rows_of_one_sheet_that_say_the_same_thing_twice(warehouse: Harness) -> None:
    store = create_store(warehouse).code
    row = item_cells(store, 资产编号="ZC-1", 标签号="T-1")
    reply = imported(
        warehouse,
        row,
        row,
        row | {"资产编号": "ｚｃ－1", "库位": "B-9"},
        item_cells(store, 标签号="t-1"),
        item_cells(store),
        item_cells(store),
        item_cells(store, 标签号="zc-1"),
    )
    assert outcome(reply) == (3, 1, 3)
    assert problems(reply) == [
        (4, "资产编号", "ASSET_ALREADY_HELD"),
        (5, "标签号", "TAG_TAKEN"),
        (8, "标签号", "CODE_OF_OTHER"),
    ]


def test_what_is_in_a_virtual_store_is_a_unit_s_and_what_is_not_is_the_store_s(
    warehouse: Harness,
) -> None:
    unit, other = a_unit(warehouse), a_unit(warehouse)
    virtual = create_store(warehouse, kind="STORE_KIND_VIRTUAL").code
    physical = create_store(warehouse).code
    row = item_cells(virtual, 权属单位=unit.unit_name)
    reply = imported(
        warehouse,
        row,
        item_cells(virtual),
        item_cells(physical, 权属单位=unit.unit_name),
        row | {"权属单位": other.unit_name},
    )
    assert outcome(reply) == (1, 0, 3)
    assert problems(reply) == [
        (3, "权属单位", "NOT_FOUND"),
        (4, "权属单位", "NOT_VIRTUAL"),
        (5, "资产编号", "ASSET_ALREADY_HELD"),
    ]
    [made] = warehouse.call("list_items").items
    assert (made.unit_id, made.region_code, made.reach) == (unit.unit_id, "990101", "9901")
    assert outcome(imported(warehouse, row)) == (0, 1, 0)
    assert outcome(imported(warehouse, row | {"权属单位": other.unit_name})) == (0, 0, 1)


def test_a_card_that_moved_on_is_not_taken_in_again_by_a_sheet(warehouse: Harness) -> None:
    store = create_store(warehouse).code
    row = item_cells(store)
    imported(warehouse, row)
    [desk] = warehouse.call("list_items").items
    transfer = granted(warehouse, somebody(), item_ids=[desk.id])
    warehouse.call("hand_over_transfer", transfer_id=transfer.id)
    warehouse.call("receive_transfer", user=somebody(), transfer_id=transfer.id)
    assert outcome(imported(warehouse, row)) == (0, 0, 1)
    assert card(warehouse, desk.id).state == pb.ITEM_STATE_IN_USE


def test_500_rows_come_at_once_and_no_more(warehouse: Harness) -> None:
    store = create_store(warehouse).code
    rows = [item_cells(store) for _ in range(501)]
    assert outcome(imported(warehouse, *rows[:500])) == (500, 0, 0)
    assert [warehouse.count(each) for each in ("items", "movements")] == [500, 500]
    sheet = [{"row": number, "cells": cells} for number, cells in enumerate(rows)]
    told = refusal(warehouse, "import_items", InvalidInput, rows=sheet)
    assert told == ("TOO_MANY", ["rows"])


@pytest.mark.parametrize("kind", ["PHYSICAL", "VIRTUAL"])
def test_nobody_fills_the_store_of_another_region(warehouse: Harness, kind: str) -> None:
    unit = a_unit(warehouse, region_code="990102")
    store = create_store(warehouse, region_code="990101", kind=f"STORE_KIND_{kind}").code
    named = {"权属单位": unit.unit_name} if kind == "VIRTUAL" else {}
    row = item_cells(store, **named)
    with pytest.raises(PermissionDenied):
        imported(warehouse, row, user=replace(keeper_of("990102"), subject="other"))
    assert warehouse.count("items") == 0
    assert outcome(imported(warehouse, row, user=keeper_of("9901"))) == (1, 0, 0)
