"""What a refused call says."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import DomainError
from chassis.testing import Harness


def refusal(
    harness: Harness, method: str, kind: type[DomainError], /, **fields: Any
) -> tuple[str, list[str]]:
    """Reason and fields for which a call is refused, as an error of `kind`; nothing is left."""
    tables = ("audit", "replies", "outbox", "numbers")
    before = [harness.count(table) for table in tables]
    with pytest.raises(kind) as refused:
        harness.call(method, **fields)
    assert [harness.count(table) for table in tables] == before
    error = refused.value
    assert error.zh
    assert error.en
    return error.reason, [each.field for each in error.violations]
