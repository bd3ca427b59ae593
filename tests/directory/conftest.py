"""The directory service on each storage."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chassis.testing import Harness
from directory.service import service


@pytest.fixture
def directory(harness_of: Callable[..., Harness]) -> Harness:
    return harness_of(service)
