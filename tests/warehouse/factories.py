"""Stores, intakes and items for tests: good ones, with what a test changes."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from chassis.principal import Principal, developer
from chassis.testing import Harness
from guanjia.asset.v1 import asset_pb2
from guanjia.housing.v1 import events_pb2
from tests.warehouse.units import a_unit as a_unit
from tests.warehouse.units import clerk_of as clerk_of
from tests.warehouse.units import keeper_of as keeper_of
from tests.warehouse.units import merges as merges
from tests.warehouse.units import renamed as renamed
from warehouse.intakes.model import Intake, IntakeState
from warehouse.items.model import Item
from warehouse.items.movements import Cause
from warehouse.items.states import OUTSIDE, Condition, ItemState
from warehouse.stores.model import Owner, Store, StoreKind

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)

_numbers = itertools.count(1)


def store_fields(**changes: Any) -> dict[str, Any]:
    """CreateStore's fields; a code of its own."""
    return {
        "code": f"CK-{next(_numbers):04}",
        "name": "公物仓一号库",
        "kind": "STORE_KIND_PHYSICAL",
        "address": "云澜市仓前路1号",
        "region_code": "990100",
        "owner_name": "云澜市机关事务管理局",
    } | changes


def asset_fields(**changes: Any) -> dict[str, Any]:
    """An Asset message's fields; a code of its own."""
    return {
        "asset_code": f"ZC-{next(_numbers):06}",
        "name": "办公桌",
        "class_code": "A05010201",
        "acquired_on": "2019-03-01",
        "original_value_fen": 180_000,
        "condition": "CONDITION_GOOD",
    } | changes


def asset(**changes: Any) -> asset_pb2.Asset:
    return asset_pb2.Asset(**asset_fields(**changes))


def disposal_approved(
    lines: int = 2, document_id: str = "d-1", **changes: Any
) -> events_pb2.DisposalApproved:
    """Housing's fact with that many assets."""
    return events_pb2.DisposalApproved(
        document_id=document_id,
        document_code="CZ-2026-000001",
        assets=[
            asset_pb2.ReleasedAsset(line_id=f"{document_id}-{number}", asset=asset(**changes))
            for number in range(lines)
        ],
    )


CAUSE = Cause(by="li", at=NOW, document_id="d-1", document_code="DB-2026-000001")
OWNER = Owner(unit_id="u-1", owner_name="云澜市财政局", owner_uscc="", region_code="990100")


def store_object(**changes: Any) -> Store:
    return Store(
        **{
            "code": "CK-1",
            "name": "公物仓一号库",
            "kind": StoreKind.PHYSICAL,
            "address": "",
            "region_code": "990100",
            "owner_name": "云澜市机关事务管理局",
            "owner_uscc": "",
            "unit_id": "u-0",
            **changes,
        }
    )


def item_object(state: ItemState = ItemState.IN_STOCK) -> Item:
    inside = state not in OUTSIDE
    return Item(
        code="GW-2026-000001",
        asset_code="ZC-1",
        name="办公桌",
        class_code="",
        acquired_on=None,
        original_value_fen=180_000,
        condition=Condition.GOOD,
        state=state,
        store_id="s-1" if inside else None,
        place="A-1" if inside else "",
        region_code="990100",
        unit_id="u-0",
        owner_name="云澜市机关事务管理局",
        owner_uscc="",
        value_fen=90_000,
        reach="9901",
        stay=1,
        tag="",
        borrower_name="云澜市档案馆" if state is ItemState.ON_LOAN else "",
    )


def intake_object(state: IntakeState = IntakeState.DRAFTED) -> Intake:
    return Intake(
        code="RK-2026-000001",
        state=state,
        service="housing",
        document_id="d-1",
        document_code="CZ-2026-000001",
        line_id="l-1",
        asset_code="ZC-1",
        name="办公桌",
        class_code="",
        acquired_on=None,
        original_value_fen=180_000,
        condition=Condition.GOOD,
    )


def create_store(warehouse: Harness, **changes: Any) -> Any:
    return warehouse.call("create_store", **store_fields(**changes))


def offer(warehouse: Harness, **changes: Any) -> Any:
    """A drafted intake of an asset that a unit offers."""
    user = changes.pop("user", "clerk")
    return warehouse.call("offer_asset", user=user, asset=asset_fields(**changes))


def accept(warehouse: Harness, intake: Any, **changes: Any) -> Any:
    fields = {"place": "A-01", "value_fen": 90_000, "intake_id": intake.id} | changes
    if "store_id" not in fields:
        fields["store_id"] = create_store(warehouse).id
    return warehouse.call("accept_intake", **fields)


