"""What requests about transfers must satisfy."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validates_schema

from chassis.fields import Choice, Identifier, Line, Several, Wrong
from chassis.schemas import PageSchema, Part, RequestSchema
from warehouse.items.schemas import MOST_ITEMS, NeedSchema


class AskSchema(RequestSchema):
    """Items that are named, or else a need."""

    reason = Line(500)
    to_place = Line(100)
    item_ids = Several(Identifier(), MOST_ITEMS, optional=True)
    need = fields.Nested(NeedSchema, allow_none=True)

    @validates_schema
    def one_of_both(self, values: dict[str, Any], **_: Any) -> None:
        named, need = values.get("item_ids"), values.get("need")
        if bool(named) == bool(need):
            zh = "指定卡片与填写需求，二者择一"
            raise Wrong("ONE_OF_BOTH", zh, "name items or say a need", "item_ids")


class HandOverSchema(RequestSchema):
    line_ids = Several(Identifier(), MOST_ITEMS, optional=True)


class LineRefusalSchema(RequestSchema):
    line_id = Identifier()
    reason = Choice()
    remark = Line(500, optional=True)

    @validates_schema
    def another_reason_is_said(self, values: dict[str, Any], **_: Any) -> None:
        if values.get("reason") == "other" and not values.get("remark"):
            raise Wrong("REQUIRED", "请说明原因", "say which", "remark")


class ReceiveSchema(RequestSchema):
    line_ids = Several(Identifier(), MOST_ITEMS, optional=True)
    refusals = Several(Part(LineRefusalSchema), MOST_ITEMS, optional=True)

    @validates_schema
    def each_line_is_refused_once(self, values: dict[str, Any], **_: Any) -> None:
        lines = [each["line_id"] for each in values.get("refusals") or ()]
        if len(set(lines)) < len(lines):
            raise Wrong("DUPLICATE", "同一明细重复拒收", "a line is refused twice", "refusals")


class ListTransfersSchema(PageSchema):
    unit_id = Identifier(optional=True)
    item_id = Identifier(optional=True)


class ListCustodyLinesSchema(PageSchema):
    transfer_id = Identifier(optional=True)
    from_unit_id = Identifier(optional=True)
