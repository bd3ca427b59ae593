"""What may be done with the calendar."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from chassis.errors import Conflict, NotFound, Violation
from chassis.storage import Reader, UnitOfWork
from chassis.usecases import command, query
from chassis.wire import Values
from directory.calendar.facts import publish_year
from directory.calendar.model import CalendarYear
from directory.calendar.schemas import ListCalendarYearsSchema, PublishCalendarYearSchema

_TABLE = CalendarYear.__table__


@command(PublishCalendarYearSchema())
def publish_calendar_year(uow: UnitOfWork, request: Values) -> CalendarYear:
    table = {
        "holidays": sorted(each.isoformat() for each in request.holidays),
        "workdays": sorted(each.isoformat() for each in request.workdays),
        "source": request.source,
    }
    found: CalendarYear | None = uow.find(
        select(CalendarYear).where(CalendarYear.year == request.year)
    )
    if request.etag and (found is None or request.etag != str(found.version)):
        raise Conflict.stale()
    if found is None:
        found = CalendarYear(year=request.year, **table)
        uow.add(found)
    else:
        found.publish(**table)
    uow.flush()
    publish_year(uow, found)
    return found


@query()
def get_calendar_year(reader: Reader, request: Values) -> Any:
    found = reader.rows(select(_TABLE).where(_TABLE.c.year == request.year))
    if not found:
        zh, en = "该年尚无官方放假安排，请先录入", "no official table of this year"
        raise NotFound(
            "NO_CALENDAR", zh, en, [Violation("year", "NO_CALENDAR", zh, en, str(request.year))]
        )
    return found[0]


@query(ListCalendarYearsSchema())
def list_calendar_years(reader: Reader, request: Values) -> dict[str, Any]:
    rows, token = reader.page(select(_TABLE), [_TABLE.c.year], request)
    return {"years": rows, "next_page_token": token}
