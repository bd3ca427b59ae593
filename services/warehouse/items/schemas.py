"""What requests about items must satisfy."""

from __future__ import annotations

from typing import Any

from marshmallow import validates_schema

from chassis.fields import Code, Day, Identifier, Labelled, Line, RegionCode, Several, Wrong
from chassis.figures import Whole, Yuan
from chassis.schemas import PageSchema, Part, RequestSchema
from chassis.sheets import RowSchema
from guanjia.asset.v1 import asset_pb2
from warehouse.items.words import sought_in

MOST_ITEMS = 200
"""How many items one document is about."""


class Words(Line):
    """Words a name is sought by: at most 40 characters, of which something can be sought."""

    def __init__(self, **given: Any) -> None:
        super().__init__(40, optional=True, **given)

    def check(self, text: str) -> None:
        if not sought_in(text):
            raise Wrong("NO_WORDS", "请输入文字、字母或数字", "letters or digits are needed")


class Reach(RegionCode):
    """2, 4, 6 or 9 digits, as few as say it; empty for everywhere."""

    def __init__(self) -> None:
        super().__init__(prefix=True, optional=True)


class ListItemsSchema(PageSchema):
    store_id = Identifier(optional=True)
    class_code = Code(20, optional=True)
    words = Words()
    place = Line(100, optional=True)
    region_code = RegionCode(prefix=True, optional=True)
    unit_id = Identifier(optional=True)
    tag = Code(optional=True)
    asset_code = Code(optional=True)


class NeedSchema(RequestSchema):
    """Rules of guanjia.warehouse.v1.Need."""

    class_code = Code(20, optional=True)
    words = Words()
    quantity = Whole(1, MOST_ITEMS, required=True)

    @validates_schema
    def something_is_sought(self, values: dict[str, Any], **_: Any) -> None:
        if not values.get("class_code") and not values.get("words"):
            raise Wrong("REQUIRED", "分类代码与名称至少填写一项", "class or words", "class_code")


class FindItemsSchema(RequestSchema):
    need = Part(NeedSchema)
    region_code = RegionCode(optional=True)


class ItemRowSchema(RowSchema):
    """One card of opening stock."""

    asset_code = Code()
    name = Line()
    class_code = Code(20, optional=True, load_default="")
    acquired_on = Day(optional=True, load_default=None)
    original_value_fen = Yuan(required=True)
    condition = Labelled(asset_pb2.Condition.DESCRIPTOR)
    store_code = Code()
    place = Line(100)
    value_fen = Yuan(required=True)
    tag = Code(optional=True, load_default="")
    unit_name = Line(optional=True, load_default="")


class ShareItemsSchema(RequestSchema):
    item_ids = Several(Identifier(), MOST_ITEMS)
    reach = Reach()


class LendItemSchema(RequestSchema):
    borrower_name = Line()


class ListMovementsSchema(PageSchema):
    item_id = Identifier(optional=True)
    store_id = Identifier(optional=True)
    document_id = Identifier(optional=True)
    from_on = Day(optional=True)
    to_on = Day(optional=True)


class ReportStockSchema(RequestSchema):
    from_on = Day(optional=True)
    to_on = Day(optional=True)
    region_code = RegionCode(prefix=True, optional=True)

    @validates_schema
    def in_order(self, values: dict[str, Any], **_: Any) -> None:
        first, last = values.get("from_on"), values.get("to_on")
        if first and last and last < first:
            raise Wrong("ENDS_BEFORE_START", "不得早于起始日期", "before the first day", "to_on")
