"""What requests about regions must satisfy."""

from __future__ import annotations

from typing import Any

from marshmallow import validates_schema

from chassis.fields import Choice, Day, Line, RegionCode, Wrong
from chassis.schemas import PageSchema, RequestSchema


class DefineRegionSchema(RequestSchema):
    code = RegionCode()
    name = Line(100)
    level = Choice()
    parent_code = RegionCode(optional=True)
    valid_from = Day()
    valid_to = Day(optional=True)
    successor_code = RegionCode(optional=True)

    @validates_schema
    def ends_after_it_begins(self, values: dict[str, Any], **_: Any) -> None:
        ends = values.get("valid_to")
        if ends is not None and ends < values["valid_from"]:
            raise Wrong(
                "ENDS_BEFORE_START", "停用日期早于启用日期", "ends before it begins", "valid_to"
            )

    @validates_schema
    def another_one_follows(self, values: dict[str, Any], **_: Any) -> None:
        code = values.get("code")
        if code and values.get("successor_code") == code:
            raise Wrong(
                "OWN_SUCCESSOR", "接续代码不能是其自身", "it cannot follow itself", "successor_code"
            )


class GetRegionSchema(RequestSchema):
    as_of = Day(optional=True)


class ListRegionsSchema(PageSchema):
    parent_code = RegionCode(optional=True)
