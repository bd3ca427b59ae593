"""What requests about labels must satisfy."""

from __future__ import annotations

from typing import Any

from marshmallow import validates_schema

from chassis.fields import Code, Identifier, Line, RegionCode, Several, Wrong
from chassis.schemas import RequestSchema

MOST_LABELS = 100
"""What one call prints."""


class BindTagSchema(RequestSchema):
    tag = Code()


class PrintLabelsSchema(RequestSchema):
    """Cards that are named, or else what lies in a store."""

    item_ids = Several(Identifier(), MOST_LABELS, optional=True)
    store_id = Identifier(optional=True)
    place = Line(100, optional=True)

    @validates_schema
    def one_of_both(self, values: dict[str, Any], **_: Any) -> None:
        if bool(values.get("item_ids")) == bool(values.get("store_id")):
            zh = "指定卡片与指定仓库，二者择一"
            raise Wrong("ONE_OF_BOTH", zh, "name cards or a store", "item_ids")
        if values.get("place") and not values.get("store_id"):
            raise Wrong("REQUIRED", "指定库位须指定仓库", "a place is in a store", "store_id")


class ReportTagsSchema(RequestSchema):
    region_code = RegionCode(prefix=True, optional=True)
