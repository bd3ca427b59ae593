"""Business days are those of Asia/Shanghai; instants are UTC."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")


def day_of(instant: datetime) -> date:
    """The civil date in China at that instant."""
    return instant.astimezone(CHINA).date()


def months_after(day: date, months: int) -> date:
    """The same day of the month so many months later, or the last day of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def days_of(year: int, month: int = 0) -> tuple[date, date]:
    """The first and the last day of a year, or of one of its months."""
    if not month:
        return date(year, 1, 1), date(year, 12, 31)
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def start_of(day: date) -> datetime:
    """The first instant of a civil date in China, in UTC."""
    return datetime.combine(day, time(), CHINA).astimezone(UTC)
