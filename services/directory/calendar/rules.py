"""What must hold of the table of a year (全国年节及纪念日放假办法, 国务院办公厅年度放假通知)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

SATURDAY = 5


def outside(year: int, days: Collection[date]) -> list[date]:
    return [day for day in days if day.year != year]


def on_both(holidays: Collection[date], workdays: Collection[date]) -> list[date]:
    return [day for day in workdays if day in holidays]


def not_weekend(workdays: Collection[date]) -> list[date]:
    """A workday is made up for on a Saturday or Sunday only."""
    return [day for day in workdays if day.weekday() < SATURDAY]
