"""What requests about grants must satisfy."""

from __future__ import annotations

from typing import Any

from marshmallow import validates_schema

from chassis.fields import Day, Identifier, Line, RegionCode, Subject, Word, Wrong
from chassis.schemas import PageSchema, RequestSchema


class GrantRoleSchema(RequestSchema):
    subject = Subject()
    role = Word()
    region_code = RegionCode(optional=True)
    unit_id = Identifier(optional=True)
    valid_from = Day(optional=True)
    valid_to = Day(optional=True)

    @validates_schema
    def names_region_or_unit(self, values: dict[str, Any], **_: Any) -> None:
        if not values.get("region_code") and not values.get("unit_id"):
            raise Wrong(
                "REQUIRED", "请填写行政区划或单位", "a region or a unit is required", "region_code"
            )


class EndGrantSchema(RequestSchema):
    grant_id = Identifier()
    valid_to = Day(optional=True)


class ListGrantsSchema(PageSchema):
    subject = Subject(optional=True)
    role = Line(40, optional=True)
