"""The housing service on each storage."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chassis.testing import Harness
from housing.service import service


@pytest.fixture
def housing(harness_of: Callable[..., Harness]) -> Harness:
    return harness_of(service)
