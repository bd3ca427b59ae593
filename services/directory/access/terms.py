"""From when to when a right lasts, for every kind of right."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypedDict

from chassis.days import day_of
from chassis.errors import IllegalState, InvalidInput
from chassis.wire import Values
from directory.days import day_before


class Term(TypedDict):
    valid_from: date
    valid_to: date | None


def term(request: Values, now: datetime) -> Term:
    """The days a request gives; without a first day it is today."""
    first = request.valid_from or day_of(now)
    if request.valid_to is not None and request.valid_to < first:
        raise InvalidInput.field(
            "valid_to", "ENDS_BEFORE_START", "截止日期早于生效日期", "ends before it begins"
        )
    return {"valid_from": first, "valid_to": request.valid_to}


def last_day(present: date | None, asked: date | None, now: datetime) -> date:
    """The new last day of a right that lasts until `present`; without `asked` it ends at once.

    Rights are neither prolonged nor ended for days gone by, since they were used.
    """
    yesterday = day_before(day_of(now))
    if present is not None and present <= yesterday:
        raise IllegalState.move("终止", "end it", "已终止", "ended")
    last = asked or yesterday
    if last < yesterday:
        raise InvalidInput.field(
            "valid_to",
            "TOO_EARLY",
            "不得早于昨日：已行使的权限不能追溯取消",
            "not for days gone by",
        )
    if present is not None and last > present:
        raise InvalidInput.field(
            "valid_to", "TOO_LATE", "不得晚于原截止日期", "later than it ends already"
        )
    return last
