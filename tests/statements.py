"""The statements a service sends to its database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from chassis.testing import Harness

Statement = tuple[str, Any]
"""SQL and its parameters."""


@contextmanager
def statements(harness: Harness) -> Iterator[list[Statement]]:
    """Those sent within, in their order."""
    sent: list[Statement] = []

    def note(_connection: Any, _cursor: Any, sql: str, parameters: Any, *_: Any) -> None:
        sent.append((sql, parameters))

    engine = harness.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
