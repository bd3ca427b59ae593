"""Formulas and limits of disposals."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

ANSWER_WITHIN = timedelta(days=10)
"""How long the warehouse may take to answer for a line before it counts as overdue."""

MAX_ASSETS = 1_000


def answer_due(approved_at: datetime) -> datetime:
    return approved_at + ANSWER_WITHIN


def is_overdue(answer_due_at: datetime | None, now: datetime) -> bool:
    """A line has a due time exactly while it is awaited."""
    return answer_due_at is not None and answer_due_at < now


def income_suffices(income_fen: int, appraised_fen: int, least_share: Decimal | None) -> bool:
    """Whether the income reaches that share (0.9 is 90 %) of the appraised value, to the fen
    and without rounding. None: no norm is in force; 0 fen: worth nothing, or not appraised."""
    return least_share is None or income_fen >= appraised_fen * Fraction(least_share)
