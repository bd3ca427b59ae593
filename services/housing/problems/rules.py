"""When a problem is late."""

from __future__ import annotations

from datetime import date


def is_overdue(due_on: date | None, today: date, *, closed: bool) -> bool:
    """From the day after its deadline on, until it is closed."""
    return due_on is not None and due_on < today and not closed
