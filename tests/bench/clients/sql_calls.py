"""PostgreSQL alone, through psycopg2 and threads: one connection for each in flight.

The tables are those of the housing service; the transaction reads and writes what
UpdateProperty does, in as many statements as it reads like.
"""

from __future__ import annotations

import hashlib
import itertools
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import psycopg2

from tests.bench.load import Sample, Tally

SELECT = "SELECT version, properties.* FROM properties WHERE id = %s"
UPDATE = (
    "UPDATE properties SET floor_area_m2 = %s, version = version + 1, updated_at = now() "
    "WHERE id = %s AND version = %s"
)
REPLY = (
    "INSERT INTO replies (caller, request_id, method, body_hash, reply, created_at) "
    "VALUES ('dev:bench', %s, 'update_property', %s, %s, now())"
)
AUDIT = (
    'INSERT INTO audit (id, "at", principal, region_code, unit_id, origin, act, request_id, '
    "result, changes) VALUES (%s, now(), 'dev:bench', '', '', '127.0.0.1', "
    "'housing.update_property', %s, 'OK', %s)"
)
AUDIT_WAITING = "INSERT INTO audit_waiting (entry_id) VALUES (%s)"
OUTBOX = (
    "INSERT INTO outbox (id, exchange, routing_key, envelope, created_at) "
    "VALUES (%s, 'housing.events', 'property_changed', %s, now())"
)
COMMIT = "UPDATE properties SET floors = floors WHERE id = %s"


class Statements:
    """`ids` are those of properties that are there; each thread keeps to its own."""

    prepared = 0

    def __init__(
        self, dsn: str, ids: list[str], reply_bytes: int, envelope_bytes: int, changes_bytes: int
    ) -> None:
        self._dsn = dsn
        self._ids = ids
        self._connections: list[Any] = []
        self._reply = b"r" * reply_bytes
        self._envelope = "e" * envelope_bytes
        self._changes = "c" * changes_bytes
        self._acts: dict[str, Callable[[Any, str], str]] = {
            "select": _select,
            "commit": _commit,
            "transaction": self._transaction,
        }

    def run(self, in_flight: int, seconds: float, act: str) -> Sample:
        while len(self._connections) < in_flight:
            self._connections.append(psycopg2.connect(self._dsn))
            self._connections[-1].autocommit = True
        tally = Tally()
        threads = [
            threading.Thread(
                target=_one_after_another,
                args=(self._acts[act], connection, self._ids[slot::in_flight], seconds, tally),
            )
            for slot, connection in enumerate(self._connections[:in_flight])
        ]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        return tally.sample()

    def _transaction(self, cursor: Any, id: str) -> str:
        """What UpdateProperty reads and writes, one statement after another."""
        request_id = str(uuid.uuid4())
        cursor.execute("BEGIN")
        cursor.execute(SELECT, (id,))
        version = cursor.fetchone()[0]
        cursor.execute(UPDATE, (1_000 + version % 10_000, id, version))
        changed: int = cursor.rowcount
        cursor.execute(REPLY, (request_id, hashlib.sha256(b"").digest(), self._reply))
        entry = str(uuid.uuid4())
        cursor.execute(AUDIT, (entry, request_id, self._changes))
        cursor.execute(AUDIT_WAITING, (entry,))
        cursor.execute(OUTBOX, (str(uuid.uuid4()), self._envelope))
        cursor.execute("COMMIT")
        return "" if changed == 1 else "WRONG_ANSWER"


def _select(cursor: Any, id: str) -> str:
    cursor.execute(SELECT, (id,))
    return "" if id in cursor.fetchone() else "WRONG_ANSWER"


def _commit(cursor: Any, id: str) -> str:
    """The smallest transaction that writes: one row, one statement."""
    cursor.execute(COMMIT, (id,))
    return "" if cursor.rowcount == 1 else "WRONG_ANSWER"


def _one_after_another(
    act: Callable[[Any, str], str], connection: Any, ids: list[str], seconds: float, tally: Tally
) -> None:
    own = itertools.cycle(ids)
    now = tally.began_at
    with connection.cursor() as cursor:
        while now < tally.began_at + seconds:
            began_at = time.perf_counter()
            problem = act(cursor, next(own))
            now = time.perf_counter()
            tally.add(now - began_at, problem)
