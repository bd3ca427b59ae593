"""The housing service keeps what every service keeps."""

from __future__ import annotations

from chassis.testing.conformance import Conformance
from housing.service import service


class TestHousing(Conformance):
    service = service
    computed = frozenset({"list_over_standard"})
