"""What requests about intakes must satisfy."""

from __future__ import annotations

from chassis.assets import AssetSchema
from chassis.fields import Choice, Code, Day, Identifier, Labelled, Line
from chassis.figures import Fen, Yuan
from chassis.schemas import PageSchema, Part, RequestSchema
from chassis.sheets import RowSchema
from guanjia.asset.v1 import asset_pb2
from guanjia.warehouse.v1 import intakes_pb2


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


class IntakeRowSchema(RowSchema):
    """One offered asset of a ledger."""

    asset_code = Code()
    name = Line()
    class_code = Code(20, optional=True, load_default="")
    acquired_on = Day(optional=True, load_default=None)
    original_value_fen = Yuan(required=True)
    condition = Labelled(asset_pb2.Condition.DESCRIPTOR)
    unit_name = Line(optional=True, load_default="")
    document_code = Code(optional=True, load_default="")
    kind = Labelled(intakes_pb2.IntakeKind.DESCRIPTOR, default="idle")
