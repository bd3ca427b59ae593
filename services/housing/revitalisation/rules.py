"""Formulas of revitalisation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Done:
    """One action: its property and the floor area of that, its way, amounts in fen."""

    property_id: str
    floor_area_m2: Decimal
    way: str
    gross_fen: int
    tax_fen: int
    cost_fen: int


@dataclass
class Sums:
    """What came of some properties; area in m², amounts in fen."""

    properties: int = 0
    area_m2: Decimal = Decimal(0)
    gross_fen: int = 0
    tax_fen: int = 0
    cost_fen: int = 0

    @property
    def net_fen(self) -> int:
        return self.gross_fen - self.tax_fen - self.cost_fen


def sums_by_first_way(actions: Iterable[Done]) -> dict[str, Sums]:
    """Actions of a year, the earliest first: a property counts once, under the way of its
    first action, and all that was done with it in the year counts there."""
    way_of: dict[str, str] = {}
    found: dict[str, Sums] = {}
    for each in actions:
        is_new = each.property_id not in way_of
        way = way_of.setdefault(each.property_id, each.way)
        sums = found.setdefault(way, Sums())
        if is_new:
            sums.properties += 1
            sums.area_m2 += each.floor_area_m2
        sums.gross_fen += each.gross_fen
        sums.tax_fen += each.tax_fen
        sums.cost_fen += each.cost_fen
    return found
