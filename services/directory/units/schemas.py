"""What requests about units must satisfy."""

from __future__ import annotations

from chassis.schemas import (
    Choice,
    Identifier,
    Line,
    PageSchema,
    RegionCode,
    RequestSchema,
    Uscc,
)


class RegisterUnitSchema(RequestSchema):
    uscc = Uscc()
    name = Line()
    kind = Choice()
    region_code = RegionCode()
    parent_id = Identifier(optional=True)


class ChangeUnitSchema(RequestSchema):
    name = Line()


class ListUnitsSchema(PageSchema):
    region_code = RegionCode(prefix=True, optional=True)
