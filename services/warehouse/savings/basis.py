"""On what a saving is reckoned: what buying would have cost, and what the item is still worth."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from chassis.errors import InvalidInput
from chassis.norms import Figures, Norms
from chassis.norms.kinds import in_force_on
from chassis.norms.model import Norm
from chassis.regions import region_prefix
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
    where there is neither a cap nor a market price, IllegalState NO_NORM without a factor.
    """
    caps = _in_force(uow, PRICE_CAP, region_code, received_on)
    fitting = (key for key in caps if key and item.class_code.startswith(key))
    cap = caps.get(max(fitting, key=len, default=""))
    cap_fen = rules.fen(cap.value) if cap is not None else None
    price_fen = rules.price_of(cap_fen, request.market_price_fen)
    if price_fen is None:
        raise InvalidInput.field(
            "market_price_fen",
            "NO_PRICE",
            "该分类没有施行中的价格上限，须填写市场价格及来源",
            "no price cap is in force for this class; a market price with its source is needed",
        )
    factors = _in_force(uow, CONDITION_FACTOR, region_code, received_on)
    by_key = {key: each.value for key, each in factors.items()}
    factor = Figures(CONDITION_FACTOR, received_on, by_key).must(item.condition)
    costs = request.present("move_cost_fen", "repair_cost_fen")
    return {
        "price_cap_fen": cap_fen,
        "price_cap_source": cap.source if cap is not None else "",
        "market_price_fen": request.market_price_fen,
        "market_source": request.market_source,
        "condition_ratio": factor,
        "condition_ratio_source": factors[item.condition].source,
        "price_fen": price_fen,
        "saving_fen": rules.saving_of(price_fen, factor, costs.values()),
        **costs,
    }


def _in_force(uow: UnitOfWork, norms: Norms, region_code: str, day: date) -> dict[str, Norm]:
    """The norms of a region on a day, by key; of several the nearest region's."""
    found: dict[str, Norm] = {}
    rows = uow.all(select(Norm).where(Norm.kind == norms.kind, in_force_on(day)))
    for each in sorted(rows, key=lambda norm: len(region_prefix(norm.region_code))):
        if region_code.startswith(region_prefix(each.region_code)):
            found[each.key] = each
    return found
