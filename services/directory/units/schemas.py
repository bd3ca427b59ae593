"""What requests about units must satisfy."""

from __future__ import annotations

from typing import Any

from marshmallow import validates_schema

from chassis.fields import Choice, Day, Identifier, Line, RegionCode, Uscc, Wrong
from chassis.schemas import PageSchema, RequestSchema


class RegisterUnitSchema(RequestSchema):
    uscc = Uscc()
    name = Line()
    kind = Choice()
    region_code = RegionCode()
    parent_id = Identifier(optional=True)
    valid_from = Day(optional=True)


class ChangeUnitSchema(RequestSchema):
    unit_id = Identifier()
    name = Line(optional=True)
    parent_id = Identifier(optional=True)
    valid_from = Day(optional=True)

    @validates_schema
    def says_what_to_change(self, values: dict[str, Any], **_: Any) -> None:
        given = (values.get(name) for name in ("name", "kind", "level"))
        if not any(given) and "parent_id" not in values:
            raise Wrong("REQUIRED", "请填写要变更的内容", "say what is to change", "name")


class GetUnitSchema(RequestSchema):
    as_of = Day(optional=True)


class ListUnitsSchema(PageSchema):
    region_code = RegionCode(prefix=True, optional=True)
    as_of = Day(optional=True)
    parent_id = Identifier(optional=True)
