"""On what a saving is reckoned: what buying would have cost, and what the item is still worth."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from chassis.errors import IllegalState, InvalidInput
from chassis.norms import Figures
from chassis.storage import UnitOfWork
from chassis.wire import Values
from warehouse.items.model import Item
from warehouse.savings import rules
from warehouse.savings.norms import CONDITION_FACTOR, PRICE_CAP


def reckoned(
    uow: UnitOfWork, item: Item, region_code: str, received_on: date, request: Values
) -> dict[str, Any]:
    """Columns of a Saving: each figure with its source, and what comes of them.

    The norms are those of the region on the day of receipt. Raises InvalidInput NO_PRICE
    where there is neither a cap nor a market price, IllegalState NO_NORM without a factor
    and FACTOR_ABOVE_ONE with one that makes more of a price than it is.
    """
    caps = PRICE_CAP.in_force(uow, region_code, received_on)
    cap = caps.key_of(item.class_code)
    cap_fen = rules.fen(caps.must(cap)) if cap is not None else None
    price_fen = rules.price_of(cap_fen, request.market_price_fen)
    if price_fen is None:
        raise InvalidInput.field(
            "market_price_fen",
            "NO_PRICE",
            "该分类没有施行中的价格上限，须填写市场价格及来源",
            "no price cap is in force for this class; a market price with its source is needed",
        )
    factors = CONDITION_FACTOR.in_force(uow, region_code, received_on)
    factor = _share(factors, item.condition)
    costs = request.present("move_cost_fen", "repair_cost_fen")
    return {
        "price_cap_fen": cap_fen,
        "price_cap_source": caps.sources[cap] if cap is not None else "",
        "market_price_fen": request.market_price_fen,
        "market_source": request.market_source,
        "condition_ratio": factor,
        "condition_ratio_source": factors.sources[item.condition],
        "price_fen": price_fen,
        "saving_fen": rules.saving_of(price_fen, factor, costs.values()),
        **costs,
    }


def _share(factors: Figures, condition: str) -> Decimal:
    """What an item in that condition is worth of a new one, 0 to 1."""
    factor = factors.must(condition)
    if factor > 1:
        raise IllegalState(
            "FACTOR_ABOVE_ONE",
            f"{factors.of.label}（{condition}）为 {factor:f}，不得大于 1，请更正标准",
            f"the factor of {condition} is {factor:f}, above 1; correct the norm",
        )
    return factor
