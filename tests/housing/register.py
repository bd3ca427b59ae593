"""Rows of a property register, as a spreadsheet holds them."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from random import Random
from typing import Any

from chassis.testing import Harness
from housing.properties.register import HEADINGS
from tests.housing.factories import USCC

KINDS = ("办公用房", "技术业务用房", "经营性用房", "存量住宅", "土地")


def cells(code: str, /, **changes: str) -> dict[str, str]:
    """One row, heading to text; changes go by field."""
    values = {
        "code": code,
        "name": "云澜市财政局办公楼",
        "kind": "办公用房",
        "address": "云澜市政通路12号",
        "region_code": "990101",
        "floors": "6",
        "floor_area_m2": "2,400.50",
        "usable_area_m2": "1600.25",
        "book_value_fen": "8600000",
        "use_state": "在用",
        "account_state": "已入账",
        "title_state": "已登记",
        "title_number": "",
        "unit_name": "云澜市财政局",
        "unit_uscc": USCC,
        "built_year": "1998",
    } | changes
    return {HEADINGS[name]: text for name, text in values.items()}


def register(good: int, bad: int) -> list[dict[str, str]]:
    """`good` rows and `bad` ones whose floor area is -5, mixed; the same each time."""
    random = Random(1392)
    rows = []
    for number in range(good + bad):
        area = Decimal(random.randrange(10_000, 900_000)) / 100
        rows.append(
            cells(
                f"YL-{number:05}",
                kind=random.choice(KINDS),
                floor_area_m2=str(area) if number < good else "-5",
                usable_area_m2=str(area / 2 // Decimal("0.01") / 100) if number < good else "0",
                book_value_fen=str(Decimal(random.randrange(10**9)) / 100),
            )
        )
    random.shuffle(rows)
    return rows


def sent(housing: Harness, rows: list[dict[str, str]], first: int = 2) -> Any:
    """The reply to an import of rows that stand in the sheet from row `first` on."""
    numbered = [{"row": number, "cells": row} for number, row in enumerate(rows, start=first)]
    return housing.call("import_properties", rows=numbered)


def sums(rows: list[dict[str, str]]) -> dict[str, tuple[int, Decimal, Decimal]]:
    """Count, floor area and book value in yuan of each kind in a register."""
    counts: Counter[str] = Counter()
    areas: Counter[str] = Counter()
    values: Counter[str] = Counter()
    for row in rows:
        kind = row[HEADINGS["kind"]]
        counts[kind] += 1
        areas[kind] += Decimal(row[HEADINGS["floor_area_m2"]])  # type: ignore[assignment]
        values[kind] += Decimal(row[HEADINGS["book_value_fen"]])  # type: ignore[assignment]
    return {kind: (counts[kind], Decimal(areas[kind]), Decimal(values[kind])) for kind in counts}
