"""What operators and chiefs watch of the master data."""

from __future__ import annotations

from sqlalchemy import func, select

from chassis.enums import labels_of
from chassis.measures import Measure, number_of
from directory.calendar.model import CalendarYear
from directory.people.model import Person
from directory.units.model import Unit
from guanjia.directory.v1 import directory_pb2

MEASURES = (
    Measure(
        "guanjia_directory_units",
        "单位",
        "Units by level",
        number_of(Unit, Unit.level),
        ("level",),
        names=labels_of(directory_pb2.UnitLevel.DESCRIPTOR),
        unit="家",
    ),
    Measure("guanjia_directory_people", "人员", "People", number_of(Person), unit="人"),
    Measure(
        "guanjia_directory_calendar_until_year",
        "工作日历已发布至",
        "Last year whose calendar of workdays is published",
        lambda reader: reader.rows(select(func.max(CalendarYear.year))),
        unit="年",
    ),
)
