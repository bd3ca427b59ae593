"""Stocktakes, and what tests ask of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chassis.testing import Harness
from guanjia.warehouse.v1 import items_pb2 as ip


def opened(warehouse: Harness, store_id: str, place: str = "A-01") -> Any:
    return warehouse.call("open_stocktake", store_id=store_id, place=place)


def scan(warehouse: Harness, stocktake: Any, tags: Sequence[str], **more: Any) -> Any:
    return warehouse.call("record_scans", stocktake_id=stocktake.id, tags=tags, **more)


def post(warehouse: Harness, stocktake: Any) -> Any:
    return warehouse.call("post_stocktake", stocktake_id=stocktake.id)


def undo(warehouse: Harness, stocktake: Any) -> Any:
    return warehouse.call("undo_stocktake", stocktake_id=stocktake.id, reason="漏盘二层")


def numbers(stocktake: Any) -> tuple[int, int, int, int]:
    return stocktake.found, stocktake.missing, stocktake.misplaced, stocktake.unknown


def codes(items: Sequence[Any]) -> list[str]:
    return [each.code for each in items]


def now(warehouse: Harness, item: Any) -> Any:
    return warehouse.call("get_item", item_id=item.id)


def entries(warehouse: Harness, stocktake: Any) -> list[ip.Movement]:
    reply = warehouse.call("list_movements", document_id=stocktake.id, page_size=500)
    return list(reply.movements)


def outcomes(warehouse: Harness, stocktake: Any, word: str) -> list[str]:
    """The cards, or else the tags, of an outcome."""
    listed = warehouse.call(
        "list_stocktake_lines", stocktake_id=stocktake.id, outcome=f"STOCKTAKE_OUTCOME_{word}"
    )
    return [each.item_code or each.tag for each in listed.lines]


def standing(item: Any) -> tuple[Any, ...]:
    return item.state, item.store_id, item.place, item.owner_name, item.unit_id, item.reach
