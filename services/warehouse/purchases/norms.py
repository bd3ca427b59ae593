"""The norms purchases go by."""

from __future__ import annotations

from chassis.norms import Norms

REUSE_FIRST = Norms("warehouse.reuse_first", "先调剂后购置", "1 为须先调剂，0 为不要求")
"""Whether what is to be bought is sought in the stores first; one figure, without a key. Its
source is what a clearance names as its basis."""
OFFER_WORKDAYS = Norms("warehouse.offer_workdays", "购前调剂答复期限", "个工作日")
"""Within how many workdays a unit answers what it is offered; one figure, without a key."""
