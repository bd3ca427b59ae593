"""What requests about purchases must satisfy."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from marshmallow import validates_schema

from chassis.fields import Choice, Code, Identifier, Line, Several, Wrong
from chassis.figures import Whole
from chassis.schemas import PageSchema, Part, RequestSchema
from chassis.signing import SIGNATURE_BYTES
from warehouse.items.schemas import MOST_ITEMS, NeedSchema


class RequestPurchaseSchema(RequestSchema):
    need = Part(NeedSchema)
    description = Line(200)
    estimated_price_fen = Whole(1, 10**15, required=True)
    reason = Line(500)


class OfferAnswerSchema(RequestSchema):
    offer_id = Identifier()
    decision = Choice()
    remark = Line(500, optional=True)

    @validates_schema
    def a_refusal_has_its_reason(self, values: dict[str, Any], **_: Any) -> None:
        refused, refusal = values.get("decision") == "refuse", values.get("refusal")
        if refused and not refusal:
            raise Wrong("REQUIRED", "不接受须选择原因", "say why", "refusal")
        if values.get("decision") == "take" and refusal:
            raise Wrong("NOT_REFUSED", "接受调剂不填不接受原因", "nothing is refused", "refusal")
        if refusal == "other" and not values.get("remark"):
            raise Wrong("REQUIRED", "请说明原因", "say which", "remark")


class AnswerOffersSchema(RequestSchema):
    answers = Several(Part(OfferAnswerSchema), MOST_ITEMS, optional=True)
    to_place = Line(100, optional=True)

    @validates_schema
    def each_once_and_to_a_place(self, values: dict[str, Any], **_: Any) -> None:
        answers = values.get("answers", [])
        ids = [each["offer_id"] for each in answers]
        if len(set(ids)) != len(ids):
            raise Wrong("DUPLICATE", "同一推荐只能答复一次", "an offer is answered once", "answers")
        takes = any(each["decision"] == "take" for each in answers)
        if takes and not values.get("to_place"):
            raise Wrong("REQUIRED", "接受调剂须填写存放地点", "where to", "to_place")


class ListPurchasesSchema(PageSchema):
    unit_id = Identifier(optional=True)


class GetClearanceSchema(RequestSchema):
    number = Code(40)


class Signature(Line):
    """An Ed25519 signature in base64."""

    def __init__(self) -> None:
        super().__init__(200)

    def normalise(self, text: str) -> str:
        return "".join(text.split())

    def check(self, text: str) -> None:
        try:
            length = len(base64.b64decode(text, validate=True))
        except (binascii.Error, ValueError):
            length = 0
        if length != SIGNATURE_BYTES:
            raise Wrong("INVALID_SIGNATURE", "签名格式不正确", "not a signature in base64")


class VerifyClearanceSchema(RequestSchema):
    signature = Signature()
