"""Formulas and limits of disposals."""

from __future__ import annotations

from datetime import datetime, timedelta

ANSWER_WITHIN = timedelta(days=10)
"""How long the warehouse may take to answer for a line before it counts as overdue."""

MAX_ASSETS = 1_000


def answer_due(approved_at: datetime) -> datetime:
    return approved_at + ANSWER_WITHIN


def is_overdue(answer_due_at: datetime | None, now: datetime) -> bool:
    """A line has a due time exactly while it is awaited."""
    return answer_due_at is not None and answer_due_at < now
