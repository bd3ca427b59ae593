"""What must hold of a property's figures."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import TypeVar

N = TypeVar("N", Decimal, int)

MOST_PARTS = 50
"""Properties that one is split into, or that are merged into one, at most."""


def usable_fits(floor_area_m2: Decimal, usable_area_m2: Decimal) -> bool:
    """Usable area lies within the floor area (JGJ/T 235: it is a part of it)."""
    return usable_area_m2 <= floor_area_m2


def year_is_plausible(built_year: int, today: date) -> bool:
    """0 means unknown; a building site carries the year planned, at most ten years ahead."""
    return built_year == 0 or 600 <= built_year <= today.year + 10


def lacking(whole: N, parts: Iterable[N]) -> N:
    """What the parts lack to be the whole; below 0 where they are more."""
    for each in parts:
        whole -= each
    return whole
