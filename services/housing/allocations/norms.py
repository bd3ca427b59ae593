"""The norms allocations go by."""

from __future__ import annotations

from chassis.norms import Norms

SURPLUS = Norms("housing.allocation_surplus", "调配面积容差", "%")
RENT_PRICE = Norms("housing.rent_price", "办公用房市场租金参考价", "元/㎡·年")
