"""What is asked all day is read through an index on PostgreSQL, however long the tables are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from chassis.testing import Harness
from tests.statements import statements
from tests.storage import Storage
from tests.warehouse.factories import received, somebody, stocked
from warehouse.service import service


@pytest.fixture
def warehouse(postgresql_storage: Storage) -> Iterator[Harness]:
    harness = Harness(service, postgresql_storage.of(service), migrated=True)
    yield harness
    harness.close()
    postgresql_storage.clear()


def whole_reads(warehouse: Harness, table: str, act: Callable[[], Any]) -> list[str]:
    """The plans of what an act asks of a table, those that can only read all of it."""
    with statements(warehouse) as sent:
        act()
    asked = [each for each in sent if each[0].startswith("SELECT") and f"FROM {table}" in each[0]]
    assert asked
    with warehouse.database.transaction() as connection:
        for way in ("enable_seqscan", "enable_indexscan"):  # what remains looks up its rows
            connection.exec_driver_sql(f"SET LOCAL {way} = off")
        plans = [connection.exec_driver_sql(f"EXPLAIN {sql}", given) for sql, given in asked]
        told = ["\n".join(row[0] for row in plan) for plan in plans]
    return [each for each in told if "Index Cond" not in each]


@pytest.mark.row("W07")
def test_five_hundred_scans_find_their_cards(warehouse: Harness) -> None:
    [desk] = stocked(warehouse, 1)
    opened = warehouse.call("open_stocktake", store_id=desk.store_id)
    tags = [f"E280-{number}" for number in range(500)]
    given = {"stocktake_id": opened.id, "tags": tags}
    record = partial(warehouse.call, "record_scans", **given)
    assert not whole_reads(warehouse, "items", record)


@pytest.mark.row("W04")
def test_a_booking_finds_what_was_booked_before(warehouse: Harness) -> None:
    [desk] = stocked(warehouse, 1)
    [line] = received(warehouse, somebody(), item_ids=[desk.id]).lines
    given = {"transfer_line_id": line.id, "market_price_fen": 100, "market_source": "询价"}
    book = partial(warehouse.call, "book_saving", **given)
    assert not whole_reads(warehouse, "savings", book)
    of_item, of_store = {"item_id": desk.id}, {"store_id": desk.store_id}
    for asked in (of_item, of_store):
        listed = partial(warehouse.call, "list_savings", **asked)
        assert not whole_reads(warehouse, "savings", listed)
