"""What was revitalised in a year (盘活情况)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from chassis.enums import label_of_word
from chassis.reports import Figure, Line, Report, Value, percent, yuan
from chassis.wire import to_message
from guanjia.housing.v1 import revitalisation_pb2 as pb
from housing.revitalisation.model import RevitalisationWay
from housing.revitalisation.rules import Sums

_WITH = "按房产归入其当年首次行动的盘活方式"
_REPORT = Report(
    "闲置房产盘活情况",
    by=("盘活方式",),
    figures=(
        Figure(
            "properties",
            "盘活处数",
            "处",
            "年度内（北京时间）实施过盘活行动的房产处数，按房产所在行政区划统计，"
            f"一处房产一年只计一次，{_WITH}",
        ),
        Figure("area_m2", "盘活面积", "㎡", f"上述房产的建筑面积之和，{_WITH}"),
        Figure("gross_yuan", "收益", "元", f"年度内各次盘活行动的收益之和，{_WITH}"),
        Figure("tax_yuan", "税费", "元", f"年度内各次盘活行动的税费之和，{_WITH}"),
        Figure("cost_yuan", "成本", "元", f"年度内各次盘活行动的成本之和，{_WITH}"),
        Figure("net_yuan", "净收益", "元", "收益 − 税费 − 成本"),
        Figure(
            "idle_base",
            "闲置基数",
            "处",
            "今日使用状态为闲置的房产处数 + 年度内已盘活且今日不再闲置的房产处数；"
            "租约到期不改变房产的使用状态，改登为闲置前仍为出租，不计为闲置；"
            "统计往年时，仍以今日闲置的房产为准",
        ),
        Figure("rate", "盘活率", "%", "盘活处数 ÷ 闲置基数"),
    ),
)


def told(
    as_of: date, by_way: Mapping[str, Sums], idle_base: int, year: int, region_code: str
) -> dict[str, Any]:
    """The report of sums by first way; the total, with the rate, is the last line."""
    sought = {"year": year, "region_code": region_code}
    lines = [
        Line(
            (label_of_word(pb.RevitalisationWay.DESCRIPTOR, way),),
            [*_figures(by_way[way]), None, None],
            rows=to_message(pb.ListRevitalisationsRequest, {**sought, "first_way": way}),
        )
        for way in RevitalisationWay
        if way in by_way
    ]
    whole = _sum(by_way)
    total = Line(
        ("合计",),
        [*_figures(whole), idle_base, percent(whole.properties, idle_base)],
        rows=to_message(pb.ListRevitalisationsRequest, sought),
    )
    return _REPORT.told(as_of, [*lines, total])


def _figures(sums: Sums) -> list[Value]:
    amounts = (sums.gross_fen, sums.tax_fen, sums.cost_fen, sums.net_fen)
    return [sums.properties, sums.area_m2, *map(yuan, amounts)]


def _sum(by_way: Mapping[str, Sums]) -> Sums:
    whole = Sums()
    for each in by_way.values():
        for name, value in vars(each).items():
            setattr(whole, name, getattr(whole, name) + value)
    return whole
