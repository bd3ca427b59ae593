"""Takes messages from queues and lets workers handle them.

One consumer has one connection. It reconnects for as long as it must, never
acknowledges on another channel than a message came on, and at the end stops
taking, lets the workers finish, and only then closes.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

import eventlet
from eventlet.event import Event
from eventlet.hubs import get_hub
from eventlet.queue import LightQueue

from chassis import failpoints, logs, metrics
from chassis.broker import LOST, BusConnection

log = logs.get("consumer")

Handler = Callable[["Delivery"], None]

_AGAIN_S = 0.2
_AGAIN_AT_MOST_S = 3
_LASTED_S = 10
"""A connection that was kept so long is made again at once."""


class Delivery:
    """One message and the channel it came on."""

    __slots__ = ("channel", "consumer", "headers", "message", "received_at")

    def __init__(self, consumer: Consumer, channel: Any, message: Any) -> None:
        self.consumer = consumer
        self.channel = channel
        self.message = message
        self.headers: dict[str, Any] = message.properties.get("application_headers") or {}
        self.received_at = time.monotonic()

    @property
    def body(self) -> bytes:
        body = self.message.body
        return body if isinstance(body, bytes) else str(body).encode()

    @property
    def routing_key(self) -> str:
        return str(self.message.delivery_info["routing_key"])

    def property(self, name: str) -> str:
        return str(self.message.properties.get(name) or "")

    def ack(self) -> None:
        """Lets the broker forget it; nothing if the channel is gone, since it comes again."""
        self.finish()

    def finish(self, *reply: Any) -> None:
        """Acknowledges, with `reply` (message, exchange, routing key) before it if given.

        Both leave in one piece, together with what others finish in the same turn
        of the event loop.
        """
        consumer = self.consumer
        channel = consumer.channel
        if channel is None:
            return
        try:
            if reply:
                channel.basic_publish(*reply)
            if self.channel is channel:
                channel.basic_ack(self.message.delivery_info["delivery_tag"])
            consumer.send_soon()
        except LOST as error:
            consumer.give_up(channel, error)


class Consumer:
    """Queues, their handlers, and the workers they share."""

    def __init__(
        self,
        name: str,
        connect: Callable[[], BusConnection],
        declare: Callable[[BusConnection], None],
        workers: int,
        prefetch: int,
    ) -> None:
        self.name = name
        self.channel: Any = None
        self._connect = connect
        self._declare = declare
        self._workers = workers
        self._waiting: Any = LightQueue()
        self._prefetch = prefetch
        self._queues: list[tuple[str, Handler]] = []
        self._connection: BusConnection | None = None
        self._tags: list[str] = []
        self._begun = 0
        self._stopping = False
        self._sending = False
        self._idle = Event()
        self._thread: Any = None
        self._busy = metrics.busy_workers.labels(name)
        self._connected = metrics.broker_connected.labels(name)

    def add(self, queue: str, handler: Handler) -> None:
        """`handler` runs in a worker for each message of `queue`, and acks it itself."""
        self._queues.append((queue, handler))

    @property
    def is_consuming(self) -> bool:
        return bool(self._tags) and not self._stopping

    @property
    def in_flight(self) -> int:
        """Messages taken and not finished."""
        return int(self._waiting.qsize()) + self._begun

    def start(self, on_fatal: Callable[[Exception], None]) -> None:
        """Consumes until `stop`; `on_fatal` is told when the broker refuses."""
        for _ in range(self._workers):
            eventlet.spawn_n(self._work)
        self._thread = eventlet.spawn(self._run, on_fatal)

    def send_soon(self) -> None:
        """Sends what is written once this turn of the event loop is over."""
        if not self._sending:
            self._sending = True
            get_hub().schedule_call_global(0, self._send)

    def give_up(self, channel: Any, error: Exception) -> None:
        """Drops a connection on which something could not be sent."""
        if channel is self.channel and self._connection is not None:
            log.warning("connection given up", consumer=self.name, error=str(error))
            self._connection.interrupt()

    def stop(self, timeout_s: float) -> bool:
        """Stops taking messages and waits for the workers; False if some did not finish."""
        self._stopping = True
        channel = self.channel
        if channel is not None:
            for tag in self._tags:
                try:
                    channel.basic_cancel(tag, nowait=True)
                except LOST as error:
                    self.give_up(channel, error)
        failpoints.reach("during_drain", self.name)
        finished = self._wait_for_workers(timeout_s)
        if self._thread is not None:
            self._thread.kill()
        if self._connection is not None:
            if finished:
                self._connection.close()
            else:
                self._connection.abandon()
        return finished

    def _wait_for_workers(self, timeout_s: float) -> bool:
        if not self._begun:
            return True
        with eventlet.Timeout(timeout_s, False):
            self._idle.wait()
        return not self._begun

    def _run(self, on_fatal: Callable[[Exception], None]) -> None:
        delay = _AGAIN_S
        while not self._stopping:
            began = time.monotonic()
            try:
                self._consume()
            except LOST as error:
                self._lose(error)
            except Exception as error:
                on_fatal(error)
                return
            lasted = time.monotonic() - began > _LASTED_S
            delay = _AGAIN_S if lasted else min(delay * 2, _AGAIN_AT_MOST_S)
            eventlet.sleep(delay * random.uniform(0.5, 1))

    def _consume(self) -> None:
        connection = self._connect()
        ticking = eventlet.spawn(self._tick, connection)
        try:
            self._declare(connection)
            channel = connection.channel()
            channel.basic_qos(0, self._prefetch, False)
            # Before the first message can come: workers pass over other channels' ones.
            self._connection, self.channel = connection, channel
            self._tags = [
                channel.basic_consume(queue, callback=self._receiver(channel, handler))
                for queue, handler in self._queues
            ]
            connection.transport.hold()
            self._connected.set(1)
            log.info("consuming", consumer=self.name, queues=[queue for queue, _ in self._queues])
            while connection.amqp.connected:
                try:
                    connection.amqp.wait_and_dispatch()
                except TimeoutError:
                    continue
        finally:
            ticking.kill()
            self._connected.set(0)
            if not self._stopping:
                self.channel = None
                self._tags = []
                connection.abandon()

    def _send(self) -> None:
        """Runs in the hub, which must not wait: a worker sends what the socket does not take."""
        self._sending = False
        connection, channel = self._connection, self.channel
        if connection is None or channel is None:
            return
        try:
            if not connection.transport.send_some():
                eventlet.spawn_n(self._send_rest, connection, channel)
        except LOST as error:
            self.give_up(channel, error)

    def _send_rest(self, connection: BusConnection, channel: Any) -> None:
        try:
            connection.transport.flush()
        except LOST as error:
            self.give_up(channel, error)

    def _receiver(self, channel: Any, handler: Handler) -> Callable[[Any], None]:
        def receive(message: Any) -> None:
            self._waiting.put((handler, Delivery(self, channel, message)))

        return receive

    def _work(self) -> None:
        """A worker: handles one message after another until the stop.

        What is not begun by then is not acknowledged: the broker gives it to another.
        """
        while True:
            handler, delivery = self._waiting.get()
            if self._stopping or delivery.channel is not self.channel:
                continue
            self._begun += 1
            self._busy.inc()
            try:
                handler(delivery)
            except Exception:
                # A handler answers for its errors; what still comes here must not
                # end the process. Without an ack the message comes again.
                log.exception("handler failed", consumer=self.name)
                self.give_up(delivery.channel, RuntimeError("handler failed"))
            finally:
                self._begun -= 1
                self._busy.dec()
                if self._stopping and not self._begun and not self._idle.ready():
                    self._idle.send()

    def _tick(self, connection: BusConnection) -> None:
        while True:
            eventlet.sleep(1)
            try:
                connection.tick()
                connection.transport.flush()
            except Exception as error:
                log.warning("no heartbeat", consumer=self.name, error=str(error))
                connection.interrupt()
                return

    def _lose(self, error: Exception) -> None:
        if self._stopping:
            return
        metrics.reconnects.labels(self.name).inc()
        log.warning("broker lost", consumer=self.name, error=str(error))
