"""Times in days, as offices count them: in China, first and last day included."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from chassis.days import day_of
from chassis.errors import InvalidInput


def not_ahead(day: date | None, now: datetime, field: str) -> date:
    """`day`, or today without one. Refuses a later day: facts take effect when they arrive."""
    latest = day_of(now)
    if day is not None and day > latest:
        raise InvalidInput.field(
            field, "IN_FUTURE", "不得晚于今日，请在生效当日登记", "not later than today"
        )
    return day or latest


def covers(first: Any, last: Any, day: date) -> ColumnElement[bool]:
    """Whether a day lies between two columns; a last day of NULL is none."""
    return and_(first <= day, or_(last.is_(None), last >= day))
