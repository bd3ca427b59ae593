"""The norms leases go by."""

from __future__ import annotations

from chassis.norms import Norms

RENEWAL_NEEDS_TENDER = Norms(
    "housing.lease_renewal_needs_tender", "续租须公开招租（1 为是，0 为否）", ""
)
