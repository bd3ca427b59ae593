"""What requests about revitalisation must satisfy."""

from __future__ import annotations

from typing import Any

from marshmallow import validates_schema

from chassis.fields import Choice, Day, Identifier, Line, RegionCode, Wrong
from chassis.figures import Fen, Year
from chassis.schemas import PageSchema, RequestSchema


class UpdateRevitalisationSchema(RequestSchema):
    way = Choice()
    target_on = Day()
    reason = Line(500)


class CreateRevitalisationSchema(UpdateRevitalisationSchema):
    property_id = Identifier()


class ActionSchema(RequestSchema):
    way = Choice()
    done_on = Day(optional=True)
    gross_fen = Fen()
    tax_fen = Fen()
    cost_fen = Fen()
    note = Line(500, optional=True)


class AbandonSchema(RequestSchema):
    reason = Line(500)


class ListRevitalisationsSchema(PageSchema):
    property_id = Identifier(optional=True)
    unit_id = Identifier(optional=True)
    year = Year(optional=True)
    region_code = RegionCode(prefix=True, optional=True)

    @validates_schema
    def first_of_a_year(self, values: dict[str, Any], **_: Any) -> None:
        if values.get("first_way") and not values.get("year"):
            raise Wrong("REQUIRED", "必填", "required", "year")


class ReportRevitalisationSchema(RequestSchema):
    year = Year(optional=True)
    region_code = RegionCode(prefix=True, optional=True)
