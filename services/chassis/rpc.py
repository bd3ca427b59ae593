"""Calls: from a message on `rpc-<service>` to a reply.

A call of the gateway is protobuf bytes with deadline, principal and trace as
headers; its reply is protobuf bytes, or a `google.rpc.Status` marked by the
message type `error`. A call of a stock nameko client is nameko's JSON, and so
is its reply. Whatever arrives, the process lives, and the message is
acknowledged only once its transaction is committed.
"""

from __future__ import annotations

import json
import time
from typing import Any

from google.protobuf.message import Message
from nameko.extensions import Entrypoint, SharedExtension

from chassis import failpoints, logs, metrics, trace
from chassis.application import Application, CallContext
from chassis.broker import (
    DEADLINE_HEADER,
    ERROR_TYPE,
    PRINCIPAL_HEADER,
    PROTOBUF,
    REPLY_ADDRESS,
    RPC_EXCHANGE,
    TRACE_HEADER,
    message,
    users_of,
)
from chassis.consumer import Consumer, Delivery
from chassis.contract import Method
from chassis.errors import DomainError, Exhausted, Internal, InvalidInput, Unauthenticated
from chassis.platform import GATEWAY
from chassis.principal import Principal, Reader, TicketRefused, developer
from chassis.settings import Environment
from chassis.status import to_status
from chassis.wire import decode, from_json, to_json

log = logs.get("rpc")

MAX_BYTES = 1024 * 1024
MAX_REPLY_BYTES = 1024 * 1024


