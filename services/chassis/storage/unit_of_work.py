"""The unit of work: state, facts, inbox, stored reply and audit row in one transaction.

(A unit of work is a transaction; a unit, 单位, is an organisation.)
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from google.protobuf.message import Message
from sqlalchemy import Connection, Select, bindparam, select, update
from sqlalchemy.orm import Session

from chassis import failpoints
from chassis.contract import fact_of
from chassis.days import day_of
from chassis.envelope import Envelope, pack
from chassis.errors import Conflict, NotFound, PermissionDenied
from chassis.principal import EVERYWHERE, Principal
from chassis.regions import region_prefix
from chassis.storage import changes
from chassis.storage.columns import Aggregate, Base, new_id
from chassis.storage.database import Database, Script
from chassis.storage.reader import Context, limited_once
from chassis.storage.scope import allows, is_whole, limited
from chassis.storage.tables import audit, audit_waiting, outbox

A = TypeVar("A", bound=Aggregate)


@dataclass
class UnitOfWork:
    """What a command or a reaction works with. It never commits by itself.

    What it finds lies within the caller's scope, and so must what it adds or changes.
    """

    _connection: Connection
    context: Context
    _database: Database
    envelope: Envelope | None = None
    _session: Session = field(init=False)
    _facts: list[tuple[Message, Any]] = field(default_factory=list)
    _changes: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._session = Session(self._connection, autoflush=False, expire_on_commit=False)

    @property
    def principal(self) -> Principal:
        return self.context.principal

    @property
    def now(self) -> datetime:
        return self.context.now

    @property
    def has_whole_scope(self) -> bool:
        """Whether nothing of the deployment is outside the caller's scope."""
        return is_whole(self.principal.scope, region_prefix(self.context.region_code))

    def answers_for(self, region_code: str, unit_id: str) -> bool:
        """Whether what belongs to that unit there lies within the caller's scope."""
        return any(realm.covers(region_code, unit_id) for realm in self.principal.scope)

    def own_unit(self) -> dict[str, str]:
        """What a document of the caller says of its unit: region, unit, and its name now."""
        return {
            "region_code": self.principal.region_code or self.context.region_code,
            "unit_id": self.principal.unit_id,
            "unit_name": self.principal.unit_name,
        }

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
        statement = limited_once(_by_id(kind, lock), self.principal.scope)
        found: A | None = self._session.scalars(statement, {"id": id}).first()
        if found is None:
            raise NotFound.object(field, id)
        require_seen(found, etag)
        return found

    def find(self, statement: Select[Any]) -> Any:
        """The first object of `statement`, or None."""
        return self._session.scalars(limited(statement, self.principal.scope)).first()

    def all(self, statement: Select[Any]) -> Sequence[Any]:
        return self._session.scalars(limited(statement, self.principal.scope)).all()

    def taken(self, column: Any, values: Sequence[Any], *where: Any) -> set[Any]:
        """Those of `values` that stand in `column`, in whosever row: what must be unique
        is unique for all, and nothing else of such a row is told."""
        if not values:
            return set()
        statement = select(column).where(column.in_(values), *where).distinct()
        return set(self._session.scalars(statement).all())

    def add(self, *objects: Base) -> None:
        self._session.add_all(objects)

    def remove(self, *objects: Base) -> None:
        """Deletes rows; the trail keeps what they were. For what only repeats what stands
        elsewhere, such as copies: documents end, they do not vanish."""
        self.require_within_scope(*objects)
        for each in objects:
            self._session.delete(each)

    def require_within_scope(self, *objects: Base) -> None:
        """Refuses the caller who may not change these: for acts that change other rows instead,
        or change these as a consequence of the service's own."""
        for each in objects:
            self._require_within_scope(each, {})

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
        year = day_of(self.now).year
        last = (
            self._database.script()
            .add(
                "INSERT INTO numbers (series, year, last) VALUES (?, ?, ?) "
                "ON CONFLICT (series, year) DO UPDATE SET last = numbers.last + excluded.last "
                "RETURNING last",
                series,
                year,
                count,
            )
            .run(self._connection)
            .scalar_one()
        )
        return [f"{series}-{year}-{number:06}" for number in range(last - count + 1, last + 1)]

    def change_all(self, kind: Any, values: Mapping[str, Any], *where: Any) -> int:
        """Changes every row of `kind` for which `where` holds, in one statement; how many.

        For consequences of a fact: only where nothing is hidden from the unit of work.
        """
        assert self.principal.scope == EVERYWHERE
        table = kind.__table__
        own = {"version": table.c.version + 1, "updated_at": self.now}
        statement = update(table).where(*where).values({**values, **own})
        result: Any = self._session.execute(statement)
        changed = int(result.rowcount)
        if changed:
            plain = changes.shown(kind, values)
            self._changes.append({"table": table.name, "rows": changed, "after": plain})
        return changed

    @contextmanager
    def unrestricted(self) -> Iterator[None]:
        """Consequences that the service answers for, whatever the caller may touch."""
        self.flush()
        own = self.context
        self.context = replace(own, principal=replace(own.principal, scope=EVERYWHERE))
        try:
            yield
            self.flush()
        finally:
            self.context = own

    def flush(self) -> None:
        """Sends what changed so far; nothing is sent behind a use case's back."""
        session = self._session
        if session.new or session.dirty or session.deleted:
            self._note_changes()
            session.flush()

    def finish(self, script: Script) -> None:
        """Adds all that is left to write to `script` and commits with it."""
        self.flush()
        entry = audit_entry(self.context, self._changes)
        script.insert(audit, [entry]).insert(audit_waiting, [{"entry_id": entry["id"]}])
        if self._facts:
            script.insert(outbox, [self._outbox_row(fact, of) for fact, of in self._facts])
        failpoints.reach("before_commit", self.context.act)
        script.add("COMMIT").run(self._connection)

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

    def _note_changes(self) -> None:
        """Writes down what the flush will change, and when."""
        self._changes += changes.gone(self._session)
        for each in self._session.new:
            self._require_within_scope(each, {})
            if isinstance(each, Aggregate):
                each.created_at = each.updated_at = self.now
            if not each.derived:
                self._changes.append(changes.begun(each))
        for each in self._session.dirty:
            before = changes.changed(each)
            if before is None:
                continue
            self._require_within_scope(each, before)
            if isinstance(each, Aggregate):
                each.updated_at = self.now
            if before:
                self._changes.append(changes.told(each, before))

    def _require_within_scope(self, each: Any, before: Mapping[str, Any]) -> None:
        """What it was, and what it is now, lies within the caller's scope."""
        home = region_prefix(self.context.region_code)
        if not allows(each, before, self.principal.scope, home):
            raise PermissionDenied(
                "OUT_OF_SCOPE", "超出您的数据权限范围", "outside the scope of your rights"
            )


def require_seen(found: Aggregate, etag: str) -> None:
    """Raises Conflict if the caller has seen another version; an empty etag is none."""
    if etag and etag != str(found.version):
        raise Conflict.stale()


def audit_entry(
    context: Context, changes: Sequence[dict[str, Any]], result: str = "OK"
) -> dict[str, Any]:
    """The audit row of an act: who, from where, what, on whose request, with which result."""
    principal = context.principal
    return {
        "id": new_id(),
        "at": context.now,
        "principal": principal.subject,
        "region_code": principal.region_code or context.region_code,
        "unit_id": principal.unit_id,
        "origin": principal.origin,
        "act": context.act,
        "request_id": context.request_id,
        "result": result,
        "changes": json.dumps(changes, ensure_ascii=False, separators=(",", ":")),
    }


_statements: dict[tuple[Any, bool], Select[Any]] = {}


def _by_id(kind: Any, lock: bool) -> Select[Any]:
    """Built once for each model, so that it is also compiled once."""
    if (kind, lock) not in _statements:
        statement = select(kind).where(kind.id == bindparam("id"))
        _statements[kind, lock] = statement.with_for_update() if lock else statement
    return _statements[kind, lock]
