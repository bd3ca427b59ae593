"""What requests about checks must satisfy."""

from __future__ import annotations

from chassis.fields import Day, Line, RegionCode
from chassis.schemas import RequestSchema


class CreateCheckSchema(RequestSchema):
    name = Line()
    region_code = RegionCode()
    as_of = Day(optional=True)