class Rpc(Entrypoint):
    """One method of the contract as a nameko entrypoint."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.server = RpcServer()

    def setup(self) -> None:
        self.server.serve(self.method_name)


class RpcServer(SharedExtension):
    """Answers the calls of one service."""

    def __init__(self) -> None:
        self._served: set[str] = set()

    def setup(self) -> None:
        host = self.container.host
        self.app: Application = host.application
        self.capacity: int = host.settings.rpc_workers + host.settings.rpc_backlog
        self.tickets: Reader = host.tickets
        url = host.settings.broker_url.get_secret_value()
        self.callers = users_of(url, self.app.service.name, GATEWAY)
        self.admits_anybody: bool = host.settings.environment is Environment.DEVELOPMENT
        self.consumer: Consumer = host.consumer(
            "rpc", host.settings.rpc_workers, self.capacity + host.settings.rpc_workers
        )
        self.consumer.add(self.app.service.rpc_queue, self.handle)

    def serve(self, key: str) -> None:
        self._served.add(key)

    def start(self) -> None:
        self.consumer.start(self.container.host.fail)

    def handle(self, delivery: Delivery) -> None:
        """Answers one message. Raises nothing but what a failpoint raises."""
        failpoints.reach("after_receive", delivery.routing_key)
        key = delivery.routing_key.partition(".")[2]
        began = time.perf_counter()
        exchange = _JsonExchange if _speaks_json(delivery) else _ProtobufExchange
        code = "OK"
        try:
            if self.consumer.in_flight > self.capacity:
                raise Exhausted("BUSY", "系统繁忙，请稍后重试", "too many calls at once")
            method = self.app.method(key)
            if _has_expired(delivery, method):
                metrics.expired.labels(self.app.service.name).inc()
                delivery.ack()
                return
            reply = self._answer(method, exchange, delivery)
            kind = ""
        except DomainError as error:
            code = type(error).__name__
            reply = exchange.refuse(error, self.app.service.name)
            kind = ERROR_TYPE
        failpoints.reach("after_commit_before_ack", key)
        self._reply(delivery, reply, exchange.content_type, kind)
        known = key if key in self._served else "unknown"
        metrics.calls.labels(self.app.service.name, known, code).observe(
            time.perf_counter() - began
        )

    def _answer(self, method: Method, exchange: Any, delivery: Delivery) -> bytes:
        traceparent = str(delivery.headers.get(TRACE_HEADER) or "")[:100]
        try:
            with trace.span(traceparent, method=method.key):
                if len(delivery.body) > MAX_BYTES:
                    raise InvalidInput.field(
                        "", "TOO_LARGE", "请求超过 1 MiB", "the request is over 1 MiB"
                    )
                request = exchange.read(method, delivery.body)
                principal = self._principal(delivery, method)
                answer = self.app.call(method.key, request, CallContext(principal, traceparent))
                reply: bytes = exchange.write(answer)
                if len(reply) > MAX_REPLY_BYTES:
                    raise Exhausted(
                        "REPLY_TOO_LARGE",
                        "结果超过 1 MiB，请减少每页条数",
                        "the reply is over 1 MiB; ask for fewer rows",
                    )
                if method.is_command:
                    log.info("done", principal=principal.subject)
                return reply
        except DomainError as error:
            if error.__cause__ is not None:
                log.warning("refused", method=method.key, reason=error.reason, exc_info=error)
            else:
                log.info("refused", method=method.key, reason=error.reason)
            raise
        except failpoints.FailpointReached:
            raise
        except Exception as error:
            fault = trace.new_id()
            log.exception("call failed", method=method.key, fault=fault)
            raise Internal.fault(fault) from error

    def _principal(self, delivery: Delivery, method: Method) -> Principal:
        """Who the gateway says is calling. In development a call may come without it.

        RabbitMQ vouches for the user of a message, not for the way it came: another service
        that passes it on from an exchange of its own needs no right to its routing key.
        """
        ticket = delivery.headers.get(PRINCIPAL_HEADER)
        try:
            if self.callers and delivery.property("user_id") not in self.callers:
                raise TicketRefused("published by another user")
            if ticket is None and self.admits_anybody:
                return developer("anonymous")
            principal = self.tickets.principal(ticket)
            if principal.permission != method.permission:
                raise TicketRefused("the ticket is for another call")
        except TicketRefused as error:
            raise Unauthenticated(
                "NO_TICKET", "调用未经网关认证", f"not a call of the gateway: {error}"
            ) from None
        return principal

    def _reply(self, delivery: Delivery, body: bytes, content_type: str, kind: str) -> None:
        """Sends the reply and the ack in one piece; without an address, the ack alone.

        What is no address of a reply might be that of a call.
        """
        failpoints.reach("before_reply", delivery.routing_key)
        reply_to = delivery.property("reply_to")
        if not REPLY_ADDRESS.fullmatch(reply_to):
            delivery.ack()
            return
        reply = message(
            body,
            content_type=content_type,
            correlation_id=delivery.property("correlation_id") or None,
            type=kind or None,
        )
        delivery.finish(reply, RPC_EXCHANGE, reply_to)


class _ProtobufExchange:
    content_type = PROTOBUF

    @staticmethod
    def read(method: Method, body: bytes) -> Message:
        return decode(method.request, body)

    @staticmethod
    def write(answer: Message) -> bytes:
        body: bytes = answer.SerializeToString()
        return body

    @staticmethod
    def refuse(error: DomainError, service: str) -> bytes:
        body: bytes = to_status(error, service).SerializeToString()
        return body


class _JsonExchange:
    """nameko's own form: {"args": [], "kwargs": {…}} and {"result": …, "error": …}."""

    content_type = "application/json"

    @staticmethod
    def read(method: Method, body: bytes) -> Message:
        try:
            kwargs = json.loads(body)["kwargs"]
        except (ValueError, KeyError, TypeError, RecursionError):
            kwargs = None
        if not isinstance(kwargs, dict):
            raise InvalidInput.field(
                "", "MALFORMED", "请求内容无法解析", 'expected {"args": [], "kwargs": {…}}'
            )
        return from_json(method.request, kwargs)

    @staticmethod
    def write(answer: Message) -> bytes:
        return json.dumps({"result": to_json(answer), "error": None}).encode()

    @staticmethod
    def refuse(error: DomainError, service: str) -> bytes:
        kind = type(error)
        told = {
            "exc_type": kind.__name__,
            "exc_path": f"{kind.__module__}.{kind.__name__}",
            "exc_args": [error.reason, error.zh, error.en],
            "value": str(error),
        }
        return json.dumps({"result": None, "error": told}).encode()


def _speaks_json(delivery: Delivery) -> bool:
    return delivery.property("content_type") != PROTOBUF


def _has_expired(delivery: Delivery, method: Method) -> bool:
    """Whether the caller's time is over, by the header or by the method's own limit."""
    deadline = delivery.headers.get(DEADLINE_HEADER)
    if isinstance(deadline, int):
        return time.time() * 1000 >= deadline
    waited_ms = (time.monotonic() - delivery.received_at) * 1000
    return waited_ms >= method.deadline_ms
