"""The columns of a property register (房产台账) as offices keep it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, ValidationError

from chassis.fields import Code, Labelled, Line, RegionCode, Uscc
from chassis.figures import Area, Whole, Yuan
from chassis.headings import heading_key
from chassis.schemas import violations_in
from guanjia.housing.v1 import properties_pb2 as pb
from housing.properties.schemas import FiguresSchema

HEADINGS = {
    "code": "房产编号",
    "name": "房产名称",
    "kind": "房产类别",
    "address": "坐落位置",
    "region_code": "行政区划代码",
    "floors": "地上层数",
    "floor_area_m2": "建筑面积（㎡）",
    "usable_area_m2": "使用面积（㎡）",
    "book_value_fen": "账面价值（元）",
    "use_state": "使用状态",
    "account_state": "入账状态",
    "title_state": "权属状态",
    "title_number": "权证号",
    "unit_name": "使用单位",
    "unit_uscc": "统一社会信用代码",
    "built_year": "建成年份",
}
_FIELDS = {heading_key(heading): name for name, heading in HEADINGS.items()}
_OPTIONAL_FIGURES = ("floors", "usable_area_m2", "book_value_fen", "built_year")


class RowSchema(FiguresSchema):
    """One row, each cell a text; an empty figure that may be missing counts as 0."""

    class Meta:
        unknown = EXCLUDE

    code = Code()
    name = Line()
    kind = Labelled(pb.PropertyKind.DESCRIPTOR)
    address = Line(300)
    region_code = RegionCode()
    floors = Whole(0, 200, load_default=0)
    floor_area_m2 = Area(required=True)
    usable_area_m2 = Area(load_default=0)
    book_value_fen = Yuan(load_default=0)
    use_state = Labelled(pb.UseState.DESCRIPTOR, default="in_use")
    account_state = Labelled(pb.AccountState.DESCRIPTOR, default="unbooked")
    title_state = Labelled(pb.TitleState.DESCRIPTOR, default="in_progress")
    title_number = Line(100, optional=True, load_default="")
    unit_name = Line(optional=True, load_default="")
    unit_uscc = Uscc(optional=True, load_default="")
    built_year = Whole(0, 2200, load_default=0)


_ROW = RowSchema()


def read_row(cells: Mapping[str, str]) -> dict[str, Any]:
    """The property a row describes; raises ValidationError naming fields.

    `cells` maps headings, however they are written, to the text of the cell.
    """
    values = {}
    for heading, text in cells.items():
        name = _FIELDS.get(heading_key(heading))
        if name and (text.strip() or name not in _OPTIONAL_FIGURES):
            values[name] = text
    loaded: dict[str, Any] = _ROW.load(values)
    return loaded


def problems_of(row: int, cells: Mapping[str, str], error: ValidationError) -> list[dict[str, Any]]:
    """What is wrong with a row, one RowProblem a broken rule."""
    typed = {_FIELDS.get(heading_key(heading)): text for heading, text in cells.items()}
    return [
        problem(row, each.field, typed.get(each.field, ""), each.reason, each.zh, each.en)
        for each in violations_in(error.messages)
    ]


def problem(row: int, field: str, value: str, reason: str, zh: str, en: str) -> dict[str, Any]:
    """The plain values of a RowProblem."""
    heading = HEADINGS.get(field, field)
    return {
        "row": row,
        "field": field,
        "heading": heading,
        "value": value[:200],
        "reason": reason,
        "message_zh": f"第 {row} 行“{heading}”：{zh}",
        "message_en": f"row {row}, {field}: {en}",
    }
