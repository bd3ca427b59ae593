"""What the chassis' own tables forget, and when.

outbox   published facts, after GUANJIA_OUTBOX_KEPT_DAYS: so long they can be told again
replies  after GUANJIA_REPLIES_KEPT_DAYS: a request_id used again later is a new command
inbox    after GUANJIA_INBOX_KEPT_DAYS: a fact told again later takes effect again, so it has
         to be longer than any publisher keeps its facts

Nothing forgets the audit trail, nor a fact that no queue has taken yet.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Column, Table, delete, select, tuple_

from chassis import logs, metrics
from chassis.settings import ServiceSettings
from chassis.storage.database import Database
from chassis.storage.tables import inbox, outbox, replies

log = logs.get("retention")

SOME = 1_000
"""Rows forgotten in one transaction: a moment of SQLite's one writer."""

_EVERY_S = 3_600


class Kept(NamedTuple):
    """For how long rows of a table are kept, from what one of their columns says."""

    table: Table
    since: Column[Any]
    span: timedelta


def kept_by(settings: ServiceSettings) -> list[Kept]:
    """What these settings say of each table that forgets."""
    return [
        Kept(outbox, outbox.c.published_at, timedelta(days=settings.outbox_kept_days)),
        Kept(replies, replies.c.created_at, timedelta(days=settings.replies_kept_days)),
        Kept(inbox, inbox.c.received_at, timedelta(days=settings.inbox_kept_days)),
    ]


class Pruner:
    """Forgets, once an hour, what one database has kept long enough. Replicas share the work."""

    def __init__(self, database: Database, kept: list[Kept], clock: Callable[[], datetime]) -> None:
        self._database = database
        self._kept = kept
        self._clock = clock
        self._stopping = threading.Event()

    def run(self) -> None:
        """Prunes until `stop`; a failure is told and tried again."""
        while True:
            try:
                self.prune()
            except Exception:
                log.exception("not pruned; it will be tried again")
            if self._stopping.wait(_EVERY_S):
                return

    def stop(self) -> None:
        """Ends `run` soon."""
        self._stopping.set()

    def prune(self) -> None:
        """Forgets all that is due, some at a time."""
        for each in self._kept:
            before = self._clock() - each.span
            while not self._stopping.is_set() and self._forget_some(each, before) == SOME:
                pass

    def _forget_some(self, kept: Kept, before: datetime) -> int:
        key = kept.table.primary_key.columns
        due = select(*key).where(kept.since < before).order_by(kept.since).limit(SOME)
        chosen = tuple_(*key).in_(due.with_for_update(skip_locked=True))
        with self._database.transaction() as connection:
            gone = connection.execute(delete(kept.table).where(chosen)).rowcount
        metrics.forgotten.labels(kept.table.name).inc(gone)
        return gone
