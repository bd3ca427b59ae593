"""The unit of work: state, facts, inbox, stored reply and audit row in one transaction.

(A unit of work is a transaction; a unit, 单位, is an organisation.)
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from google.protobuf.message import Message
from sqlalchemy import Connection, Row, Select, bindparam, inspect, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.base import NO_VALUE

from chassis import failpoints
from chassis.contract import fact_of
from chassis.envelope import Envelope, pack
from chassis.errors import Conflict, NotFound
from chassis.principal import Principal
from chassis.storage import pages
from chassis.storage.columns import Aggregate, new_id
from chassis.storage.database import Database, Script
from chassis.storage.tables import audit, outbox
from chassis.wire import jsonable

A = TypeVar("A", bound=Aggregate)

_CHINA = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Context:
    """The circumstances of one call or reaction."""

    principal: Principal
    now: datetime
    act: str
    request_id: str = ""
    traceparent: str = ""
    region_code: str = ""


class Reader:
    """What a query works with: single statements, nothing kept."""

    def __init__(self, connection: Connection, context: Context) -> None:
        self.connection = connection
        self.context = context

    @property
    def principal(self) -> Principal:
        return self.context.principal

    @property
    def now(self) -> datetime:
        return self.context.now

    def row(self, statement: Select[Any], parameters: dict[str, Any], field: str) -> Row[Any]:
        """The one row; NotFound naming `field` (a parameter) if there is none."""
        row = self.connection.execute(statement, parameters).first()
        if row is None:
            raise NotFound.object(field, str(parameters[field]))
        return row

    def rows(self, statement: Select[Any]) -> Sequence[Row[Any]]:
        return self.connection.execute(statement).all()

    def page(
        self, statement: Select[Any], keys: Sequence[Any], request: Any
    ) -> tuple[Sequence[Row[Any]], str]:
        """One keyset page of `statement`, and the token of the next (see `pages`)."""
        return pages.page(self.connection, statement, keys, request)


@dataclass
class UnitOfWork:
    """What a command or a reaction works with. It never commits by itself."""

    connection: Connection
    context: Context
    database: Database
    envelope: Envelope | None = None
    session: Session = field(init=False)
    _facts: list[tuple[Message, Any]] = field(default_factory=list)
    _changes: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.session = Session(self.connection, autoflush=False, expire_on_commit=False)

    @property
    def principal(self) -> Principal:
        return self.context.principal

    @property
    def now(self) -> datetime:
        return self.context.now

    @property
    def source_service(self) -> str:
        """In a reaction: the service that published the fact."""
        assert self.envelope is not None
        return self.envelope.source.rpartition("/")[2]

    def get(self, kind: type[A], id: str, field: str, etag: str = "", *, lock: bool = False) -> A:
        """The object with this id. NotFound names `field`; Conflict if `etag` is not its own.

        With `lock`, others wait until this transaction ends: for objects on which
        many reactions come together.
        """
        found: A | None = self.session.scalars(_by_id(kind, lock), {"id": id}).first()
        if found is None:
            raise NotFound.object(field, id)
        if etag and etag != str(found.version):
            raise Conflict.stale()
        return found

    def find(self, statement: Select[Any]) -> Any:
        """The first object of `statement`, or None."""
        return self.session.scalars(statement).first()

    def all(self, statement: Select[Any]) -> Sequence[Any]:
        return self.session.scalars(statement).all()

    def add(self, *objects: Aggregate) -> None:
        self.session.add_all(objects)

    def publish(self, fact: Message, of: Aggregate) -> None:
        """Commits `fact` with the rest; the relay sends it afterwards.

        `of` is the object it tells of: its id is the subject, its version the order.
        """
        fact_of(type(fact))
        self._facts.append((fact, of))

    def next_numbers(self, series: str, count: int = 1) -> list[str]:
        """`count` business codes of a series, such as CZ-2026-000012, without gaps in order.

        A number is given within the transaction, so the codes of one series are
        given out one transaction after another.
        """
        year = self.now.astimezone(_CHINA).year
        last = (
            self.database.script()
            .add(
                "INSERT INTO numbers (series, year, last) VALUES (?, ?, ?) "
                "ON CONFLICT (series, year) DO UPDATE SET last = numbers.last + excluded.last "
                "RETURNING last",
                series,
                year,
                count,
            )
            .run(self.connection)
            .scalar_one()
        )
        return [f"{series}-{year}-{number:06}" for number in range(last - count + 1, last + 1)]

    def flush(self) -> None:
        """Sends what changed so far; nothing is sent behind a use case's back."""
        session = self.session
        if session.new or session.dirty or session.deleted:
            self._note_changes()
            session.flush()

    def finish(self, script: Script) -> None:
        """Adds all that is left to write to `script` and commits with it."""
        self.flush()
        script.insert(audit, [self._audit_row()])
        if self._facts:
            script.insert(outbox, [self._outbox_row(fact, of) for fact, of in self._facts])
        failpoints.reach("before_commit", self.context.act)
        script.add("COMMIT").run(self.connection)

    @property
    def has_facts(self) -> bool:
        return bool(self._facts)

    def _outbox_row(self, message: Message, of: Any) -> dict[str, Any]:
        fact = fact_of(type(message))
        id = new_id()
        return {
            "id": id,
            "exchange": fact.exchange,
            "routing_key": fact.key,
            "envelope": pack(
                message,
                id=id,
                region_code=self.context.region_code,
                subject=of.id,
                aggregate_version=of.version,
                time=self.now,
                traceparent=self.context.traceparent,
            ),
            "created_at": self.now,
        }

    def _audit_row(self) -> dict[str, Any]:
        return {
            "id": new_id(),
            "at": self.now,
            "principal": self.principal.subject,
            "act": self.context.act,
            "request_id": self.context.request_id,
            "changes": json.dumps(self._changes, ensure_ascii=False, separators=(",", ":")),
        }

    def _note_changes(self) -> None:
        """Writes down what the flush will change, and when."""
        for each in self.session.new:
            if isinstance(each, Aggregate):
                each.created_at = each.updated_at = self.now
            self._changes.append({"new": _name(each), "after": _columns(each)})
        for each in self.session.dirty:
            state = inspect(each)
            before = {
                name: old
                for name, old in state.committed_state.items()
                if name in state.mapper.column_attrs and old != state.dict.get(name)
            }
            if not before:
                continue
            if isinstance(each, Aggregate):
                each.updated_at = self.now
            before = {name: jsonable(old) for name, old in before.items() if old is not NO_VALUE}
            after = {name: jsonable(state.dict[name]) for name in before}
            self._changes.append({"object": _name(each), "before": before, "after": after})


_statements: dict[tuple[Any, bool], Select[Any]] = {}


def _by_id(kind: Any, lock: bool) -> Select[Any]:
    """Built once for each model, so that it is also compiled once."""
    if (kind, lock) not in _statements:
        statement = select(kind).where(kind.id == bindparam("id"))
        _statements[kind, lock] = statement.with_for_update() if lock else statement
    return _statements[kind, lock]


def _name(each: Any) -> str:
    return f"{each.__tablename__}/{each.id}"


def _columns(each: Any) -> dict[str, Any]:
    state = inspect(each)
    return {
        name: jsonable(value)
        for name, value in state.dict.items()
        if name in state.mapper.column_attrs
    }
