"""The repair plan of a year (维修计划执行情况)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from chassis.enums import label_of_word
from chassis.reports import Figure, Line, Report, Value, percent, yuan
from chassis.wire import to_message
from guanjia.housing.v1 import repairs_pb2 as pb

_COUNTED = "计入已评审、核定金额已定且未驳回、未撤回的维修项目"
_REPORT = Report(
    "维修计划执行情况",
    by=("维修类别",),
    figures=(
        Figure("projects", "项目数", "个", f"计划年度内的维修项目数，{_COUNTED}"),
        Figure("area_m2", "维修面积", "㎡", f"各项明细的面积之和，{_COUNTED}"),
        Figure("asked_yuan", "申请金额", "元", f"申请金额之和，{_COUNTED}"),
        Figure("approved_yuan", "核定金额", "元", f"核定金额之和，{_COUNTED}"),
        Figure("cut_rate", "核减率", "%", "（申请金额 − 核定金额）÷ 申请金额"),
        Figure("accepted", "已验收项目数", "个", "其中已验收的项目数"),
        Figure("settled_yuan", "结算金额", "元", "其中已验收项目的结算金额之和"),
    ),
)
SUMS = ("projects", "area_m2", "asked_fen", "approved_fen", "accepted", "settled_fen")


def told(as_of: date, sums: Iterable[Any], year: int, region_code: str) -> dict[str, Any]:
    """The report of sums by kind; the total is the last line."""
    rows = [(each.kind, [Decimal(getattr(each, name)) for name in SUMS]) for each in sums]
    if not rows:
        return _REPORT.told(as_of, [])
    sought = {"year": year, "region_code": region_code, "reviewed": True}
    lines = [
        Line(
            (label_of_word(pb.RepairKind.DESCRIPTOR, kind),),
            _figures(*own),
            rows=to_message(pb.ListRepairsRequest, {**sought, "kind": kind}),
        )
        for kind, own in rows
    ]
    whole = [sum(column, Decimal(0)) for column in zip(*(own for _, own in rows), strict=True)]
    total = Line(("合计",), _figures(*whole), rows=to_message(pb.ListRepairsRequest, sought))
    return _REPORT.told(as_of, [*lines, total])


def _figures(
    projects: Decimal,
    area_m2: Decimal,
    asked_fen: Decimal,
    approved_fen: Decimal,
    accepted: Decimal,
    settled_fen: Decimal,
) -> list[Value]:
    cut = percent(asked_fen - approved_fen, asked_fen)
    asked, approved = yuan(int(asked_fen)), yuan(int(approved_fen))
    return [projects, area_m2, asked, approved, cut, accepted, yuan(int(settled_fen))]
