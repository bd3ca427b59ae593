"""What requests to merge, split and close units must satisfy."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validates_schema

from chassis.fields import Choice, Day, Identifier, Line, RegionCode, Several, Uscc, Wrong
from chassis.schemas import RequestSchema

MOST_UNITS = 50


class MergeUnitsSchema(RequestSchema):
    unit_ids = Several(Identifier(), MOST_UNITS)
    into_unit_id = Identifier()
    valid_from = Day(optional=True)
    source = Line()

    @validates_schema
    def goes_into_another(self, values: dict[str, Any], **_: Any) -> None:
        if values.get("into_unit_id") in values.get("unit_ids", []):
            raise Wrong(
                "INTO_ITSELF", "单位不能并入其自身", "a unit cannot go into itself", "into_unit_id"
            )


class NewUnitSchema(RequestSchema):
    uscc = Uscc()
    name = Line()
    kind = Choice()
    region_code = RegionCode(optional=True)


class SplitUnitSchema(RequestSchema):
    unit_id = Identifier()
    units = Several(fields.Nested(NewUnitSchema), MOST_UNITS)
    valid_from = Day(optional=True)
    source = Line()


class CloseUnitSchema(RequestSchema):
    unit_id = Identifier()
    valid_to = Day(optional=True)
    source = Line(optional=True)
