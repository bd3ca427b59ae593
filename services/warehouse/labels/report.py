"""How many of the cards that must have a label have one (贴标率)."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from sqlalchemy import case, func, select

from chassis.norms import Figures
from chassis.reports import Figure, Line, Report, Value, percent
from chassis.storage import Reader, within
from chassis.wire import to_message
from guanjia.warehouse.v1 import items_pb2
from warehouse.items.search import ITEMS
from warehouse.labels.norms import MUST_TAG
from warehouse.stores.model import Store

_STORES = Store.__table__
_REPORT = Report(
    "公物仓贴标情况",
    by=("仓库编号", "仓库名称", "资产分类"),
    figures=(
        Figure(
            "must_tag",
            "应贴件数",
            "件",
            "今日在仓（含借出、预留、在途、处置中）且资产分类属于应贴标签分类的卡片件数；"
            "应贴标签的分类以当日施行的标准为准，多个分类均符合时以最长的为准；"
            "明细列表另含更长分类另有规定的卡片",
        ),
        Figure("tagged", "已贴件数", "件", "应贴件数中已绑定标签的件数"),
        Figure("untagged", "未贴件数", "件", "应贴件数 − 已贴件数"),
        Figure("rate", "贴标率", "%", "已贴件数 ÷ 应贴件数"),
    ),
)

Counts = tuple[int, int]
"""Cards that must have a label, and those of them that have one."""


def told(reader: Reader, as_of: date, region_code: str) -> dict[str, Any]:
    statement = within(select(_STORES), _STORES.c.region_code, region_code)
    counted = _counted(reader)
    norms: dict[str, Figures] = {}
    lines: list[Line] = []
    must = tagged = 0
    for store in reader.rows(statement.order_by(_STORES.c.code)):
        region = store.region_code
        if region not in norms:
            norms[region] = MUST_TAG.in_force(reader, region, as_of)
        for key, (number, of_them) in _by_key(counted[store.id], norms[region]).items():
            rows = {"store_id": store.id, "class_code": key}
            drill = to_message(items_pb2.ListItemsRequest, rows)
            about = (store.code, store.name, key)
            lines.append(Line(about, _figures(number, of_them), rows=drill))
            must, tagged = must + number, tagged + of_them
    total = Line(("", "", "合计"), _figures(must, tagged))
    return _REPORT.told(as_of, [*lines, total])


def _counted(reader: Reader) -> dict[str, dict[str, Counts]]:
    """By store and class: cards, and cards with a tag."""
    statement = (
        select(
            ITEMS.c.store_id,
            ITEMS.c.class_code,
            func.count().label("number"),
            func.sum(case((ITEMS.c.tag != "", 1), else_=0)).label("tagged"),
        )
        .where(ITEMS.c.store_id.is_not(None))
        .group_by(ITEMS.c.store_id, ITEMS.c.class_code)
    )
    found: defaultdict[str, dict[str, Counts]] = defaultdict(dict)
    for row in reader.rows(statement):
        found[row.store_id][row.class_code] = (row.number, int(row.tagged))
    return found


def _by_key(by_class: dict[str, Counts], norms: Figures) -> dict[str, Counts]:
    """By the key that decides, of those that say a label is needed, in their order."""
    sums: defaultdict[str, Counts] = defaultdict(lambda: (0, 0))
    for class_code, (number, tagged) in by_class.items():
        key = norms.key_of(class_code)
        if key is not None and norms.must(key):
            before = sums[key]
            sums[key] = (before[0] + number, before[1] + tagged)
    return dict(sorted(sums.items()))


def _figures(must: int, tagged: int) -> list[Value]:
    return [must, tagged, must - tagged, percent(tagged, must)]
