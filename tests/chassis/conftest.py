"""What tests of the chassis stand on besides."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chassis.probe import Probe
from tests.storage import Storage


@pytest.fixture
def probe(storage: Storage) -> Iterator[Probe]:
    harness = Probe(storage)
    yield harness
    harness.close()