def held_item(warehouse: Harness, **changes: Any) -> Any:
    """The card of an asset that was offered and accepted."""
    accepted = accept(warehouse, offer(warehouse, **changes))
    return warehouse.call("get_item", item_id=accepted.item_id)


def lent_item(warehouse: Harness, **changes: Any) -> Any:
    item = held_item(warehouse, **changes)
    return warehouse.call("lend_item", item_id=item.id, borrower_name="云澜市档案馆")


def somebody(unit_id: str = "u-7", **changes: Any) -> Principal:
    """Somebody of a unit, who may do everything anywhere."""
    given = {
        "subject": f"clerk@{unit_id}",
        "unit_id": unit_id,
        "unit_name": f"单位 {unit_id}",
        "region_code": "990101",
    } | changes
    return replace(developer("clerk"), **given)


def stocked(warehouse: Harness, number: int, **changes: Any) -> list[Any]:
    """So many items in stock, which came as opening stock."""
    into = {"region_code": "990100"} | {
        name: changes.pop(name) for name in ("region_code", "kind", "owner_name") if name in changes
    }
    store = create_store(warehouse, **into)
    rows = [item_cells(store.code, **changes) for _ in range(number)]
    sheet = [{"row": n, "cells": cells} for n, cells in enumerate(rows, start=2)]
    for start in range(0, number, 500):
        reply = warehouse.call("import_items", rows=sheet[start : start + 500])
        assert not reply.problems, reply.problems
    found = []
    token = ""
    while True:
        page = warehouse.call("list_items", store_id=store.id, page_size=500, page_token=token)
        found += page.items
        token = page.next_page_token
        if not token:
            return found


def item_cells(store_code: str, **changes: str) -> dict[str, str]:
    """A row of a ledger of opening stock; an asset code of its own."""
    return {
        "资产编号": f"QC-{next(_numbers):07}",
        "资产名称": "办公桌",
        "分类代码": "A05010201",
        "取得日期": "2019-03-01",
        "原值（元）": "1800",
        "成色": "良好",
        "仓库编号": store_code,
        "库位": "A-01",
        "入仓价值（元）": "900",
    } | changes


def asked(warehouse: Harness, user: Principal, **fields: Any) -> Any:
    """A submitted transfer."""
    fields = {"reason": "新增人员配置", "to_place": "三楼 301"} | fields
    draft = warehouse.call("create_transfer", user=user, **fields)
    return warehouse.call("submit_transfer", user=user, transfer_id=draft.id)


def decide(
    warehouse: Harness, approval_id: str, decision: str = "APPROVE", note: str = "", **more: Any
) -> Any:
    return warehouse.call(
        "decide_approval",
        user=more.pop("user", "chief"),
        approval_id=approval_id,
        decision=f"DECISION_{decision}",
        note=note or ("" if decision == "APPROVE" else "材料不全"),
        **more,
    )


def granted(warehouse: Harness, user: Principal, **fields: Any) -> Any:
    """A transfer that was approved, as it is then."""
    transfer = asked(warehouse, user, **fields)
    decide(warehouse, transfer.approval_id)
    return warehouse.call("get_transfer", transfer_id=transfer.id)


def received(warehouse: Harness, user: Principal, **fields: Any) -> Any:
    """A transfer whose items the unit has."""
    transfer = granted(warehouse, user, **fields)
    warehouse.call("hand_over_transfer", user="keeper", transfer_id=transfer.id)
    return warehouse.call("receive_transfer", user=user, transfer_id=transfer.id)


def imported(warehouse: Harness, *rows: dict[str, str], **fields: Any) -> Any:
    """What the import of these rows tells; the first is row 2 of its sheet."""
    sheet = [{"row": number, "cells": cells} for number, cells in enumerate(rows, start=2)]
    return warehouse.call("import_items", rows=sheet, **fields)


def card(warehouse: Harness, item_id: str) -> Any:
    return warehouse.call("get_item", item_id=item_id)


def in_virtual_store(warehouse: Harness, unit: Principal, **changes: Any) -> Any:
    """The card of an asset that stays with a unit, in a virtual store of the city."""
    store = create_store(warehouse, kind="STORE_KIND_VIRTUAL", region_code="990100")
    offered = warehouse.call("offer_asset", user=unit, asset=asset_fields(**changes))
    return card(warehouse, accept(warehouse, offered, store_id=store.id, place="原处").item_id)
