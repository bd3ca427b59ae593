"""What requests about stores must satisfy."""

from __future__ import annotations

from chassis.fields import Choice, Code, Line, RegionCode, Uscc
from chassis.schemas import RequestSchema


class CreateStoreSchema(RequestSchema):
    code = Code()
    name = Line()
    kind = Choice()
    address = Line(300, optional=True)
    region_code = RegionCode()
    owner_name = Line()
    owner_uscc = Uscc(optional=True)
