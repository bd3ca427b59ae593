"""What requests about disposals must satisfy."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validates_schema

from chassis.assets import AssetSchema
from chassis.fields import Day, Identifier, Line, RegionCode, Wrong
from chassis.figures import Fen
from chassis.schemas import PageSchema, Part, RequestSchema
from housing.disposals import rules


class UpdateDisposalSchema(RequestSchema):
    reason = Line(500)
    assets = fields.List(Part(AssetSchema))

    @validates_schema
    def lists_each_once(self, values: dict[str, Any], **_: Any) -> None:
        assets = values.get("assets", [])
        if len(assets) > rules.MAX_ASSETS:
            raise Wrong(
                "TOO_MANY",
                f"最多 {rules.MAX_ASSETS} 项",
                f"at most {rules.MAX_ASSETS} assets",
                "assets",
            )
        seen = set()
        for number, asset in enumerate(assets):
            if asset["asset_code"] in seen:
                raise Wrong(
                    "DUPLICATE_ASSET",
                    "同一资产编号在清单中重复",
                    "this asset code is listed twice",
                    f"assets.{number}.asset_code",
                )
            seen.add(asset["asset_code"])


class CreateDisposalSchema(UpdateDisposalSchema):
    property_id = Identifier(optional=True)

    @validates_schema
    def lists_something(self, values: dict[str, Any], **_: Any) -> None:
        if not values.get("assets") and not values.get("property_id"):
            raise Wrong("REQUIRED", "房产与资产清单至少填一项", "a property or assets", "assets")


class AppraisalSchema(RequestSchema):
    appraised_value_fen = Fen()
    appraised_on = Day()
    appraiser = Line()


class WithdrawalSchema(RequestSchema):
    reason = Line(500, optional=True)


class SettlementSchema(RequestSchema):
    remark = Line(500)


class CompletionSchema(RequestSchema):
    income_fen = Fen()
    shortfall_reason = Line(500, optional=True)


class ListDisposalsSchema(PageSchema):
    region_code = RegionCode(prefix=True, optional=True)
    unit_id = Identifier(optional=True)
    property_id = Identifier(optional=True)
