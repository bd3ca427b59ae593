"""Workdays (工作日) by the official calendar of each year; a year without one is refused."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from chassis.copies.model import CalendarCopy
from chassis.errors import IllegalState
from chassis.storage import UnitOfWork


class Calendar:
    """The calendars a unit of work sees. Raises IllegalState NO_CALENDAR for other years."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._years: dict[int, tuple[frozenset[str], frozenset[str]]] = {}

    def is_workday(self, day: date) -> bool:
        holidays, workdays = self._year(day.year)
        if day.weekday() < 5:
            return day.isoformat() not in holidays
        return day.isoformat() in workdays

    def after(self, day: date, workdays: int) -> date:
        """The day so many workdays after `day`, which itself does not count."""
        while workdays:
            day += timedelta(days=1)
            workdays -= self.is_workday(day)
        return day

    def _year(self, year: int) -> tuple[frozenset[str], frozenset[str]]:
        if year not in self._years:
            found = self._uow.find(select(CalendarCopy).where(CalendarCopy.id == str(year)))
            if found is None:
                raise IllegalState(
                    "NO_CALENDAR",
                    f"{year} 年放假安排尚未发布，不能推算工作日",
                    f"the official calendar of {year} is not published",
                )
            self._years[year] = frozenset(found.holidays), frozenset(found.workdays)
        return self._years[year]
