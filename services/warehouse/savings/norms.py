"""The norms savings go by."""

from __future__ import annotations

from chassis.norms import Norms

PRICE_CAP = Norms("warehouse.price_cap", "资产配置价格上限", "元")
"""By class: the longest key with which the code of a class begins counts."""

CONDITION_FACTOR = Norms("warehouse.condition_factor", "节约资金成色系数", "")
"""By condition: new, good, fair, poor, broken."""
