"""The warehouse service keeps what every service keeps."""

from __future__ import annotations

from chassis.testing.conformance import Conformance
from warehouse.service import service


class TestWarehouse(Conformance):
    service = service
