"""Formulas and limits of repairs."""

from __future__ import annotations

from datetime import date

MAX_LINES = 100
MAX_MONTHS = 600
FIRST_YEAR = 2000


def is_under_warranty(until: date | None, day: date) -> bool:
    """The last day still is."""
    return until is not None and until >= day
