"""What requests about stores must satisfy."""

from __future__ import annotations

from chassis.schemas import Choice, Code, Line, RegionCode, RequestSchema, Uscc


class CreateStoreSchema(RequestSchema):
    code = Code()
    name = Line()
    kind = Choice()
    address = Line(300, optional=True)
    region_code = RegionCode()
    owner_name = Line()
    owner_uscc = Uscc(optional=True)
