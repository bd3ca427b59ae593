"""What requests about the calendar must satisfy."""

from __future__ import annotations

from typing import Any

from marshmallow import validates_schema

from chassis.fields import Day, Line, Several, Wrong
from chassis.figures import Whole
from chassis.schemas import PageSchema, RequestSchema
from directory.calendar import rules


class PublishCalendarYearSchema(RequestSchema):
    year = Whole(1949, 2200)
    holidays = Several(Day(), 200)
    workdays = Several(Day(), 200, optional=True)
    source = Line()

    @validates_schema(skip_on_field_errors=True)
    def days_fit(self, values: dict[str, Any], **_: Any) -> None:
        holidays, workdays = values["holidays"], values["workdays"]
        for field, days in (("holidays", holidays), ("workdays", workdays)):
            for day in rules.outside(values["year"], days):
                raise Wrong("OUTSIDE_YEAR", f"{day} 不在该年内", f"{day} is of another year", field)
        for day in rules.on_both(holidays, workdays):
            raise Wrong("ON_BOTH_LISTS", f"{day} 既放假又上班", f"{day} is on both", "workdays")
        for day in rules.not_weekend(workdays):
            raise Wrong(
                "NOT_A_WEEKEND", f"{day} 不是周六或周日", f"{day} is no weekend day", "workdays"
            )


class ListCalendarYearsSchema(PageSchema):
    pass
