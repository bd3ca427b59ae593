"""What requests about savings must satisfy."""

from __future__ import annotations

from typing import Any

from marshmallow import validates_schema

from chassis.fields import Code, Identifier, Line, RegionCode, Wrong
from chassis.figures import Fen, Whole, Year
from chassis.schemas import PageSchema, RequestSchema


class BookSavingSchema(RequestSchema):
    transfer_line_id = Identifier()
    market_price_fen = Fen()
    market_source = Line(300, optional=True)
    move_cost_fen = Fen()
    repair_cost_fen = Fen()

    @validates_schema
    def a_price_has_a_source(self, values: dict[str, Any], **_: Any) -> None:
        if values.get("market_price_fen") and not values.get("market_source"):
            zh = "填写市场价格时须说明价格来源"
            raise Wrong("REQUIRED", zh, "say where the price is from", "market_source")


class ReverseSavingSchema(RequestSchema):
    reason = Line(500)


class ListSavingsSchema(PageSchema):
    year = Year(optional=True)
    month = Whole(0, 12)
    unit_id = Identifier(optional=True)
    class_code = Code(20, optional=True)
    store_id = Identifier(optional=True)
    item_id = Identifier(optional=True)
    region_code = RegionCode(prefix=True, optional=True)

    @validates_schema
    def a_month_is_of_a_year(self, values: dict[str, Any], **_: Any) -> None:
        if values.get("month") and not values.get("year"):
            raise Wrong("REQUIRED", "请填写年度", "say which year", "year")


class ReportSavingsSchema(RequestSchema):
    year = Year(optional=True)
