"""Formulas and limits of repairs."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

MAX_LINES = 100
MAX_MONTHS = 600
FIRST_YEAR, LAST_YEAR = 2000, 2200


def warranty_until(accepted_on: date, months: int) -> date | None:
    """The last day of a warranty, inclusive: the same day of the month so many months after
    acceptance, or the last day of that month where it has no such day (29 February and 12
    months: 28 February); None for no months.
    """
    if not months:
        return None
    years, month = divmod(accepted_on.month - 1 + months, 12)
    year = accepted_on.year + years
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(accepted_on.day, last))


def is_under_warranty(until: date | None, day: date) -> bool:
    """The last day still is."""
    return until is not None and until >= day
