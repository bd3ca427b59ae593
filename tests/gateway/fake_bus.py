"""The bus as the gateway's edge: answers made by the test."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.message import Message

from chassis.errors import DomainError
from chassis.status import to_status
from gateway.bus import Refused

Answer = Message | Exception | Callable[[bytes], Any]


@dataclass
class FakeBus:
    """Answers by routing key: a message, an error, or a (perhaps async) function of the body."""

    answers: dict[str, Answer] = field(default_factory=dict)
    calls: list[tuple[str, bytes, float, str]] = field(default_factory=list)
    heard: dict[tuple[str, str], Callable[[bytes, str], None]] = field(default_factory=dict)

    def subscribe(self, exchange: str, key: str, hear: Callable[[bytes, str], None]) -> None:
        self.heard[exchange, key] = hear

    async def call(
        self, routing_key: str, body: bytes, timeout_s: float, principal: str, traceparent: str
    ) -> bytes:
        self.calls.append((routing_key, body, timeout_s, principal))
        answer: Any = self.answers[routing_key]
        if callable(answer):
            answer = answer(body)
            if isinstance(answer, Awaitable):
                answer = await answer
        if isinstance(answer, Exception):
            raise answer
        reply: bytes = answer.SerializeToString()
        return reply


def told(error: DomainError, service: str = "housing") -> Refused:
    """The error as a service sends it."""
    return Refused(to_status(error, service).SerializeToString())
