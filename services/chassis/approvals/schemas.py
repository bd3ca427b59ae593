"""What requests about approvals must satisfy."""

from __future__ import annotations

from datetime import date
from typing import Any

from marshmallow import fields, validates_schema

from chassis.fields import Choice, Day, Identifier, Line, RegionCode, Subject, Word, Wrong
from chassis.figures import Fen, PageSize, Whole
from chassis.schemas import PageSchema, Part, RequestSchema

MAX_STEPS = 20


class ListMyPendingApprovalsSchema(RequestSchema):
    page_size = PageSize()


class DecideApprovalSchema(RequestSchema):
    approval_id = Identifier()
    decision = Choice()
    note = Line(500, optional=True)

    @validates_schema
    def a_no_has_its_reason(self, values: dict[str, Any], **_: Any) -> None:
        if values.get("decision") != "approve" and not values.get("note"):
            raise Wrong("REQUIRED", "不同意或退回须写明意见", "say why", "note")


class PassOnApprovalSchema(RequestSchema):
    approval_id = Identifier()
    holder = Subject()
    note = Line(500, optional=True)


class RuleStepSchema(RequestSchema):
    turn = Whole(1, MAX_STEPS)
    role = Word()
    escalation_role = Word(optional=True)
    workdays = Whole(0, 250)


class DefineApprovalRuleSchema(RequestSchema):
    kind = Line(100)
    region_code = RegionCode()
    least_fen = Fen()
    below_fen = Fen()
    valid_from = Day()
    valid_to = Day(optional=True)
    steps = fields.List(Part(RuleStepSchema))
    source = Line(300, optional=True)

    @validates_schema
    def makes_sense(self, values: dict[str, Any], **_: Any) -> None:
        steps = values.get("steps", [])
        if not 1 <= len(steps) <= MAX_STEPS:
            zh, en = f"须有 1 至 {MAX_STEPS} 个步骤", f"1 to {MAX_STEPS} steps"
            raise Wrong("REQUIRED" if not steps else "TOO_MANY", zh, en, "steps")
        below = values.get("below_fen")
        if below and below <= values.get("least_fen", 0):
            raise Wrong("OUT_OF_RANGE", "上限须大于下限", "must exceed least_fen", "below_fen")
        ends: date | None = values.get("valid_to")
        if ends is not None and "valid_from" in values and ends < values["valid_from"]:
            zh, en = "停用日期早于启用日期", "ends before it begins"
            raise Wrong("ENDS_BEFORE_START", zh, en, "valid_to")


class ListApprovalRulesSchema(PageSchema):
    kind = Line(100, optional=True)
