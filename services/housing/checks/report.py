"""What a check found, by state (清查核对结果)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chassis.days import day_of
from chassis.enums import label_of_word
from chassis.reports import Figure, Line, Report, sums_of
from chassis.wire import to_message
from guanjia.housing.v1 import checks_pb2 as pb

_REPORT = Report(
    "清查核对结果",
    by=("核对结果",),
    figures=(
        Figure("count", "处数", "处", "该结果的房产或实物的处数"),
        Figure("register_area_m2", "登记面积", "㎡", "房产台账上的建筑面积之和，无卡片的不计"),
        Figure("surveyed_area_m2", "实测面积", "㎡", "实测面积之和，未实测到的不计"),
        Figure("difference_m2", "面积差", "㎡", "既有登记又有实测的，实测面积减登记面积之和"),
    ),
)


def told(check: Any, totals: Iterable[Any]) -> dict[str, Any]:
    """The report of totals by state: rows with state, number and the sums of areas. It
    tells of the register on the day it was compared; the check's own day decides the norm."""
    lines = [_line(check.id, each) for each in totals]
    if lines:
        rows = to_message(pb.ListFindingsRequest, {"check_id": check.id})
        lines.append(Line(("合计",), sums_of(lines), rows))
    compared = day_of(check.reconciled_at) if check.reconciled_at else check.as_of
    return _REPORT.told(compared, lines)


def _line(check_id: str, each: Any) -> Line:
    return Line(
        (label_of_word(pb.FindingState.DESCRIPTOR, each.state),),
        (each.number, each.register_area_m2, each.surveyed_area_m2, each.difference_m2),
        rows=to_message(pb.ListFindingsRequest, {"check_id": check_id, "state": each.state}),
    )
