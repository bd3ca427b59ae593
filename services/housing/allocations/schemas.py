"""What requests about allocations must satisfy."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marshmallow import validates_schema

from chassis.fields import Choice, Code, Day, Identifier, Line, RegionCode, Wrong
from chassis.figures import Quantity, Whole
from chassis.schemas import PageSchema, RequestSchema


class Asked(Quantity):
    """Square metres that are asked for: more than nothing, two decimals."""

    def __init__(self) -> None:
        super().__init__(2, Decimal("0.01"), 1_000_000, required=True)


class FindRoomsSchema(RequestSchema):
    use = Choice()
    area_m2 = Asked()
    region_code = RegionCode(prefix=True, optional=True)
    property_code = Code(optional=True)


class UpdateAllocationSchema(RequestSchema):
    way = Choice()
    use = Choice()
    area_m2 = Asked()
    from_on = Day(optional=True)
    months = Whole(0, 600)
    property_code = Code(optional=True)
    reason = Line(500)
    override_reason = Line(500, optional=True)

    @validates_schema
    def lease_has_a_term(self, values: dict[str, Any], **_: Any) -> None:
        if values.get("way") == "lease" and not values.get("months"):
            raise Wrong("REQUIRED", "租用须填租期（月）", "a lease has a term", "months")


class RequestAllocationSchema(UpdateAllocationSchema):
    unit_id = Identifier(optional=True)


class EndAllocationSchema(RequestSchema):
    to_on = Day(optional=True)


class ListAllocationsSchema(PageSchema):
    region_code = RegionCode(prefix=True, optional=True)
    from_stock_in_year = Whole(0, 2200)


class ReportRentSavedSchema(RequestSchema):
    year = Whole(0, 2200)
    region_code = RegionCode(prefix=True, optional=True)
