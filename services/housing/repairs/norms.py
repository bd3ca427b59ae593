"""The norms repairs go by."""

from __future__ import annotations

from chassis.norms import Norms

WARRANTY = Norms("housing.warranty_months", "维修工程最低保修期限", "月")
"""By component; a component without one has the warranty that was agreed upon."""
