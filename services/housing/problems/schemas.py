"""What requests about problems must satisfy."""

from __future__ import annotations

from typing import Any

from marshmallow import validates_schema

from chassis.fields import Choice, Day, Identifier, Line, RegionCode, Wrong
from chassis.schemas import PageSchema, RequestSchema


class OpenProblemSchema(RequestSchema):
    title = Line()
    detail = Line(2000, optional=True)
    source = Choice()
    property_id = Identifier(optional=True)
    unit_id = Identifier(optional=True)
    found_on = Day(optional=True)
    due_on = Day(optional=True)

    @validates_schema
    def names_one_holder(self, values: dict[str, Any], **_: Any) -> None:
        if values.get("property_id") and values.get("unit_id"):
            raise Wrong(
                "ONE_OF_TWO",
                "已指明房产的，由其使用单位整改，不再填写整改单位",
                "the unit of the property mends it; name no other",
                "unit_id",
            )


class AssignmentSchema(RequestSchema):
    assignee = Line()
    due_on = Day(optional=True)


class ReasonSchema(RequestSchema):
    reason = Line(500)


class EvidenceSchema(RequestSchema):
    kind = Line(100)
    reference = Line()
    note = Line(500, optional=True)


class ClosingSchema(RequestSchema):
    note = Line(500)


class ListProblemsSchema(PageSchema):
    region_code = RegionCode(prefix=True, optional=True)


class ReportProblemsSchema(RequestSchema):
    region_code = RegionCode(prefix=True, optional=True)
