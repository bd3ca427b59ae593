"""Business days are those of Asia/Shanghai; instants are UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")


def day_of(instant: datetime) -> date:
    """The civil date in China at that instant."""
    return instant.astimezone(CHINA).date()


def start_of(day: date) -> datetime:
    """The first instant of a civil date in China, in UTC."""
    return datetime.combine(day, time(), CHINA).astimezone(UTC)
