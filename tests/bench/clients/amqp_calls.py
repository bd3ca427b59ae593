"""Request and reply over RabbitMQ with py-amqp alone: what the bus allows.

One connection, direct reply-to, transient messages; each reply is followed by the next
request from the same thread.
"""

from __future__ import annotations

import itertools
import time
from typing import Any

import amqp

from tests.bench.baselines.amqp_echo import QUEUE
from tests.bench.load import Sample, Tally

REPLY_TO = "amq.rabbitmq.reply-to"
SILENCE_S = 10


class Echoes:
    prepared = 0

    def __init__(self, host: str, request_bytes: int, reply_bytes: int) -> None:
        self._request = b"q" * request_bytes
        self._reply = b"r" * reply_bytes
        self._connection = amqp.Connection(host)
        self._connection.connect()
        self._channel = self._connection.channel()
        self._channel.basic_consume(REPLY_TO, no_ack=True, callback=self._on_reply)
        self._ids = itertools.count()
        self._sent_at: dict[str, float] = {}
        self._tally = Tally()
        self._ends_at = 0.0

    def run(self, in_flight: int, seconds: float) -> Sample:
        self._tally = Tally()
        self._ends_at = self._tally.began_at + seconds
        for _ in range(in_flight):
            self._send()
        while self._sent_at:
            try:
                self._connection.drain_events(timeout=SILENCE_S)
            except TimeoutError:
                self._tally.wrong["LOST"] += len(self._sent_at)
                self._sent_at.clear()
        return self._tally.sample()

    def _send(self) -> None:
        id = str(next(self._ids))
        self._sent_at[id] = time.perf_counter()
        self._channel.basic_publish(
            amqp.Message(self._request, reply_to=REPLY_TO, correlation_id=id, delivery_mode=1),
            routing_key=QUEUE,
        )

    def _on_reply(self, reply: Any) -> None:
        now = time.perf_counter()
        sent_at = self._sent_at.pop(reply.properties["correlation_id"], None)
        if sent_at is None:
            return
        body = reply.body if isinstance(reply.body, bytes) else reply.body.encode()
        self._tally.add(now - sent_at, "" if body == self._reply else "WRONG_ANSWER")
        if now < self._ends_at:
            self._send()
