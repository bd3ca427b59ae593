"""Splits and mergers for tests."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from chassis.testing import Harness
from chassis.testing.reports import figures
from tests.housing.factories import create_property


def part(code: str, *room_codes: str, **changes: Any) -> dict[str, Any]:
    """Half of what `create_property` makes, to the hundredth and the fen."""
    return {
        "code": code,
        "name": f"{code}号楼",
        "floor_area_m2": 1200.25,
        "usable_area_m2": 800,
        "book_value_fen": 430_000_000,
        "room_codes": list(room_codes),
    } | changes


def split(housing: Harness, property_id: str, *parts: dict[str, Any], **fields: Any) -> Any:
    given = {"property_id": property_id, "parts": list(parts), "reason": "分割确权"} | fields
    return housing.call("split_property", **given)


def halves(housing: Harness, *room_codes: str, **changes: Any) -> Any:
    """A property split into P-1, with these rooms, and P-2."""
    whole = create_property(housing, **changes)
    return split(housing, whole.id, part("P-1", *room_codes), part("P-2"))


def merge(housing: Harness, *properties: Any, **fields: Any) -> Any:
    ids = [each.id for each in properties]
    given = {"property_ids": ids, "code": "M-1", "name": "合并楼", "reason": "连体改造"} | fields
    return housing.call("merge_properties", **given)


def read(housing: Harness, property_id: str) -> Any:
    return housing.call("get_property", property_id=property_id)


def totals(housing: Harness) -> dict[str, Decimal | None]:
    """Areas and values of the register in all."""
    all_of_it = figures(housing.call("report_properties"))["合计", ""]
    return {name: all_of_it[name] for name in ("floor_area_m2", "book_value_yuan")}
