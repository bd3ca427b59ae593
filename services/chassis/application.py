"""What a service does with a call or a fact, whatever brought it.

Knows no bus: the RPC entrypoint, the reaction entrypoint and the tests all come
in here. A command or a reaction is one transaction, begun by the row that makes
it happen only once and ended together with state, facts, reply and audit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from google.protobuf.message import Message
from sqlalchemy import Connection, bindparam, select

from chassis import failpoints
from chassis.contract import Method
from chassis.envelope import Envelope
from chassis.errors import (
    AlreadyExists,
    DomainError,
    InvalidInput,
    NotFound,
    PermissionDenied,
    Unimplemented,
    Violation,
)
from chassis.masking import mask
from chassis.principal import ANONYMOUS, Principal, itself
from chassis.retries import as_a_whole
from chassis.service import Service
from chassis.storage import secret
from chassis.storage.database import Database, is_taken
from chassis.storage.reader import Context, Reader
from chassis.storage.tables import audit, audit_waiting, inbox, replies
from chassis.storage.unit_of_work import UnitOfWork, audit_entry
from chassis.usecases import Reaction, UseCase
from chassis.wire import Values, labels_in, to_message, to_plain


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class CallContext:
    """What a call or fact brings besides its content."""

    principal: Principal = ANONYMOUS
    traceparent: str = ""


@dataclass
class Application:
    """One service over one database."""

    service: Service
    database: Database
    region_code: str = "990100"
    clock: Callable[[], datetime] = utc_now
    on_commit: Callable[[], None] = field(default=lambda: None)

    def method(self, key: str) -> Method:
        """The call of that name; Unimplemented if the contract has none."""
        method = self.service.methods.get(key)
        if method is None:
            raise Unimplemented(
                "UNKNOWN_METHOD",
                f"没有名为 {key[:100]} 的接口",
                f"no method {key[:100]} in {self.service.name}",
            )
        return method

    def call(self, key: str, request: Message, context: CallContext = CallContext()) -> Message:
        """Answers one call. Raises a DomainError for everything the caller did wrong."""
        method = self.method(key)
        use_case = self.service.use_cases[key]
        try:
            values = to_plain(request)
            if use_case.is_command:
                return self._command(method, use_case, request, values, context)
            return self._query(method, use_case, values, context)
        except (InvalidInput, NotFound) as error:
            raise _labelled(error, method) from None
        except PermissionDenied as error:
            if use_case.is_command:
                asked = {name: values[name] for name in values if name.endswith("_id")}
                self._note(method, context, [{"asked": asked}], error.reason)
            raise

    def react(self, reaction: Reaction, envelope: Envelope) -> bool:
        """Lets a reaction answer a fact; False if it had done so before."""
        consumer = self.service.consumer_of(reaction)
        context = self._context(
            consumer, CallContext(itself(f"service:{consumer}"), envelope.traceparent)
        )

        def attempt() -> bool:
            with self.database.writing() as connection:
                claim = {
                    "consumer": consumer,
                    "message_id": envelope.id,
                    "received_at": context.now,
                }
                try:
                    self.database.begin_with(connection, inbox, claim)
                    failpoints.reach("after_inbox_insert", consumer)
                    uow = UnitOfWork(connection, context, self.database, envelope)
                    reaction.function(uow, envelope.fact)
                    uow.finish(self.database.script())
                except BaseException as error:
                    self.database.rollback(connection)
                    if is_taken(error, inbox):
                        return False
                    raise
                self._committed(uow)
                return True

        return as_a_whole(attempt)

    def _query(
        self, method: Method, use_case: UseCase, values: Values, context: CallContext
    ) -> Message:
        request = _clean(use_case, values)

        def attempt() -> Message:
            with self.database.reading() as connection:
                reader = Reader(connection, self._context(method.routing_key, context))
                return to_message(method.response, use_case.function(reader, request))

        answer = as_a_whole(attempt)
        if method.reveals:
            self._note(method, context, [{"revealed": dict(values)}], "OK")
        else:
            mask(answer)
        return answer

    def _note(
        self, method: Method, caller: CallContext, changes: list[dict[str, Any]], result: str
    ) -> None:
        """An audit entry of its own, for an act that is no transaction."""
        request_id = str(changes[0].get("asked", {}).get("request_id", ""))[:100]
        context = self._context(method.routing_key, caller, request_id)
        entry = audit_entry(context, changes, result)

        def attempt() -> None:
            script = self.database.script().insert(audit, [entry])
            script.insert(audit_waiting, [{"entry_id": entry["id"]}])
            with self.database.transaction() as connection:
                script.run(connection)

        as_a_whole(attempt)

    def _command(
        self,
        method: Method,
        use_case: UseCase,
        message: Message,
        values: Values,
        caller: CallContext,
    ) -> Message:
        request_id = values["request_id"]
        if not request_id or len(request_id) > 100:
            raise InvalidInput.field(
                "request_id", "REQUIRED", "须为 1 至 100 个字符", "1 to 100 characters"
            )
        context = self._context(method.routing_key, caller, request_id)
        key = (caller.principal.subject, request_id)
        body_hash = secret.keyed(message.SerializeToString(deterministic=True))
        request: Values | None = None

        def attempt() -> Message:
            nonlocal request
            with self.database.writing() as connection:
                claim = {
                    "caller": key[0],
                    "request_id": key[1],
                    "method": method.key,
                    "body_hash": body_hash,
                    "created_at": context.now,
                }
                try:
                    self.database.begin_with(connection, replies, claim)
                    if request is None:
                        request = _clean(use_case, values)
                    uow = UnitOfWork(connection, context, self.database)
                    answer = use_case.function(uow, request)
                    uow.flush()
                    reply = to_message(method.response, answer)
                    mask(reply)
                    script = self.database.script().add(
                        "UPDATE replies SET reply = ? WHERE caller = ? AND request_id = ?",
                        reply.SerializeToString(),
                        *key,
                    )
                    uow.finish(script)
                except BaseException as error:
                    self.database.rollback(connection)
                    if is_taken(error, replies):
                        return self._stored_reply(connection, method, key, body_hash)
                    raise
                self._committed(uow)
                return reply

        return as_a_whole(attempt)

    def _stored_reply(
        self, connection: Connection, method: Method, key: tuple[str, str], body_hash: bytes
    ) -> Message:
        row = connection.execute(_STORED_REPLY, {"caller": key[0], "request_id": key[1]}).one()
        if row.method != method.key or bytes(row.body_hash) != body_hash:
            raise AlreadyExists.key(
                "request_id",
                "REQUEST_ID_REUSED",
                "该请求标识已用于另一请求",
                "this request_id was used for another request",
            )
        return method.response.FromString(bytes(row.reply))

    def _committed(self, uow: UnitOfWork) -> None:
        if uow.has_facts:
            self.on_commit()

    def _context(self, act: str, caller: CallContext, request_id: str = "") -> Context:
        return Context(
            caller.principal,
            self.clock(),
            act,
            request_id,
            caller.traceparent,
            self.region_code,
            self.service,
        )


_STORED_REPLY = select(replies.c.method, replies.c.body_hash, replies.c.reply).where(
    replies.c.caller == bindparam("caller"), replies.c.request_id == bindparam("request_id")
)


def _clean(use_case: UseCase, values: Values) -> Values:
    return values if use_case.schema is None else Values(use_case.schema.clean(values))


def _labelled(error: InvalidInput | NotFound, method: Method) -> DomainError:
    """The same refusal, its texts naming each field as people know it."""
    told = []
    for each in error.violations:
        label = labels_in(method.request.DESCRIPTOR, each.field)
        zh = f"{label}：{each.zh}" if label else each.zh
        en = f"{each.field}: {each.en}" if each.field else each.en
        told.append(Violation(each.field, each.reason, zh, en, each.value))
    return type(error)(error.reason, told[0].zh, told[0].en, told)
