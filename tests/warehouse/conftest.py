"""The warehouse service on each storage."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chassis.testing import Harness
from warehouse.service import service


@pytest.fixture
def warehouse(harness_of: Callable[..., Harness]) -> Harness:
    return harness_of(service)
