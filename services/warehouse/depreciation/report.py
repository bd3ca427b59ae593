"""What the cards are worth on a day (资产折旧), by class, reckoned by the database."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Subquery,
    and_,
    case,
    cast,
    extract,
    func,
    select,
)

from chassis.reports import Figure, Line, Report, Value, yuan
from chassis.storage import Reader, within
from chassis.wire import to_message
from guanjia.warehouse.v1 import items_pb2 as pb
from warehouse.depreciation.norms import LAG, LIFE
from warehouse.depreciation.periods import Periods
from warehouse.items.search import ITEMS
from warehouse.items.states import ItemState

_DRILL = "明细列表另含已核销的卡片"
_REPORT = Report(
    "资产折旧",
    by=("资产分类",),
    figures=(
        Figure("number", "件数", "件", f"可计算账面净值的卡片数，不含已核销的卡片；{_DRILL}"),
        Figure("original_yuan", "原值", "元", "上述卡片的原值之和"),
        Figure(
            "accumulated_yuan",
            "累计折旧",
            "元",
            "Σ（原值 × 已计提月数 ÷ 折旧月数），年限平均法，不留残值，逐卡四舍五入至分；"
            "截至日期所在月份全月计入",
        ),
        Figure("book_yuan", "账面净值", "元", "原值 − 累计折旧"),
        Figure("without", "未能计算件数", "件", "无取得日期，或其分类没有折旧年限标准的卡片数"),
        Figure("without_yuan", "未能计算原值", "元", "上述未能计算的卡片的原值之和"),
    ),
)


def told(reader: Reader, on_day: date, region_code: str, class_length: int) -> dict[str, Any]:
    cards = _cards(reader, region_code, class_length)
    rows = reader.rows(_sums(cards, on_day).order_by("about"))
    lines = []
    whole = [0] * len(_REPORT.figures)
    for row in rows:
        about, figures = row[0], [int(row[n]) for n in range(1, len(row))]
        whole = [a + b for a, b in zip(whole, figures, strict=True)]
        sought = {"class_code": about, "region_code": region_code}
        is_group = len(about) == class_length
        drill = to_message(pb.ListItemsRequest, sought) if is_group else None
        lines.append(Line((about or "未分类",), _figures(figures), rows=drill))
    everything = to_message(pb.ListItemsRequest, {"region_code": region_code})
    total = Line(("合计",), _figures(whole), rows=everything)
    return _REPORT.told(on_day, [*lines, total])


def _cards(reader: Reader, region_code: str, class_length: int) -> Subquery:
    """For each card its group, original value, month of acquisition, life and lag."""
    c = ITEMS.c
    about = (c.class_code, c.region_code, c.acquired_on)
    statement = select(
        func.substr(c.class_code, 1, class_length).label("about"),
        c.original_value_fen.label("original"),
        c.acquired_on,
        (_number("year", c.acquired_on) * 12 + _number("month", c.acquired_on)).label("month"),
        Periods.of(reader, LIFE).column(*about).label("life"),
        Periods.of(reader, LAG).column(*about).label("lag"),
    ).where(c.state != ItemState.GONE)
    # The offset keeps the database from reckoning life and lag again wherever they are named.
    return within(statement, c.region_code, region_code).offset(0).subquery()


def _sums(cards: Subquery, on_day: date) -> Any:
    c = cards.c
    life = cast(c.life, BigInteger)
    passed = on_day.year * 12 + on_day.month + 1 - c.month - cast(c.lag, BigInteger)
    counted = case(
        (c.acquired_on > on_day, 0), (passed < 0, 0), (passed > life, life), else_=passed
    )
    accumulated = case((life == 0, 0), else_=(2 * c.original * counted + life) // (2 * life))
    known = and_(c.life.is_not(None), c.lag.is_not(None))

    def total(value: Any, where: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((where, value), else_=0))

    return select(
        c.about,
        total(1, known),
        total(c.original, known).label("originals"),
        total(accumulated, known),
        total(c.original - accumulated, known),
        total(1, ~known),
        total(c.original, ~known),
    ).group_by(c.about)


def _number(part: str, day: Any) -> ColumnElement[int]:
    return cast(extract(part, day), Integer)


def _figures(sums: list[int]) -> list[Value]:
    number, original, accumulated, book, without, without_worth = sums
    worth = map(yuan, (original, accumulated, book))
    return [number, *worth, without, yuan(without_worth)]
