"""A plain AMQP peer for tests: what any client, good or bad, could do to the bus."""

from __future__ import annotations

import json
import queue
import socket
import time
import uuid
from typing import Any, Self

import amqp
from kombu.connection import Connection

from chassis.broker import DEADLINE_HEADER, PRINCIPAL_HEADER, PROTOBUF, RPC_EXCHANGE


class Bus:
    """One connection and channel of its own."""

    def __init__(self, url: str) -> None:
        self._connection = Connection(url, connect_timeout=5)
        self.channel: Any = self._connection.default_channel
        self._replies: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._reply_to = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def publish(
        self, exchange: str, key: str, body: bytes | dict[str, Any], **properties: Any
    ) -> None:
        """Publishes a JSON object, or bytes as they are."""
        given = {"content_type": "application/json", "delivery_mode": 2, **properties}
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.channel.basic_publish(amqp.Message(data, **given), exchange, key)

    def call(
        self,
        key: str,
        body: bytes,
        timeout_s: float = 5,
        deadline_s: float | None = 5,
        ticket: str = "",
    ) -> tuple[str, bytes]:
        """Type and body of the reply to a protobuf call, as the gateway would make it."""
        if not self._reply_to:
            self._reply_to = str(uuid.uuid4())
            queue_of_replies = self.sink(RPC_EXCHANGE, self._reply_to)
            self.channel.basic_consume(queue_of_replies, no_ack=True, callback=self._replies.put)
        id = uuid.uuid4().hex
        headers: dict[str, Any] = {PRINCIPAL_HEADER: ticket} if ticket else {}
        if deadline_s is not None:
            headers[DEADLINE_HEADER] = int((time.time() + deadline_s) * 1000)
        self.publish(
            RPC_EXCHANGE,
            key,
            body,
            content_type=PROTOBUF,
            application_headers=headers,
            reply_to=self._reply_to,
            correlation_id=id,
        )
        ends_at = time.monotonic() + timeout_s
        while True:
            try:
                reply = self._replies.get_nowait()
            except queue.Empty:
                left = ends_at - time.monotonic()
                if left <= 0:
                    raise TimeoutError(f"no reply to {key} within {timeout_s} s") from None
                try:
                    self._connection.drain_events(timeout=left)
                except (TimeoutError, socket.timeout):  # noqa: UP041 (py-amqp's own)
                    continue
            else:
                if reply.properties["correlation_id"] == id:
                    return reply.properties.get("type", ""), reply.body

    def sink(self, exchange: str, key: str) -> str:
        """A queue of this connection that takes what `exchange` routes by `key`."""
        self.channel.exchange_declare(exchange, "topic", durable=True, auto_delete=False)
        name: str = self.channel.queue_declare("", exclusive=True).queue
        self.channel.queue_bind(name, exchange, key)
        return name

    def get(self, name: str) -> Any:
        """The next message of a queue, or None."""
        return self.channel.basic_get(name, no_ack=True)

    def depth(self, name: str) -> int:
        """Messages ready in a queue."""
        return int(self.channel.queue_declare(name, passive=True).message_count)
