"""What requests about intakes must satisfy."""

from __future__ import annotations

from chassis.assets import AssetSchema
from chassis.fields import Choice, Identifier, Line
from chassis.figures import Fen
from chassis.schemas import PageSchema, Part, RequestSchema


class OfferAssetSchema(RequestSchema):
    asset = Part(AssetSchema)


class ListIntakesSchema(PageSchema):
    document_id = Line(64, optional=True)


class AcceptIntakeSchema(RequestSchema):
    store_id = Identifier()
    place = Line(100)
    value_fen = Fen()


class RejectIntakeSchema(RequestSchema):
    reason = Choice()
    remark = Line(500, optional=True)
