"""Publishing that counts: persistent, mandatory, confirmed, in batches, in bounded time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from chassis import metrics
from chassis.broker import LOST, BusConnection

Outgoing = tuple[Any, str, str]
"""A message, its exchange, its routing key."""


class NotConfirmed(RuntimeError):
    """The broker did not say that it has them all."""


class Blocked(NotConfirmed):
    """The broker takes nothing at present (a memory or disk alarm)."""


class ConfirmedPublisher:
    """One channel in confirm mode. Used by one thread at a time; others wait."""

    def __init__(self, name: str, connect: Callable[[], BusConnection], timeout_s: float) -> None:
        self.name = name
        self._connect = connect
        self._timeout_s = timeout_s
        self._connection: BusConnection | None = None
        self._channel: Any = None
        self._lock = threading.Lock()
        self._next_tag = 1
        self._unconfirmed: set[int] = set()
        self._refused = False
        self._returned: list[str] = []

    @property
    def is_blocked(self) -> bool:
        """Whether the broker has said that it takes nothing at present."""
        return self._connection is not None and self._connection.is_blocked

    def publish(self, outgoing: Sequence[Outgoing]) -> set[str]:
        """Publishes all; the message ids that no queue took.

        Raises NotConfirmed where the broker is away, blocked, or silent past the
        time limit; any of them may have been published then.
        """
        with self._lock:
            try:
                return self._publish(outgoing)
            except LOST as error:
                self._drop()
                raise NotConfirmed(str(error) or type(error).__name__) from error
            except Blocked:
                raise  # the connection stays, and hears when the alarm is over
            except NotConfirmed:
                self._drop()
                raise

    def keep_alive(self) -> None:
        """Heartbeat; takes in what the broker has to say."""
        with self._lock:
            if self._connection is None:
                return
            try:
                self._connection.tick()
                self._take_in(0.001)
            except LOST:
                self._drop()

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = self._channel = None

    def _publish(self, outgoing: Sequence[Outgoing]) -> set[str]:
        if self._connection is None:
            self._open()
        assert self._connection is not None
        self._refuse_blocked()
        self._returned.clear()
        with self._connection.corked():
            for each, exchange, key in outgoing:
                each.properties["user_id"] = self._connection.user  # RabbitMQ vouches for it
                self._unconfirmed.add(self._next_tag)
                self._next_tag += 1
                self._channel.basic_publish(each, exchange, key, mandatory=True)
        self._await_confirms()
        return set(self._returned)

    def _await_confirms(self) -> None:
        ends_at = time.monotonic() + self._timeout_s
        while self._unconfirmed:
            left = ends_at - time.monotonic()
            if left <= 0:
                raise NotConfirmed(f"no confirmation within {self._timeout_s:g} s")
            self._take_in(min(left, 1))
            self._refuse_blocked()
        if self._refused:
            raise NotConfirmed("the broker refused a message")

    def _refuse_blocked(self) -> None:
        assert self._connection is not None
        if self._connection.is_blocked:
            self._take_in(0.001)
            if self._connection.is_blocked:
                raise Blocked("the broker blocks publishing")

    def _take_in(self, timeout_s: float) -> None:
        assert self._connection is not None
        self._connection.socket.settimeout(timeout_s)
        try:
            self._connection.amqp.wait_and_dispatch()
        except TimeoutError:
            return
        finally:
            self._connection.socket.settimeout(self._timeout_s)

    def _open(self) -> None:
        self._connection = self._connect()
        self._channel = self._connection.channel()
        self._channel.confirm_select()
        self._next_tag, self._refused = 1, False
        self._unconfirmed.clear()
        self._channel.events["basic_ack"].add(self._on_confirm)
        self._channel.events["basic_nack"].add(self._on_refuse)
        self._channel.events["basic_return"].add(self._on_return)
        self._connection.socket.settimeout(self._timeout_s)

    def _drop(self) -> None:
        if self._connection is not None:
            metrics.reconnects.labels(self.name).inc()
            self._connection.abandon()
        self._connection = self._channel = None

    def _on_confirm(self, tag: int, multiple: bool) -> None:
        if multiple:
            self._unconfirmed -= {each for each in self._unconfirmed if each <= tag}
        else:
            self._unconfirmed.discard(tag)

    def _on_refuse(self, tag: int, multiple: bool) -> None:
        self._refused = True
        self._on_confirm(tag, multiple)

    def _on_return(self, _error: Any, _exchange: str, _key: str, message: Any) -> None:
        self._returned.append(str(message.properties.get("message_id", "")))
