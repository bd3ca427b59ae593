"""The chain that makes a change of the audit trail show.

A business transaction writes its entry and a line in `audit_waiting`, and waits for
nobody. Afterwards one process at a time seals what waits: each entry gets a link
with its digest, and a seal over these links carries the digest of the seal before.
Digests are keyed (HMAC), so that whoever can write to the database alone cannot
make a new chain.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, text

from chassis import logs, metrics
from chassis.storage import secret
from chassis.storage.database import Database
from chassis.storage.tables import audit, audit_links, audit_seals, audit_waiting

log = logs.get("sealing")

MOST = 500
"""Entries a seal covers at most."""

GONE = ""
"""The digest of an entry that was gone before it could be sealed."""

_LOCK = 0x7365616C  # any number; the same for all who seal a database
_FIELDS = tuple(column.name for column in audit.columns)


def entry_digest(entry: Any) -> str:
    """Over every column of an audit row."""
    values = [_told(getattr(entry, name)) for name in _FIELDS]
    return secret.digest(json.dumps(values, ensure_ascii=False), "audit entry")


def seal_digest(number: int, sealed_at: datetime, previous: str, links: Sequence[Any]) -> str:
    """Over a seal and its links (`entry_id`, `digest`), in the order of their ids."""
    ordered = sorted((each.entry_id, each.digest) for each in links)
    told = [number, _told(sealed_at), previous, ordered]
    return secret.digest(json.dumps(told), "audit seal")


def seal_some(connection: Connection, now: datetime, *, shared: bool) -> int:
    """Seals what waits, within the caller's transaction; how many entries.

    `shared` says that other processes may seal too: while one does, the others pass.
    """
    if shared:
        locked = connection.execute(
            text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _LOCK}
        )
        if not locked.scalar_one():
            return 0
    waiting = select(audit_waiting.c.entry_id).order_by(audit_waiting.c.entry_id).limit(MOST)
    ids = list(connection.execute(waiting).scalars())
    if not ids:
        return 0
    entries = connection.execute(select(audit).where(audit.c.id.in_(ids))).all()
    digests = {**dict.fromkeys(ids, GONE), **{each.id: entry_digest(each) for each in entries}}
    last = connection.execute(_LAST).first()
    number, previous = (last.number + 1, last.digest) if last else (1, "")
    links = [{"entry_id": id, "seal": number, "digest": digest} for id, digest in digests.items()]
    connection.execute(insert(audit_links), links)
    digest = seal_digest(number, now, previous, connection.execute(_LINKS, {"seal": number}).all())
    connection.execute(
        insert(audit_seals),
        {
            "number": number,
            "sealed_at": now,
            "entries": len(links),
            "previous": previous,
            "digest": digest,
        },
    )
    connection.execute(audit_waiting.delete().where(audit_waiting.c.entry_id.in_(ids)))
    # Kept by whoever keeps the logs: a chain that is cut short no longer ends with it.
    log.info("sealed", seal=number, entries=len(links), head=digest)
    return len(links)


class Sealer:
    """Seals the trail of one database every `every_s` seconds."""

    def __init__(self, database: Database, every_s: float, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._every_s = every_s
        self._clock = clock
        self._stopping = threading.Event()

    def run(self) -> None:
        """Seals until `stop`; a failure is told and tried again."""
        while not self._stopping.wait(self._every_s):
            self._round()
        self._round()

    def stop(self) -> None:
        """Seals what is there, and ends `run`."""
        self._stopping.set()

    def _round(self) -> None:
        try:
            began = time.monotonic()
            while self.seal() == MOST and time.monotonic() - began < self._every_s:
                continue
        except Exception as error:
            log.warning("not sealed", error=str(error)[:200])

    def seal(self) -> int:
        """Seals what waits, up to `MOST` entries; how many."""
        with self._database.reading() as connection:
            if connection.execute(_ANY_WAITING).first() is None:
                return 0
        with self._database.transaction() as connection:
            sealed = seal_some(connection, self._clock(), shared=not self._database.is_sqlite)
        metrics.sealed.inc(sealed)
        return sealed


_ANY_WAITING = select(audit_waiting.c.entry_id).limit(1)
_LAST = (
    select(audit_seals.c.number, audit_seals.c.digest)
    .order_by(audit_seals.c.number.desc())
    .limit(1)
)
_LINKS = select(audit_links.c.entry_id, audit_links.c.digest).where(
    audit_links.c.seal == bindparam("seal")
)


def _told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
