"""Purchases, brought as far as a test needs them."""

from __future__ import annotations

from typing import Any

from chassis.principal import Principal
from chassis.testing import Harness
from guanjia.directory.v1 import directory_pb2, events_pb2
from tests.warehouse.factories import somebody

NEED = {"class_code": "A0501", "quantity": 3}


def publish_calendar(warehouse: Harness, year: int, holidays: list[str]) -> None:
    told = directory_pb2.CalendarYear(year=year, holidays=holidays, source="通知", etag="1")
    fact = events_pb2.CalendarYearPublished(calendar=told)
    warehouse.react("on_calendar_year_published", fact)


def wanted(warehouse: Harness, user: Principal | None = None, **changes: Any) -> Any:
    """A purchase as it is once it was asked for: of three desks at 2,000 yuan."""
    fields = {
        "need": NEED,
        "description": "办公桌 1.4 米",
        "estimated_price_fen": 200_000,
        "reason": "新增人员配置",
    } | changes
    return warehouse.call("request_purchase", user=user or somebody(), **fields)


def take(*offers: Any) -> list[dict[str, str]]:
    return [{"offer_id": each.id, "decision": "OFFER_DECISION_TAKE"} for each in offers]


def refuse(*offers: Any, why: str = "MOVING_COST", remark: str = "") -> list[dict[str, str]]:
    given = {"refusal": f"OFFER_REFUSAL_{why}", "remark": remark}
    return [{"offer_id": each.id, "decision": "OFFER_DECISION_REFUSE", **given} for each in offers]


def answer(
    warehouse: Harness, purchase: Any, answers: Any, user: Principal | None = None, **more: Any
) -> Any:
    return warehouse.call(
        "answer_offers",
        user=user or somebody(),
        purchase_id=purchase.id,
        **{"answers": answers, "to_place": "三楼 301"} | more,
    )


def seen(warehouse: Harness, purchase: Any) -> Any:
    return warehouse.call("get_purchase", user=somebody(), purchase_id=purchase.id)
