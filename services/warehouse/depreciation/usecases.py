"""What a card is worth on a day."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import bindparam, select

from chassis.days import day_of
from chassis.storage import Reader
from chassis.usecases import query
from chassis.wire import Values
from warehouse.depreciation import report, rules
from warehouse.depreciation.norms import LAG, LIFE
from warehouse.depreciation.periods import Period, Periods
from warehouse.depreciation.schemas import GetBookValueSchema, ReportDepreciationSchema
from warehouse.items.search import ITEMS

_BY_ID = select(ITEMS).where(ITEMS.c.id == bindparam("item_id"))


@query(GetBookValueSchema())
def get_book_value(reader: Reader, request: Values) -> dict[str, Any]:
    card = reader.row(_BY_ID, {"item_id": request.item_id}, "item_id")
    on_day = request.get("on_day") or day_of(reader.now)
    told = {
        "item_id": card.id,
        "item_code": card.code,
        "on_day": on_day,
        "class_code": card.class_code,
        "acquired_on": card.acquired_on,
        "original_value_fen": card.original_value_fen,
    }
    if card.acquired_on is None:
        return told | {"absence": "no_acquisition_day"}
    about = (card.class_code, card.region_code, card.acquired_on)
    life, lag = (Periods.of(reader, each).find(*about) for each in (LIFE, LAG))
    if life is None or lag is None:
        return told | {"absence": "no_norm"}
    return told | _reckoned(card, on_day, life, lag)


@query(ReportDepreciationSchema())
def report_depreciation(reader: Reader, request: Values) -> dict[str, Any]:
    on_day = request.get("on_day") or day_of(reader.now)
    return report.told(reader, on_day, request.region_code, request.class_length)


def _reckoned(card: Any, on_day: date, life: Period, lag: Period) -> dict[str, Any]:
    counted = rules.months_counted(card.acquired_on, on_day, lag.figure, life.figure)
    accumulated = rules.accumulated(card.original_value_fen, counted, life.figure)
    return {
        "life_months": life.figure,
        "counted_months": counted,
        "accumulated_fen": accumulated,
        "book_value_fen": card.original_value_fen - accumulated,
        "life_source": life.source,
        "lag_source": lag.source,
    }
