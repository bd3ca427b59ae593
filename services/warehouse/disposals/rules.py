"""Formulas and limits of disposal batches."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction


def reaches_floor(income_fen: int, appraised_fen: int, floor_percent: Decimal | None) -> bool:
    """Whether an income reaches that share (90 is 90 %) of the appraised value, to the fen and
    without rounding. None: no norm is in force."""
    return floor_percent is None or income_fen * 100 >= appraised_fen * Fraction(floor_percent)
