"""Facts as the bus alone carries them: persistent, confirmed, through a quorum queue, acknowledged.

One connection with a channel to publish and one to consume. A message is in flight until it
has been confirmed and has arrived; its latency is from publishing to arrival.
"""

from __future__ import annotations

import time
from typing import Any

import amqp

from tests.bench.load import Sample, Tally

QUEUE = "bench.facts"
SILENCE_S = 10
PREFETCH = 256


class Facts:
    prepared = 0

    def __init__(self, host: str, body_bytes: int) -> None:
        self._body = b"f" * body_bytes
        self._connection = amqp.Connection(host)
        self._connection.connect()
        consuming, self._publishing = self._connection.channel(), self._connection.channel()
        consuming.queue_declare(
            QUEUE, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"}
        )
        consuming.basic_qos(0, PREFETCH, False)
        consuming.basic_consume(QUEUE, callback=self._on_arrival)
        self._publishing.confirm_select()
        self._publishing.events["basic_ack"].add(self._on_confirm)
        self._published = 0  # also the delivery tag of the last one
        self._confirmed = 0
        self._sent_at: dict[str, float] = {}
        self._in_flight = 0
        self._tally = Tally()

    def run(self, in_flight: int, seconds: float) -> Sample:
        self._tally = Tally()
        ends_at = self._tally.began_at + seconds
        while (going := time.perf_counter() < ends_at) or self._sent_at or self._unconfirmed:
            while going and max(len(self._sent_at), self._unconfirmed) < in_flight:
                self._publish()
            try:
                self._connection.drain_events(timeout=SILENCE_S)
            except TimeoutError:
                self._tally.wrong["LOST"] += max(len(self._sent_at), self._unconfirmed)
                self._sent_at.clear()
                self._confirmed = self._published
        return self._tally.sample()

    @property
    def _unconfirmed(self) -> int:
        return self._published - self._confirmed

    def _publish(self) -> None:
        self._published += 1
        id = str(self._published)
        self._sent_at[id] = time.perf_counter()
        message = amqp.Message(self._body, message_id=id, delivery_mode=2)
        self._publishing.basic_publish(message, routing_key=QUEUE, mandatory=True)

    def _on_arrival(self, message: Any) -> None:
        message.channel.basic_ack(message.delivery_info["delivery_tag"])
        sent_at = self._sent_at.pop(message.properties["message_id"], None)
        if sent_at is not None:
            wrong = "" if len(message.body) == len(self._body) else "WRONG_ANSWER"
            self._tally.add(time.perf_counter() - sent_at, wrong)

    def _on_confirm(self, tag: int, multiple: bool) -> None:
        # A confirmation of one may overtake those before it.
        self._confirmed = tag if multiple else self._confirmed + 1
