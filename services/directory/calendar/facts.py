"""What others are told of the calendar, for every noun that tells it."""

from __future__ import annotations

from chassis.storage import UnitOfWork
from chassis.wire import to_message
from directory.calendar.model import CalendarYear
from guanjia.directory.v1 import directory_pb2, events_pb2


def publish_year(uow: UnitOfWork, year: CalendarYear) -> None:
    message = to_message(directory_pb2.CalendarYear, year)
    uow.publish(events_pb2.CalendarYearPublished(calendar=message), of=year)
