"""Totals of the register (房产台账汇总)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from chassis.enums import label_of_word
from chassis.reports import Figure, Line, Report, percent, sums_of, yuan
from chassis.wire import to_message
from guanjia.housing.v1 import properties_pb2 as pb

_REPORT = Report(
    "房产台账汇总",
    by=("房产类别", "使用状态"),
    figures=(
        Figure("count", "处数", "处", "在册房产的处数，已处置、已注销的除外"),
        Figure("floor_area_m2", "建筑面积", "㎡", "建筑面积之和"),
        Figure("usable_area_m2", "使用面积", "㎡", "使用面积之和"),
        Figure("use_ratio", "使用面积系数", "%", "使用面积之和 ÷ 建筑面积之和"),
        Figure("book_value_yuan", "账面价值", "元", "账面价值之和"),
        Figure(
            "below_coefficient",
            "低于系数",
            "处",
            "办公、技术业务用房中使用面积 ÷ 建筑面积低于施行中下限的处数；"
            "达到高层起算层数的按高层，层数或使用面积未填的不计",
        ),
    ),
)


def told(as_of: date, totals: Iterable[Any], region_code: str) -> dict[str, Any]:
    """The report of totals by kind and use state."""
    lines = [_line(each, region_code) for each in totals]
    if not lines:
        return _REPORT.told(as_of, [])
    count, floor, usable, _, value, below = sums_of(lines)
    total = Line(("合计", ""), (count, floor, usable, percent(usable, floor), value, below))
    return _REPORT.told(as_of, [*lines, total])


def _line(each: Any, region_code: str) -> Line:
    floor, usable = Decimal(each.floor_area_m2), Decimal(each.usable_area_m2)
    sought = {"kind": each.kind, "use_state": each.use_state, "region_code": region_code}
    return Line(
        (
            label_of_word(pb.PropertyKind.DESCRIPTOR, each.kind),
            label_of_word(pb.UseState.DESCRIPTOR, each.use_state),
        ),
        (
            each.number,
            floor,
            usable,
            percent(usable, floor),
            yuan(int(each.book_value_fen)),
            int(each.below),
        ),
        rows=to_message(pb.ListPropertiesRequest, sought),
    )
