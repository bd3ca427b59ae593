"""Furniture and equipment for a disposal, with the field names of guanjia.asset.v1.Asset."""

from __future__ import annotations

from random import Random
from typing import TypedDict


class SampleAsset(TypedDict):
    asset_code: str
    name: str
    class_code: str
    acquired_on: str
    original_value_fen: int
    condition: str


# Class by GB/T 14885-2022, name, how many, about what one costs in yuan.
_KINDS = (
    ("A05010201", "办公桌", 8, 1800),
    ("A05010202", "会议桌", 2, 6400),
    ("A05010301", "办公椅", 8, 620),
    ("A05010401", "三人沙发", 2, 2600),
    ("A05010501", "书柜", 3, 1100),
    ("A05010502", "文件柜", 5, 890),
    ("A02010105", "台式计算机", 6, 4700),
    ("A02010108", "便携式计算机", 2, 6300),
    ("A02020100", "复印机", 1, 15800),
    ("A02020200", "投影仪", 1, 8900),
    ("A02021003", "A4黑白打印机", 2, 1250),
)
_CONDITIONS = {
    "CONDITION_GOOD": 45,
    "CONDITION_FAIR": 35,
    "CONDITION_POOR": 15,
    "CONDITION_BROKEN": 5,
}


def write_sample_assets() -> list[SampleAsset]:
    """Forty assets a unit gives up when it moves out; the same each time."""
    random = Random(20250102)
    lines = [(code, name, cost) for code, name, count, cost in _KINDS for _ in range(count)]
    assets = []
    for number, (class_code, name, cost) in enumerate(lines, start=1):
        year = random.randint(2012, 2021)
        assets.append(
            SampleAsset(
                asset_code=f"YLZC{year}{number:05}",
                name=name,
                class_code=class_code,
                acquired_on=f"{year}-{random.randint(1, 12):02}-{random.randint(1, 28):02}",
                original_value_fen=round(cost * random.uniform(0.85, 1.15)) * 100,
                condition=random.choices(list(_CONDITIONS), list(_CONDITIONS.values()))[0],
            )
        )
    return assets
