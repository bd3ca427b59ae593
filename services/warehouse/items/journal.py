"""The life of cards, and what the stores hold by it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Select, case, func, or_, select

from chassis.days import day_of
from chassis.errors import InvalidInput
from chassis.reports import Figure, Line, Report, Value, sums_of, yuan
from chassis.storage import Reader, within
from chassis.wire import Values, to_message
from guanjia.warehouse.v1 import items_pb2 as pb
from warehouse.items.movements import Movement
from warehouse.stores.model import Store

_MOVEMENTS = Movement.__table__
_STORES = Store.__table__
_FROM, _TO = _MOVEMENTS.c.from_store_id, _MOVEMENTS.c.to_store_id
_CAME = (_TO.is_not(None), or_(_FROM.is_(None), _FROM != _TO))
_LEFT = (_FROM.is_not(None), or_(_TO.is_(None), _FROM != _TO))
_STOCK = Report(
    "公物仓收发存",
    by=("仓库编号", "仓库名称"),
    figures=(
        Figure("opening", "期初件数", "件", "起始日之前进仓件数 − 起始日之前出仓件数，含期初入账"),
        Figure("opening_yuan", "期初价值", "元", "期初件数的入仓价值之和"),
        Figure("came", "进仓件数", "件", "期间内期初入账、入仓、盘点调入该仓的件数"),
        Figure("came_yuan", "进仓价值", "元", "进仓件数的入仓价值之和"),
        Figure("left", "出仓件数", "件", "期间内签收出仓、处置核销、盘亏、盘点调出该仓的件数"),
        Figure("left_yuan", "出仓价值", "元", "出仓件数的入仓价值之和"),
        Figure("closing", "期末件数", "件", "期初 + 进仓 − 出仓；含借出、预留、在途、处置中的件数"),
        Figure("closing_yuan", "期末价值", "元", "期初 + 进仓 − 出仓"),
    ),
)


def page(reader: Reader, request: Values) -> tuple[list[dict[str, Any]], str]:
    statement = select(_MOVEMENTS)
    for name in ("item_id", "document_id"):
        if request[name]:
            statement = statement.where(_MOVEMENTS.c[name] == request[name])
    if request.store_id:
        statement = statement.where(
            or_(request.store_id == _FROM, request.store_id == _TO),
            or_(_FROM.is_(None), _TO.is_(None), _FROM != _TO),
        )
    if request.from_on:
        statement = statement.where(_MOVEMENTS.c.moved_on >= request.from_on)
    if request.to_on:
        statement = statement.where(_MOVEMENTS.c.moved_on <= request.to_on)
    rows, token = reader.page(statement, [_MOVEMENTS.c.id], request)
    return [_told(each._asdict()) for each in rows], token


def stock(
    reader: Reader, first: date | None, last: date | None, region_code: str
) -> dict[str, Any]:
    """The report of a span of days; of this year until today if not said."""
    last = last or day_of(reader.now)
    first = first or date(last.year, 1, 1)
    if last < first:
        raise InvalidInput.field("from_on", "STARTS_AFTER_END", "不得晚于截止日期", "after the end")
    came = _sums(reader, _TO, _CAME, first, last)
    left = _sums(reader, _FROM, _LEFT, first, last)
    stores = reader.rows(
        within(select(_STORES), _STORES.c.region_code, region_code).order_by(_STORES.c.code)
    )
    lines = [
        Line(
            (each.code, each.name),
            _figures(came[each.id], left[each.id]),
            rows=to_message(
                pb.ListMovementsRequest, {"store_id": each.id, "from_on": first, "to_on": last}
            ),
        )
        for each in stores
    ]
    total = Line(("", "合计"), sums_of(lines) if lines else [0] * len(_STOCK.figures))
    return _STOCK.told(last, [*lines, total])


Sums = tuple[int, int, int, int]
"""Number and worth before the first day, number and worth in the span."""


def _sums(reader: Reader, store: Any, crossing: Any, first: date, last: date) -> Mapping[str, Sums]:
    earlier = _MOVEMENTS.c.moved_on < first
    value = _MOVEMENTS.c.value_fen
    statement: Select[Any] = (
        select(
            store.label("store_id"),
            func.sum(case((earlier, 1), else_=0)).label("number"),
            func.sum(case((earlier, value), else_=0)).label("worth"),
            func.sum(case((earlier, 0), else_=1)).label("number_in"),
            func.sum(case((earlier, 0), else_=value)).label("worth_in"),
        )
        .where(*crossing, _MOVEMENTS.c.moved_on <= last)
        .group_by(store)
    )
    found: defaultdict[str, Sums] = defaultdict(lambda: (0, 0, 0, 0))
    for row in reader.rows(statement):
        sums = (row.number, row.worth, row.number_in, row.worth_in)
        number, worth, number_in, worth_in = map(int, sums)
        found[row.store_id] = (number, worth, number_in, worth_in)
    return found


def _figures(came: Sums, left: Sums) -> list[Value]:
    number, worth = came[0] - left[0], came[1] - left[1]
    return [
        number,
        yuan(worth),
        came[2],
        yuan(came[3]),
        left[2],
        yuan(left[3]),
        number + came[2] - left[2],
        yuan(worth + came[3] - left[3]),
    ]


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    """A movement with where the card stood before and after."""
    return {
        **row,
        "before": _standing(row, "from") if row["from_state"] else None,
        "after": _standing(row, "to"),
    }


def _standing(row: Mapping[str, Any], side: str) -> dict[str, Any]:
    return {name: row[f"{side}_{name}"] for name in Movement.STANDING}
