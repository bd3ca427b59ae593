"""The norms purchases go by."""

from __future__ import annotations

from chassis.norms import Norms

OFFER_WORKDAYS = Norms("warehouse.offer_workdays", "购前调剂答复期限", "个工作日")
"""Within how many workdays a unit answers what it is offered; one figure, without a key."""
