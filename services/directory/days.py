"""Days as offices count them: in China, first and last day included."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from chassis.errors import InvalidInput, NotFound, Violation
from chassis.spans import covers


def day_before(day: date) -> date:
    return day - timedelta(days=1)


def too_early(field: str) -> InvalidInput:
    """What is on record about a later day would be contradicted."""
    return InvalidInput.field(
        field, "TOO_EARLY", "早于已登记的起始日期", "before what is already on record begins"
    )


def not_in_force(field: str, day: date) -> NotFound:
    zh, en = "在该日期不存在或未生效", "not in force on that day"
    return NotFound(
        "NOT_IN_FORCE", zh, en, [Violation(field, "NOT_IN_FORCE", zh, en, day.isoformat())]
    )


def in_force(row: Any, day: date) -> ColumnElement[bool]:
    """`row` has columns `valid_from` and `valid_to`."""
    return covers(row.valid_from, row.valid_to, day)


Span = tuple[Any, Any]
"""First and last day, columns or values; the last may be NULL or None."""


def overlap(one: Span, other: Span) -> ColumnElement[bool]:
    """Whether the spans share a day; neither may end before it begins."""
    return and_(_begins_in_time(one, other), _begins_in_time(other, one))


def _begins_in_time(one: Span, other: Span) -> Any:
    first, last = one[0], other[1]
    if last is None:
        return True
    if isinstance(last, date):
        return first <= last
    return or_(last.is_(None), first <= last)
