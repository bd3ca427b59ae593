"""What requests about norms must satisfy."""

from __future__ import annotations

from chassis.fields import Day, Line, RegionCode
from chassis.figures import Quantity
from chassis.schemas import PageSchema, RequestSchema


class ListNormsSchema(PageSchema):
    kind = Line(100, optional=True)
    on_day = Day(optional=True)


class SetNormSchema(RequestSchema):
    kind = Line(100)
    key = Line(100, optional=True)
    value = Quantity(4, 0, 10**13, required=True)
    region_code = RegionCode(optional=True)
    valid_from = Day()
    source = Line(300)


class EndNormSchema(RequestSchema):
    valid_to = Day()
