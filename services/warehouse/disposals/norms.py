"""The norms disposals go by."""

from __future__ import annotations

from chassis.norms import Norms

SALE_FLOOR = Norms("warehouse.sale_floor_percent", "处置售价占评估价值的下限", "%")
"""A city may stop sales far below the appraisal; there is no such figure for the country."""
