"""In which state a card is, and in which condition its asset."""

from __future__ import annotations

from enum import StrEnum


class ItemState(StrEnum):
    IN_STOCK = "in_stock"
    ON_LOAN = "on_loan"
    GONE = "gone"
    RESERVED = "reserved"
    IN_TRANSIT = "in_transit"
    IN_USE = "in_use"
    IN_DISPOSAL = "in_disposal"
    MISSING = "missing"


class Condition(StrEnum):
    """The best first."""

    NEW = "new"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    BROKEN = "broken"


STATE_NAMES = {
    ItemState.IN_STOCK: "在库",
    ItemState.ON_LOAN: "借出",
    ItemState.GONE: "已核销",
    ItemState.RESERVED: "已预留",
    ItemState.IN_TRANSIT: "调拨在途",
    ItemState.IN_USE: "在用",
    ItemState.IN_DISPOSAL: "处置中",
    ItemState.MISSING: "盘亏",
}
OUTSIDE = (ItemState.IN_USE, ItemState.MISSING, ItemState.GONE)
"""In no store."""
