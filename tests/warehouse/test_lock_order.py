"""Who withdraws a document holds the approval first, as who decides does: none waits for the other
in a circle, which PostgreSQL would break up after a second only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event

from chassis.testing import Harness
from tests.warehouse.factories import asked, somebody, stocked
from tests.warehouse.purchases.factories import answer, refuse, wanted


@pytest.fixture
def statements(warehouse: Harness) -> Iterator[list[str]]:
    """What is sent to the database from now on."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(" ".join(statement.split()))

    event.listen(warehouse.database.engine, "before_cursor_execute", note)
    yield sent
    event.remove(warehouse.database.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("noun", ["transfer", "purchase"])
def test_the_approval_is_held_before_its_document(
    warehouse: Harness, statements: list[str], noun: str
) -> None:
    desks = stocked(warehouse, 1)
    if noun == "transfer":
        document = asked(warehouse, somebody(), item_ids=[desks[0].id])
    else:
        document = wanted(warehouse)
        answer(warehouse, document, refuse(*document.offers))
    statements.clear()
    withdrawn = {f"{noun}_id": document.id}
    warehouse.call(f"withdraw_{noun}", user=somebody(), **withdrawn)
    held = [
        next(n for n, each in enumerate(statements) if words in each)
        for words in ("UPDATE approvals SET", f"FROM {noun}s WHERE")
    ]
    assert held == sorted(held)
