"""Which service answers a call: its own, the one the request names, or every one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from google.protobuf.message import DecodeError
from google.rpc import code_pb2, status_pb2

from chassis import logs
from chassis.contract import Method
from chassis.errors import DomainError, InvalidInput
from gateway.bus import BusClient, Refused

log = logs.get("routing")

Send = Callable[[bytes, float, str, str], Awaitable[bytes]]
"""body, seconds, ticket, traceparent → reply; raises as BusClient.call does."""

_SHARE = 0.8
"""Of the time left, what a service that does not answer may take from the others."""

_OF_THE_SERVICE = frozenset(
    (
        code_pb2.UNAVAILABLE,
        code_pb2.DEADLINE_EXCEEDED,
        code_pb2.UNIMPLEMENTED,
        code_pb2.RESOURCE_EXHAUSTED,
        code_pb2.INTERNAL,
    )
)
"""Errors that say something of the service, not of the request."""


def route(method: Method, services: Sequence[str], bus: BusClient) -> Send:
    """How a call of `method` goes to those of `services` that answer it."""
    match method.routing:
        case "named":
            return _to_named(method, services, bus)
        case "every":
            return _to_every(method, services, bus)
    return _to(method.routing_key, bus)


def _to(routing_key: str, bus: BusClient) -> Send:
    async def send(body: bytes, left_s: float, ticket: str, traceparent: str) -> bytes:
        return await bus.call(routing_key, body, left_s, ticket, traceparent)

    return send


def _to_named(method: Method, services: Sequence[str], bus: BusClient) -> Send:
    keys = {service: f"{service}.{method.key}" for service in services}

    async def send(body: bytes, left_s: float, ticket: str, traceparent: str) -> bytes:
        try:
            named = method.request.FromString(body).service  # type: ignore[attr-defined]
        except DecodeError:
            raise InvalidInput.field(
                "", "MALFORMED", "请求内容无法解析", "the request cannot be decoded"
            ) from None
        if named not in keys:
            raise InvalidInput.field(
                "service", "UNKNOWN_SERVICE", "没有这个系统", "there is no such service here"
            )
        return await bus.call(keys[named], body, left_s, ticket, traceparent)

    return send


def _to_every(method: Method, services: Sequence[str], bus: BusClient) -> Send:
    async def send(body: bytes, left_s: float, ticket: str, traceparent: str) -> bytes:
        calls = [
            bus.call(f"{service}.{method.key}", body, left_s * _SHARE, ticket, traceparent)
            for service in services
        ]
        answers = await asyncio.gather(*calls, return_exceptions=True)
        replies: list[bytes] = []
        missing: dict[str, BaseException] = {}
        for service, answer in zip(services, answers, strict=True):
            if isinstance(answer, bytes):
                replies.append(answer)
            elif _code_of(answer) in _OF_THE_SERVICE:
                missing[service] = answer
            else:
                raise answer
        if not replies:
            raise next(iter(missing.values()))
        if missing:
            log.warning("services did not answer", method=method.key, services=sorted(missing))
            replies.append(method.response(missing_services=missing).SerializeToString())
        # Messages one after the other are one message: repeated fields add up.
        return b"".join(replies)

    return send


def _code_of(error: BaseException) -> int:
    if isinstance(error, Refused):
        return int(status_pb2.Status.FromString(error.status).code)
    return error.code if isinstance(error, DomainError) else code_pb2.UNKNOWN
