"""What requests about properties must satisfy."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from marshmallow import fields, validates_schema

from chassis.fields import (
    Choice,
    Code,
    Identifier,
    Line,
    RegionCode,
    Several,
    Uscc,
    Wrong,
)
from chassis.figures import Area, Fen, Whole
from chassis.schemas import PageSchema, Part, RequestSchema
from housing.properties import rules


class FiguresSchema(RequestSchema):
    """Rules across fields, the same for requests and register rows."""

    @validates_schema
    def areas_fit(self, values: dict[str, Any], **_: Any) -> None:
        floor, usable = values.get("floor_area_m2"), values.get("usable_area_m2")
        if floor is not None and usable is not None and not rules.usable_fits(floor, usable):
            raise Wrong(
                "USABLE_EXCEEDS_FLOOR_AREA",
                "使用面积不能大于建筑面积",
                "the usable area exceeds the floor area",
                field="usable_area_m2",
            )

    @validates_schema
    def year_is_plausible(self, values: dict[str, Any], **_: Any) -> None:
        if not rules.year_is_plausible(values.get("built_year", 0), datetime.now(UTC).date()):
            raise Wrong("OUT_OF_RANGE", "年份不合理", "not a plausible year", field="built_year")


class PropertySchema(FiguresSchema):
    code = Code()
    name = Line()
    kind = Choice()
    address = Line(300)
    region_code = RegionCode()
    floors = Whole(0, 200)
    floor_area_m2 = Area()
    usable_area_m2 = Area()
    book_value_fen = Fen()
    use_state = Choice()
    account_state = Choice()
    title_state = Choice()
    title_number = Line(100, optional=True)
    unit_name = Line(optional=True)
    unit_uscc = Uscc(optional=True)
    built_year = Whole(0, 2200)


class CreatePropertySchema(RequestSchema):
    property = Part(PropertySchema)


class ListPropertiesSchema(PageSchema):
    region_code = RegionCode(prefix=True, optional=True)
    code = Code(optional=True)


class ReportPropertiesSchema(RequestSchema):
    region_code = RegionCode(prefix=True, optional=True)


class PropertyPartSchema(FiguresSchema):
    code = Code()
    name = Line()
    floor_area_m2 = Area()
    usable_area_m2 = Area()
    book_value_fen = Fen()
    room_codes = fields.List(Code(40))


class SplitPropertySchema(RequestSchema):
    parts = Several(Part(PropertyPartSchema), rules.MOST_PARTS)
    reason = Line(500)

    @validates_schema
    def parts_differ(self, values: dict[str, Any], **_: Any) -> None:
        parts = values["parts"]
        _require_two(parts, "parts")
        seen = set()
        for number, part in enumerate(parts):
            if part["code"] in seen:
                field = f"parts.{number}.code"
                raise Wrong("DUPLICATE", "房产编号重复", "this code is given twice", field)
            seen.add(part["code"])


class MergePropertiesSchema(RequestSchema):
    property_ids = Several(Identifier(), rules.MOST_PARTS)
    etags = fields.List(Line(64, optional=True))
    code = Code()
    name = Line()
    reason = Line(500)

    @validates_schema
    def one_etag_each(self, values: dict[str, Any], **_: Any) -> None:
        ids, etags = values["property_ids"], values.get("etags")
        _require_two(ids, "property_ids")
        if etags and len(etags) != len(ids):
            raise Wrong("WRONG_NUMBER", "版本须与房产一一对应", "one etag for each", "etags")


def _require_two(given: list[Any], field: str) -> None:
    if len(given) < 2:
        raise Wrong("TOO_FEW", "至少两项", "at least two", field)
