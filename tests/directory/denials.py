"""What a denied call says; unlike other refusals it leaves a row in the audit trail."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import PermissionDenied
from chassis.testing import Harness


def denial(harness: Harness, method: str, **fields: Any) -> str:
    """The reason for which a call is denied; it has no effect."""
    tables = ("replies", "outbox")
    before = [harness.count(table) for table in tables]
    with pytest.raises(PermissionDenied) as refused:
        harness.call(method, **fields)
    assert [harness.count(table) for table in tables] == before
    return refused.value.reason
