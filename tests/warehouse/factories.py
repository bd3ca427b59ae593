"""Stores, intakes and items for tests: good ones, with what a test changes."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

from chassis.testing import Harness
from guanjia.asset.v1 import asset_pb2
from guanjia.housing.v1 import events_pb2
from warehouse.intakes.model import Intake, IntakeState
from warehouse.items.model import Condition, Item, ItemState

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


def item_object(state: ItemState = ItemState.IN_STOCK) -> Item:
    return Item(
        code="GW-2026-000001",
        asset_code="ZC-1",
        name="办公桌",
        class_code="",
        acquired_on=None,
        original_value_fen=180_000,
        condition=Condition.GOOD,
        state=state,
        store_id="s-1",
        place="A-1",
        owner_name="云澜市机关事务管理局",
        value_fen=90_000,
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
    return warehouse.call("offer_asset", asset=asset_fields(**changes))


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
