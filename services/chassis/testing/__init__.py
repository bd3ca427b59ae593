"""What tests of any service need: an application over a database of its own, and a clock."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from google.protobuf.message import Message
from prometheus_client import CollectorRegistry
from sqlalchemy import event, select

from chassis import envelope, migrate
from chassis.application import Application, CallContext
from chassis.contract import fact_of
from chassis.measures import Measurer
from chassis.principal import Principal, developer
from chassis.service import Service
from chassis.storage.database import Database
from chassis.storage.tables import outbox


@dataclass
class Clock:
    """A clock that tests move."""

    at: datetime = field(default_factory=lambda: datetime(2026, 3, 2, 1, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **span: float) -> None:
        self.at += timedelta(**span)


class Harness:
    """One service without a bus: calls go in as messages, facts are read from the outbox.

    `migrated` says that the database at `url` has the service's tables already; `limits`
    are those of `Database`. Whoever listens to its engine listens to later harnesses as well.
    """

    def __init__(
        self, service: Service, url: str, *, migrated: bool = False, **limits: int
    ) -> None:
        self._idle = _idle[url, *sorted(limits.items())]
        self.database = self._idle.pop() if self._idle else _database(url, **limits)
        self.database.claim()
        if not migrated:
            migrate.migrate(self.database, service)
        self.clock = Clock()
        self.app = Application(service, self.database, clock=self.clock)
        self._request_ids = itertools.count(1)

    def measured(self) -> dict[str, dict[tuple[str, ...], float]]:
        """What the service shows to Prometheus: by the name of a gauge and its labels' values."""
        registry = CollectorRegistry()
        measurer = Measurer(self.app.service, self.database, 60, self.clock, registry)
        measurer.measure()
        return {
            family.name: {tuple(each.labels.values()): each.value for each in family.samples}
            for family in registry.collect()
        }

    def call(self, method: str, user: str | Principal = "clerk", **fields: Any) -> Any:
        """The reply to a call; a command gets a request_id unless one is given.

        A `user` given by name may do everything.
        """
        known = self.app.method(method)
        if known.is_command:
            fields.setdefault("request_id", f"r{next(self._request_ids)}")
        request = known.request(**fields)
        caller = developer(user) if isinstance(user, str) else user
        return self.app.call(method, request, CallContext(caller))

    def facts(self, kind: type[Message] | None = None) -> list[Any]:
        """The facts committed so far, oldest first; only those of `kind` if given."""
        with self.database.reading() as connection:
            rows = connection.execute(
                select(outbox.c.exchange, outbox.c.routing_key, outbox.c.envelope).order_by(
                    outbox.c.id
                )
            ).all()
        found = []
        for row in rows:
            fact = self.app.service.facts[row.routing_key]
            if kind is None or fact.message is kind:
                body = row.envelope.encode()
                found.append(envelope.unpack(body, envelope.CONTENT_TYPE, fact).fact)
        return found

    def react(self, reaction: str, fact: Message, id: str = "", source: str = "") -> bool:
        """Lets a reaction answer `fact`, as it would arrive; False if it had done so before."""
        answering = self.app.service.reactions[reaction]
        kind = fact_of(type(fact))
        assert kind in answering.facts, f"{reaction}() does not answer {kind.type}"
        sent = envelope.pack(
            fact,
            id=id or f"m{next(self._request_ids)}",
            region_code="990100",
            subject="",
            aggregate_version=1,
            time=self.clock(),
            traceparent="",
        )
        arrived = envelope.unpack(
            sent.encode(), envelope.CONTENT_TYPE, kind, shape=answering.message
        )
        return self.app.react(answering, replace(arrived, source=source or arrived.source))

    def count(self, table: str) -> int:
        """Rows in a table."""
        with self.database.reading() as connection:
            number: int = connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
        return number

    def close(self) -> None:
        self.database.close()
        if self.database not in self._idle:
            self._idle.append(self.database)


_idle: dict[tuple[Any, ...], list[Database]] = defaultdict(list)
"""Closed databases by URL and limits. Their engines know the statements they have compiled: to
compile them again would take a test longer than to run them."""


def _database(url: str, **limits: int) -> Database:
    options: dict[str, Any] = {"pool_size": 8, **limits}
    database = Database(url, **options)
    if database.is_sqlite:
        # Nothing a test leaves has to outlive a power cut.
        event.listen(database.engine, "connect", _trust_the_machine)
    return database


def _trust_the_machine(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")
