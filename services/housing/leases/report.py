"""Reports of leases: arrears by age (欠租账龄), and rent of a year (租金收缴)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from chassis.enums import label_of_word
from chassis.reports import Figure, Line, Report, percent, sums_of, yuan
from chassis.wire import to_message
from guanjia.housing.v1 import leases_pb2 as pb
from guanjia.housing.v1 import properties_pb2
from housing.leases import rules

_ARREARS = Report(
    "欠租账龄",
    by=("账龄",),
    figures=(
        Figure("leases", "合同数", "份", "有逾期未收租金的出租合同份数；合计中每份只计一次"),
        Figure("charges", "期数", "期", "应付日期已过而未收足的租金期数"),
        Figure("due_yuan", "应收", "元", "这些期的应收租金之和；提前终止核减的租金追溯不计"),
        Figure("received_yuan", "已收", "元", "截至该日为这些期收到的租金之和；冲销自当日起不计"),
        Figure("arrears_yuan", "欠缴", "元", "应收 − 已收；应付日期次日为逾期第 1 天"),
    ),
)
_RENT_FIGURES = (
    Figure("leases", "合同数", "份", "年度内有一日在租期内，或有租金在年度内应付的合同份数"),
    Figure("area_m2", "面积", "㎡", "这些合同的面积之和"),
    Figure("due_yuan", "应收租金", "元", "应付日期在年度内的租金之和"),
    Figure(
        "received_yuan",
        "已收租金",
        "元",
        "截至报表日为这些租金收到的金额之和，不论何年收到，应退的不计",
    ),
    Figure("collection_rate", "收缴率", "%", "已收租金 ÷ 应收租金"),
)
_BY_DIRECTION = Report("年度租金收缴（按租赁方向）", by=("租赁方向",), figures=_RENT_FIGURES)
_BY_KIND = Report("年度租金收缴（出租，按房产类别）", by=("房产类别",), figures=_RENT_FIGURES)


def arrears(day: date, by_age: Iterable[Any], total: Any, region_code: str) -> dict[str, Any]:
    """All ages, also those without arrears, and the total."""
    found = {each.age: each for each in by_age}
    lines = []
    for age in rules.AGES:
        label = label_of_word(pb.ArrearsAge.DESCRIPTOR, age)
        lines.append(_arrears_line(label, found.get(age), day, region_code, age=age))
    lines.append(_arrears_line("合计", total, day, region_code, in_arrears=True))
    return _ARREARS.told(day, lines)


def _arrears_line(label: str, row: Any, day: date, region_code: str, **which: Any) -> Line:
    due, received = (int(row.due_fen), int(row.received_fen)) if row is not None else (0, 0)
    counts = (row.leases, row.charges) if row is not None else (0, 0)
    sought = {"day": day, "region_code": region_code, "direction": "out", **which}
    return Line(
        (label,),
        (*counts, yuan(due), yuan(received), yuan(due - received)),
        rows=to_message(pb.ListChargesRequest, sought),
    )


def rent_by_direction(
    as_of: date, figures: Mapping[str, Sequence[Any]], sought: Mapping[str, Any]
) -> dict[str, Any]:
    """No total: what is let brings money in, what is rented costs some."""
    kinds = pb.LeaseDirection.DESCRIPTOR
    lines = [
        _rent_line(label_of_word(kinds, word), figures[word], {**sought, "direction": word})
        for word in ("out", "lent", "in")
        if word in figures
    ]
    return _BY_DIRECTION.told(as_of, lines)


def rent_by_kind(
    as_of: date, figures: Mapping[str, Sequence[Any]], sought: Mapping[str, Any]
) -> dict[str, Any]:
    """Of what is let, with the total."""
    kinds = properties_pb2.PropertyKind.DESCRIPTOR
    let = {**sought, "direction": "out"}
    lines = [
        _rent_line(label_of_word(kinds, word), each, {**let, "property_kind": word})
        for word, each in sorted(figures.items())
    ]
    if lines:
        leases, area, due, received, _ = sums_of(lines)
        lines.append(_rent_line("合计", (leases, area, due * 100, received * 100), let))
    return _BY_KIND.told(as_of, lines)


def _rent_line(label: str, figures: Sequence[Any], sought: Mapping[str, Any]) -> Line:
    """`figures`: leases, area in m², due and received in fen."""
    leases, area, due, received = figures
    return Line(
        (label,),
        (
            leases,
            Decimal(area),
            yuan(int(due)),
            yuan(int(received)),
            percent(int(received), int(due)),
        ),
        rows=to_message(pb.ListLeasesRequest, dict(sought)),
    )
