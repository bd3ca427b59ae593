"""Calendar year (工作日历): the official holidays and make-up workdays of a year."""

from __future__ import annotations

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage import OPEN, Aggregate, Base
from directory.columns import Words


class CalendarYear(Aggregate, Base):
    """Days are ISO 8601, in order."""

    __tablename__ = "calendar_years"
    scoped = OPEN

    year: Mapped[int] = mapped_column(Integer, unique=True)
    holidays: Mapped[list[str]] = mapped_column(Words)
    workdays: Mapped[list[str]] = mapped_column(Words)
    source: Mapped[str] = mapped_column(String(200))

    def publish(self, holidays: list[str], workdays: list[str], source: str) -> None:
        self.holidays, self.workdays, self.source = holidays, workdays, source
