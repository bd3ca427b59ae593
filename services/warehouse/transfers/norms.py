"""The norms transfers go by."""

from __future__ import annotations

from chassis.norms import Norms

WORKDAYS = Norms("warehouse.transfer_workdays", "调剂办理期限", "个工作日")
"""By act: `hand_over` once approved, `receive` once handed over; none for no deadline."""
