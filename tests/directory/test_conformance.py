"""The directory service keeps what every service keeps."""

from __future__ import annotations

from chassis.testing.conformance import Conformance
from directory.service import service


class TestDirectory(Conformance):
    service = service
