"""Savings of a year (节约资金), grouped in one of five ways with the same total."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, case, cast, extract, func, select

from chassis.days import day_of, days_of
from chassis.reports import Figure, Line, Report, Value, yuan
from chassis.storage import Reader
from chassis.wire import to_message
from guanjia.warehouse.v1 import savings_pb2 as pb
from warehouse.savings.model import Saving

SAVINGS = Saving.__table__
_C = SAVINGS.c
_MONTH = cast(extract("month", _C.booked_on), Integer)
_REVERSED = "冲销当日另记负数"
_FIGURES = (
    Figure(
        "entries",
        "登记笔数",
        "笔",
        "登记日期（北京时间）在年度内的节约登记与冲销的笔数；已过年度不再变动",
    ),
    Figure("number", "节约件数", "件", "登记笔数 − 2 × 其中的冲销笔数；同一资产再次入仓后另计"),
    Figure("price_yuan", "计价基础", "元", f"价格上限与市场价格中较低者之和，{_REVERSED}"),
    Figure("costs_yuan", "搬运及维修费用", "元", f"搬运费用与维修费用之和，{_REVERSED}"),
    Figure(
        "saving_yuan",
        "节约资金",
        "元",
        f"Σ（计价基础 × 成色系数 − 搬运费用 − 维修费用），每笔取至分，{_REVERSED}",
    ),
)
Sums = Sequence[int]


@dataclass(frozen=True)
class Grouping:
    """By which column, what its lines are called, and which fields of ListSavings lead to the
    rows of one (None where no filter says it)."""

    title: str
    key: Any
    name: Any
    leads: Callable[[Any], dict[str, Any] | None]


def _by_id(field: str) -> Callable[[Any], dict[str, Any] | None]:
    return lambda key: {field: key} if key else None


GROUPINGS = {
    "unit": Grouping("调入单位", _C.unit_id, _C.unit_name, _by_id("unit_id")),
    "class": Grouping(
        "分类代码",
        _C.class_code,
        _C.class_code,
        lambda key: {"class_code": key, "is_class_only": True},
    ),
    "month": Grouping("月份", _MONTH, _MONTH, lambda key: {"month": key}),
    "store": Grouping("移出仓库", _C.store_id, _C.store_name, _by_id("store_id")),
    "region": Grouping(
        "行政区划代码",
        _C.region_code,
        _C.region_code,
        lambda key: {"region_code": key, "is_region_only": True},
    ),
}


def told(reader: Reader, year: int, by: str) -> dict[str, Any]:
    grouping = GROUPINGS[by]
    found = _sums(reader, year, grouping)
    sought = {"year": year}
    lines = []
    for key, (name, sums) in sorted(found.items(), key=lambda each: (each[1][0], each[0])):
        leads = grouping.leads(key)
        rows = None if leads is None else to_message(pb.ListSavingsRequest, sought | leads)
        lines.append(Line((f"{name:02}" if by == "month" else name,), _figures(sums), rows=rows))
    whole = [sum(column) for column in zip(*(sums for _, sums in found.values()), strict=True)]
    all_rows = to_message(pb.ListSavingsRequest, sought)
    total = Line(("合计",), _figures(whole or [0] * len(_FIGURES)), rows=all_rows)
    report = Report("节约资金", by=(grouping.title,), figures=_FIGURES)
    return report.told(day_of(reader.now), [*lines, total])


def _sums(reader: Reader, year: int, grouping: Grouping) -> dict[Any, tuple[Any, list[int]]]:
    """Name and sums by key; of several names the one of the last entry."""
    statement = (
        select(
            grouping.key.label("key"),
            grouping.name.label("name"),
            func.max(_C.code).label("last"),
            func.count().label("entries"),
            func.sum(case((_C.reverses_id.is_(None), 1), else_=-1)).label("number"),
            func.sum(_C.price_fen).label("price"),
            func.sum(_C.move_cost_fen + _C.repair_cost_fen).label("costs"),
            func.sum(_C.saving_fen).label("saving"),
        )
        .where(_C.booked_on.between(*days_of(year)))
        .group_by(grouping.key, grouping.name)
    )
    found: dict[Any, tuple[Any, list[int]]] = {}
    for row in sorted(reader.rows(statement), key=lambda each: str(each.last)):
        before = found.get(row.key, ("", [0] * len(_FIGURES)))[1]
        own = map(int, (row.entries, row.number, row.price, row.costs, row.saving))
        found[row.key] = (row.name, [a + b for a, b in zip(before, own, strict=True)])
    return found


def _figures(sums: Sums) -> list[Value]:
    entries, number, *amounts = sums
    return [entries, number, *map(yuan, amounts)]
