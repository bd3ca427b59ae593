"""What requests about repairs must satisfy."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marshmallow import fields, validates_schema

from chassis.fields import Choice, Day, Identifier, Line, RegionCode, Wrong
from chassis.figures import Area, Fen, Whole, Year, Yuan
from chassis.schemas import PageSchema, Part, RequestSchema
from housing.repairs import rules


class Asked(Whole):
    """An amount in fen that is more than nothing."""

    def __init__(self, **given: Any) -> None:
        super().__init__(1, 10**15, **given)


class AskedYuan(Yuan):
    """The same, typed in yuan."""

    def finish(self, figure: Decimal) -> int:
        fen = super().finish(figure)
        if not fen:
            raise Wrong("OUT_OF_RANGE", "应大于 0", "must be more than 0")
        return fen


class WorkSchema(RequestSchema):
    component = Choice()
    description = Line()
    area_m2 = Area(required=True)
    asked_fen = Asked(required=True)


class RepairSchema(RequestSchema):
    kind = Choice()
    year = Year(rules.FIRST_YEAR)
    reason = Line(500)
    lines = fields.List(Part(WorkSchema))

    @validates_schema
    def lists_some(self, values: dict[str, Any], **_: Any) -> None:
        lines = values.get("lines", [])
        if not lines:
            raise Wrong("REQUIRED", "至少填写一项", "at least one", "lines")
        if len(lines) > rules.MAX_LINES:
            most = rules.MAX_LINES
            raise Wrong("TOO_MANY", f"最多 {most} 项", f"at most {most} lines", "lines")


class CreateRepairSchema(RepairSchema):
    property_id = Identifier()


class ReviewLineSchema(RequestSchema):
    line_id = Identifier()
    approved_fen = Fen()


class WarrantySchema(RequestSchema):
    line_id = Identifier()
    warranty_months = Whole(0, rules.MAX_MONTHS)


class EachLineOnceSchema(RequestSchema):
    """No line of the repair is named twice."""

    @validates_schema
    def names_each_once(self, values: dict[str, Any], **_: Any) -> None:
        for name in ("lines", "warranties"):
            ids = [each["line_id"] for each in values.get(name, []) if "line_id" in each]
            for number, id in enumerate(ids):
                if id in ids[:number]:
                    field = f"{name}.{number}.line_id"
                    raise Wrong("DUPLICATE", "同一明细重复", "the same line twice", field)


class ReviewRepairSchema(EachLineOnceSchema):
    lines = fields.List(Part(ReviewLineSchema))
    note = Line(500, optional=True)


class ScheduleRepairSchema(RequestSchema):
    scheduled_from = Day()
    scheduled_to = Day()
    contractor = Line()

    @validates_schema
    def ends_after_it_begins(self, values: dict[str, Any], **_: Any) -> None:
        first, last = values.get("scheduled_from"), values.get("scheduled_to")
        if first and last and last < first:
            raise Wrong("ENDS_BEFORE_START", "早于计划开工日期", "before it begins", "scheduled_to")


class AcceptRepairSchema(EachLineOnceSchema):
    accepted_on = Day(optional=True)
    settled_fen = Fen()
    warranties = fields.List(Part(WarrantySchema))


class ListRepairsSchema(PageSchema):
    year = Year(rules.FIRST_YEAR, optional=True)
    property_id = Identifier(optional=True)
    unit_id = Identifier(optional=True)
    region_code = RegionCode(prefix=True, optional=True)


class ListRepairWorksSchema(PageSchema):
    year = Year(rules.FIRST_YEAR, optional=True)
    property_id = Identifier(optional=True)
    region_code = RegionCode(prefix=True, optional=True)


class ReportRepairsSchema(RequestSchema):
    year = Year(rules.FIRST_YEAR, optional=True)
    region_code = RegionCode(prefix=True, optional=True)
