"""Two units in two districts."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.testing import Harness
from tests.directory.factories import register_unit


@pytest.fixture
def units(directory: Harness) -> list[Any]:
    named = {"甲": "990101", "乙": "990102"}
    return [register_unit(directory, name=name, region_code=code) for name, code in named.items()]
