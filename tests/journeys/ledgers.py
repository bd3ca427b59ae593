"""What journeys over ledgers share: a region of their own, registers, figures of reports."""

from __future__ import annotations

from collections.abc import Sequence
from random import SystemRandom
from typing import Any

from tests.processes import Caller

_BATCH = 300


_COUNTIES = iter(
    SystemRandom().sample([f"99{each:04}" for each in range(2_000, 9_000) if each % 100], 6_000)
)


def a_region() -> str:
    """A county no other test uses."""
    return next(_COUNTIES)


def imported(
    caller: Caller, noun: str, rows: Sequence[dict[str, str]], service: str = "housing"
) -> tuple[int, int, int]:
    """What came of rows of a ledger: created, unchanged, refused."""
    counts = [0, 0, 0]
    for start in range(0, len(rows), _BATCH):
        sheet = [
            {"row": number, "cells": cells}
            for number, cells in enumerate(rows[start : start + _BATCH], start=start + 2)
        ]
        reply = caller.call(f"{service}.import_{noun}", rows=sheet, timeout=30)
        for place, name in enumerate(("created", "unchanged", "refused")):
            counts[place] += getattr(reply, name)
    created, unchanged, refused = counts
    return created, unchanged, refused


def register_rows(series: str, region: str, number: int, **cells: str) -> list[dict[str, str]]:
    """Rows of a property register."""
    return [
        {
            "房产编号": f"{series}-{each:05}",
            "房产名称": f"{each} 号楼",
            "房产类别": "办公用房",
            "坐落位置": f"人民路 {each} 号",
            "行政区划代码": region,
            "建筑面积（㎡）": "1200",
            "使用面积（㎡）": "800",
            **cells,
        }
        for each in range(number)
    ]


def total(report: Any) -> dict[str, str]:
    """The figures of a report's last line."""
    keys = [each.key for each in report.figures]
    return dict(zip(keys, report.lines[-1].figures, strict=True))


def decide(
    caller: Caller,
    approval_id: str,
    decision: str = "DECISION_APPROVE",
    user: str = "approver",
    service: str = "housing",
) -> None:
    caller.call(
        "approvals.decide_approval",
        user=user,
        service=service,
        approval_id=approval_id,
        decision=decision,
        note="" if decision == "DECISION_APPROVE" else "材料不全",
    )
