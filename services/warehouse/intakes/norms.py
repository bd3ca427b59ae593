"""The norms intakes go by."""

from __future__ import annotations

from chassis.norms import Norms

TAKES = Norms("warehouse.takes", "公物仓接收的资产", "1 为接收，0 为不接收")
"""By `IntakeKind`; one that is not said is not taken. What another service's document released
is not asked: there somebody consented to it."""
