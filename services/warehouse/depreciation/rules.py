"""Formulas of depreciation: straight line, nothing left at the end. Amounts in fen, whole numbers
only, so that SQL (`report`) and Python agree to the fen."""

from __future__ import annotations

from datetime import date


def months_counted(acquired_on: date, on_day: date, lag: int, life: int) -> int:
    """Months of which the share is taken by that day: a month counts from its first day on, the
    first one is `lag` months after that of acquisition, the last one ends the life."""
    if on_day < acquired_on:
        return 0
    passed = (on_day.year - acquired_on.year) * 12 + on_day.month - acquired_on.month
    return min(max(passed + 1 - lag, 0), life)


def accumulated(original_fen: int, counted: int, life: int) -> int:
    """original × counted ÷ life, rounded to the fen, half up; a life of 0 never depreciates."""
    return (2 * original_fen * counted + life) // (2 * life) if life else 0
