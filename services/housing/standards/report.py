"""Area allowed and had, unit by unit (办公用房面积核定)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from chassis.reports import Figure, Line, Report, percent, sums_of
from chassis.wire import to_message
from guanjia.housing.v1 import standards_pb2 as pb
from housing.standards import rules

_REPORT = Report(
    "办公用房面积核定与超标情况",
    by=("单位",),
    figures=(
        Figure("people", "在岗人数", "人", "当日主要任职在该单位的人数"),
        Figure("standard_m2", "核定面积", "㎡", "每人按单位级别和最高职级核定的面积之和"),
        Figure("office_m2", "实有面积", "㎡", "当日归该单位使用的办公室使用面积之和"),
        Figure("unit_over_m2", "整体超标", "㎡", "实有面积超过核定面积的部分，未超过为 0"),
        Figure("unit_over_rate", "整体超标率", "%", "整体超标 ÷ 核定面积"),
        Figure("over_people", "超标人数", "人", "个人实有面积超过本人标准的人数"),
        Figure(
            "over_m2",
            "个人超标",
            "㎡",
            "个人超标面积之和；合用房间按各人标准分摊，兼职者只按最高标准核定一处",
        ),
        Figure("without", "未定标准", "人", "级别职级没有施行中标准的人数，不计超标"),
    ),
)


def told(day: date, units: Iterable[Any]) -> dict[str, Any]:
    lines = [_line(each, day) for each in units]
    if not lines:
        return _REPORT.told(day, [])
    people, standard, office, unit_over, _, over_people, over, without = sums_of(lines)
    total = Line(
        ("合计",),
        (
            people,
            standard,
            office,
            unit_over,
            percent(unit_over, standard),
            over_people,
            over,
            without,
        ),
    )
    return _REPORT.told(day, [*lines, total])


def _line(each: Any, day: date) -> Line:
    standard, office = _area(each.standard_m2), _area(each.office_m2)
    beyond = rules.over(office, standard)
    sought = {"unit_id": each.id, "on_day": day}
    return Line(
        (each.name,),
        (
            each.people or 0,
            standard,
            office,
            beyond,
            percent(beyond, standard),
            each.over_people or 0,
            _area(each.over_m2),
            each.without or 0,
        ),
        rows=to_message(pb.ListOverStandardRequest, sought),
    )


def _area(value: Any) -> Decimal:
    return Decimal(str(value or 0)).quantize(Decimal("0.01"))
