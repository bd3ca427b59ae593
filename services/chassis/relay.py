"""The outbox relay: sends committed facts, and only those.

Rows are taken with SKIP LOCKED and marked in the same transaction once the
broker has confirmed them, so replicas share the work and none is lost; after a
crash between the two a fact is sent again and its consumers know it by its id.
While an operator holds the service nothing is sent (see `chassis.operating.holding`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, func, select, update

from chassis import failpoints, logs, metrics
from chassis.application import utc_now
from chassis.broker import BrokerRefused, message
from chassis.envelope import CONTENT_TYPE
from chassis.operating import holding
from chassis.publisher import ConfirmedPublisher, NotConfirmed
from chassis.storage.database import Database
from chassis.storage.tables import outbox

log = logs.get("relay")

BATCH = 100
_BREATH_S = 0.03


class Batch(NamedTuple):
    """How many facts were taken from the outbox, and how many of them left it."""

    taken: int
    published: int


class Relay:
    """Publishes the outbox of one database."""

    def __init__(
        self,
        database: Database,
        publisher: ConfirmedPublisher,
        poll_s: float,
        returned_again: timedelta,
    ) -> None:
        self._database = database
        self._publisher = publisher
        self._poll_s = poll_s
        self._returned_again = returned_again
        self._wanted = threading.Event()
        self._stopping = False
        self.beat_at = time.monotonic()

    def wake(self) -> None:
        """There is something to send."""
        self._wanted.set()

    def stop(self) -> None:
        """Ends `run` once what is there is sent, or cannot be."""
        self._stopping = True
        self._wanted.set()

    @property
    def is_alive(self) -> bool:
        """Whether it has looked lately."""
        return time.monotonic() - self.beat_at < self._poll_s * 2 + 30

    def run(self) -> None:
        """Publishes until `stop`. Raises BrokerRefused, and nothing else."""
        next_poll = 0.0
        while True:
            now = time.monotonic()
            self.beat_at = now
            wanted = self._wanted.is_set()
            if wanted or now >= next_poll:
                self._wanted.clear()
                self._round(again=now >= next_poll)
                if now >= next_poll:
                    self._measure()
                    next_poll = now + self._poll_s
            if self._stopping:
                self._publisher.close()
                return
            if wanted:
                # A lone fact left at once; under load the next ones leave together.
                time.sleep(_BREATH_S)
            self._wanted.wait(min(1.0, self._poll_s))
            if not self._wanted.is_set():
                self._publisher.keep_alive()
                metrics.relay_blocked.set(self._publisher.is_blocked)

    def publish_some(self, *, again: bool = False) -> Batch:
        """Publishes one batch. With `again`, of facts that no queue took before."""
        now = utc_now()
        due = _returned_before(now - self._returned_again) if again else _FRESH
        due = due.where(~holding.held(self._database))
        rows: Sequence[Row[Any]] = ()
        returned: set[str] = set()
        if self._database.is_sqlite:
            # One process, one relay: the write gate is not held while the broker answers.
            with holding.sending(self._database) as may_send:
                if may_send:
                    with self._database.reading() as connection:
                        rows = connection.execute(due).all()
                    returned = self._send(rows)
                if rows:
                    with self._database.transaction() as connection:
                        _mark(connection, rows, returned, now)
        else:
            with (
                self._database.transaction() as connection,
                holding.sending(self._database, connection) as may_send,
            ):
                if may_send:
                    rows = connection.execute(due.with_for_update(skip_locked=True)).all()
                    returned = self._send(rows)
                if rows:
                    _mark(connection, rows, returned, now)
        return Batch(len(rows), len(rows) - len(returned))

    def _round(self, *, again: bool) -> None:
        try:
            while self.publish_some().taken == BATCH:
                self.beat_at = time.monotonic()
            while again and self.publish_some(again=True).published == BATCH:
                self.beat_at = time.monotonic()
        except NotConfirmed as error:
            log.warning("facts wait", error=str(error))
        except BrokerRefused:
            raise
        except Exception:
            log.exception("relay failed; it will try again")

    def _send(self, rows: Sequence[Row[Any]]) -> set[str]:
        if not rows:
            return set()
        returned = self._publisher.publish(
            [
                (
                    message(
                        row.envelope.encode(),
                        content_type=CONTENT_TYPE,
                        persistent=True,
                        message_id=row.id,
                        content_encoding="utf-8",
                    ),
                    row.exchange,
                    row.routing_key,
                )
                for row in rows
            ]
        )
        for row in rows:
            counter = metrics.returned if row.id in returned else metrics.published
            counter.labels(row.exchange, row.routing_key).inc()
        failpoints.reach("after_publish_before_mark")
        return returned

    def _measure(self) -> None:
        try:
            with self._database.reading() as connection:
                held = holding.held(self._database).label("held")
                waiting = connection.execute(_WAITING.add_columns(held)).one()
        except Exception:
            log.exception("the outbox is not measured; it will be tried again")
            return
        metrics.outbox_waiting.set(waiting.number)
        metrics.outbox_unroutable.set(waiting.unroutable)
        metrics.held_facts.set(waiting.held)
        oldest: datetime | None = waiting.oldest
        age = (utc_now() - oldest).total_seconds() if oldest else 0
        metrics.outbox_age.set(max(age, 0))


def _returned_before(instant: datetime) -> Select[Any]:
    return _ROWS.where(outbox.c.returned_at < instant).order_by(outbox.c.returned_at).limit(BATCH)


def _mark(
    connection: Connection, rows: Sequence[Row[Any]], returned: set[str], now: datetime
) -> None:
    sent = [row.id for row in rows if row.id not in returned]
    if sent:
        connection.execute(
            update(outbox).where(outbox.c.id.in_(sent)).values(published_at=now, returned_at=None)
        )
    if returned:
        connection.execute(update(outbox).where(outbox.c.id.in_(returned)).values(returned_at=now))
    failpoints.reach("after_mark")


_ROWS = select(outbox.c.id, outbox.c.exchange, outbox.c.routing_key, outbox.c.envelope).where(
    outbox.c.published_at.is_(None)
)
_FRESH = _ROWS.where(outbox.c.returned_at.is_(None)).order_by(outbox.c.id).limit(BATCH)
_WAITING = select(
    func.count().label("number"),
    func.count(outbox.c.returned_at).label("unroutable"),
    func.min(outbox.c.created_at).filter(outbox.c.returned_at.is_(None)).label("oldest"),
).where(outbox.c.published_at.is_(None))
