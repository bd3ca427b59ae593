"""What requests about area standards must satisfy."""

from __future__ import annotations

from chassis.fields import Day, RegionCode
from chassis.schemas import PageSchema, RequestSchema


class ListOverStandardSchema(PageSchema):
    on_day = Day(optional=True)
    region_code = RegionCode(prefix=True, optional=True)


class ReportOverStandardSchema(RequestSchema):
    on_day = Day(optional=True)
    region_code = RegionCode(prefix=True, optional=True)
