"""The parking queue of a service, as an operator works on it while the service runs.

Messages are taken without an ack, and given back in their places at the end: what was neither
replayed nor discarded is still there, however the operator's process ends.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

from amqp import exceptions as amqp_exceptions

from chassis.broker import LOST, BrokerRefused, BusConnection, connect, message
from chassis.publisher import ConfirmedPublisher, NotConfirmed
from chassis.reactions import ATTEMPTS_HEADER, FOREIGN
from chassis.service import Service
from chassis.settings import ServiceSettings
from chassis.topology import own_exchange

RENEWED_AT = 10
"""RabbitMQ before 4.3 counts each look at a message of a quorum queue as a failed delivery, and
from 4.0 on drops it after 20. One looked at so often is put in anew, where it counts from 0."""

_COUNT = "x-delivery-count"
_OF_PARKING = (
    "guanjia-queue",
    "guanjia-reason",
    "guanjia-error",
    "guanjia-parked-at",
    ATTEMPTS_HEADER,
)
_QUEUE = re.compile(r"evt-[^-]+-(?P<fact>.+?)--(?P<consumer>.+)")


class QueueGone(RuntimeError):
    """The queue a message came from is not there, or is not known."""


class Untrusted(RuntimeError):
    """Another user than its publisher's put the message there; put back it would be ours."""


@dataclass(frozen=True)
class Parked:
    """A message that was taken from the parking queue; `number` is its place, from 1."""

    number: int
    message: Any

    @property
    def tag(self) -> int:
        return int(self.message.delivery_info["delivery_tag"])

    @property
    def headers(self) -> dict[str, Any]:
        return dict(self.message.properties.get("application_headers") or {})

    @property
    def body(self) -> bytes:
        body = self.message.body
        return body if isinstance(body, bytes) else str(body).encode()

    @property
    def id(self) -> str:
        """The fact's id; made of the body where whoever published it gave none."""
        given = str(self.message.properties.get("message_id") or "")
        return given or f"body-{hashlib.sha256(self.body).hexdigest()[:16]}"

    @property
    def queue(self) -> str:
        return str(self.headers.get("guanjia-queue", ""))

    @property
    def fact(self) -> str:
        return self._named("fact")

    @property
    def consumer(self) -> str:
        return self._named("consumer")

    @property
    def deliveries(self) -> int:
        return int(self.headers.get(_COUNT, 0))

    def _named(self, group: str) -> str:
        found = _QUEUE.fullmatch(self.queue)
        return found[group] if found else "?"


class Parking:
    """A service's parked messages. Use as a context: what was taken is given back at its end."""

    def __init__(self, service: Service, settings: ServiceSettings) -> None:
        self._queue = service.parking_queue
        self._own = own_exchange(service.name)
        self._connect = partial(_connected, settings, f"{service.name}.operator")
        self._publisher = ConfirmedPublisher("operator", self._connect, settings.broker_timeout_s)
        self._taken: dict[int, Parked] = {}

    def __enter__(self) -> Self:
        self._connection = self._connect()
        self._channel = self._connection.channel()
        self._channel.auto_decode = False
        return self

    def __exit__(self, *_: object) -> None:
        try:
            if self._connection.amqp.connected:
                self._give_back()
        finally:
            self._publisher.close()
            self._connection.close()

    def messages(self) -> Iterator[Parked]:
        """Those that are there, oldest first; not those parked meanwhile."""
        number, there = 0, 1
        while number < there:
            try:
                taken = self._channel.basic_get(self._queue)
            except amqp_exceptions.NotFound:
                return  # a service that reacts to nothing has no such queue
            if taken is None:
                return
            number += 1
            if number == 1:
                there += int(taken.delivery_info["message_count"])
            parked = Parked(number, taken)
            self._taken[parked.tag] = parked
            yield parked

    def replay(self, parked: Parked) -> None:
        """Puts it back into the queue it came from, as if it had never been tried.

        It is confirmed there before it leaves here: never lost, doubled at worst, and the
        inbox knows a double. Raises QueueGone, NotConfirmed or Untrusted; it is still parked then.
        """
        if parked.headers.get("guanjia-reason") == FOREIGN:
            raise Untrusted(
                "不是发布者本人所发，不能放回；确有其事时由发布者 resend | not published by its "
                "publisher; if it is true, let that one resend it"
            )
        if not parked.queue or not self._put(parked, parked.queue, {}):
            told = parked.queue or "?"
            raise QueueGone(f"原队列 {told} 已不存在 | the queue {told} is not there")
        self.remove(parked)

    def remove(self, parked: Parked) -> None:
        """Lets the broker forget it."""
        del self._taken[parked.tag]
        self._channel.basic_ack(parked.tag)

    def _put(self, parked: Parked, queue: str, headers: dict[str, Any]) -> bool:
        """A confirmed copy; False if there is no such queue."""
        copy = message(
            parked.body,
            content_type=str(parked.message.properties.get("content_type") or ""),
            persistent=True,
            headers=headers,
            message_id=parked.message.properties.get("message_id"),
        )
        return not self._publisher.publish([(copy, self._own, queue)])

    def _give_back(self) -> None:
        for each in list(self._taken.values()):
            if each.deliveries >= RENEWED_AT:
                headers = {name: each.headers[name] for name in _OF_PARKING if name in each.headers}
                with suppress(NotConfirmed):
                    if self._put(each, self._queue, headers):
                        self.remove(each)
        for tag in self._taken:
            self._channel.basic_reject(tag, requeue=True)
        self._taken.clear()
        self._channel.close()


def _connected(settings: ServiceSettings, name: str) -> BusConnection:
    try:
        return connect(settings, name)
    except LOST as error:
        raise BrokerRefused(f"无法连接 RabbitMQ | cannot reach RabbitMQ: {error}") from error
