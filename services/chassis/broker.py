"""Connections to RabbitMQ with fewer system calls and a limit on every wait.

kombu opens the connection; below it py-amqp's transport is replaced (`chassis.transport`).
"""

from __future__ import annotations

import _socket
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from ssl import SSLWantReadError
from typing import Any
from urllib.parse import unquote, urlsplit

import amqp
from amqp import exceptions as amqp_exceptions
from kombu.connection import Connection as KombuConnection

from chassis.settings import SharedSettings
from chassis.tls import broker_options
from chassis.transport import Transport

RPC_EXCHANGE = "nameko-rpc"
PROTOBUF = "application/x-protobuf"

DEADLINE_HEADER = "guanjia-deadline-ms"
PRINCIPAL_HEADER = "guanjia-principal"
TRACE_HEADER = "traceparent"
ERROR_TYPE = "error"

REPLY_ADDRESS = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""Routing keys, on the RPC exchange, of callers that wait for replies: what nameko's are."""

LOST = (OSError, amqp_exceptions.ConnectionError, amqp_exceptions.ChannelError)
"""What a lost connection or channel raises."""

_REFUSED = (
    amqp_exceptions.AccessRefused,
    amqp_exceptions.PreconditionFailed,
    amqp_exceptions.NotAllowed,
    amqp_exceptions.NotFound,
)


class BrokerRefused(RuntimeError):
    """The broker is there and says no; trying again will not help."""


class BusConnection:
    """One connection; `amqp` is py-amqp's, `channel()` opens a channel.

    `timeout_s` bounds connecting, each read and each write. `ca` (PEM) is who signs the
    certificate of a broker at `amqps://`; none: the authorities the system knows.
    """

    def __init__(
        self,
        url: str,
        name: str,
        timeout_s: float = 10,
        heartbeat_s: int = 10,
        ca: Path | None = None,
    ) -> None:
        self._kombu = KombuConnection(
            url,
            transport=Transport,
            ssl=broker_options(url, ca) or False,
            heartbeat=heartbeat_s,
            connect_timeout=timeout_s,
            transport_options={
                "client_properties": {"connection_name": name},
                "on_blocked": self._on_blocked,
                "on_unblocked": self._on_unblocked,
                "read_timeout": timeout_s,
                "write_timeout": timeout_s,
            },
        )
        self.user = user_of(url)
        self._timeout_s = timeout_s
        self.is_blocked = False
        try:
            self.amqp: Any = self._kombu.connection
        except amqp_exceptions.AccessRefused as error:
            raise BrokerRefused(_told(error)) from error
        except amqp_exceptions.NotAllowed as error:
            raise BrokerRefused(_told(error)) from error

        # Kept, since py-amqp forgets its transport when the broker says goodbye, and would
        # connect again where it is asked for it afterwards.
        self.transport = self.amqp.transport
        self.socket: Any = self.transport.sock
        self.fileno: int = self.socket.fileno()

        # py-amqp looks for news before each publish while this is announced: a read on a
        # socket that another greenlet waits on. It was announced; we hear all the same.
        self.amqp.client_properties["capabilities"]["connection.blocked"] = False

    def channel(self) -> Any:
        return self.amqp.channel()

    def take_in(self) -> None:
        """On a socket that does not block: dispatches all that has arrived."""
        try:
            while True:
                self.amqp.wait_and_dispatch()
        except (BlockingIOError, SSLWantReadError):
            return

    def corked(self) -> Any:
        return self.transport.corked()

    def tick(self) -> None:
        """Sends a heartbeat if due; raises if the broker has fallen silent."""
        self.amqp.heartbeat_tick()

    def close(self) -> None:
        """Sends what is held and says goodbye, or lets go where the broker does not answer."""
        try:
            self.socket.settimeout(self._timeout_s)
            self.transport.release()
            self._kombu.close()
        except Exception:
            self.abandon()

    def interrupt(self) -> None:
        """Ends the conversation, so that whoever waits for news of it hears that it is over.

        Closing would not wake them: the hub forgets a socket that is closed.
        """
        with suppress(OSError):
            # Below TLS and below eventlet: theirs would take their state away from the reader.
            _socket.socket.shutdown(getattr(self.socket, "fd", self.socket), _socket.SHUT_RDWR)

    def abandon(self) -> None:
        """Closes the socket without a word."""
        self.transport.close()

    def _on_blocked(self, _reason: str) -> None:
        self.is_blocked = True

    def _on_unblocked(self) -> None:
        self.is_blocked = False


def ensure_exchange(connection: BusConnection, name: str) -> None:
    """Sees to it that a topic exchange is there that others may declare as well.

    Where it is there already nobody needs the right to declare it.
    """
    channel = connection.channel()
    try:
        channel.exchange_declare(name, "topic", passive=True)
    except amqp_exceptions.NotFound:
        channel = connection.channel()  # the one before is closed
        with explained(f"exchange {name}"):
            channel.exchange_declare(name, "topic", durable=True, auto_delete=False)
    channel.close()


def user_of(url: str) -> str:
    """The user of a broker's URL, as RabbitMQ knows it."""
    return unquote(urlsplit(url).username or "guest")


def users_of(url: str, own: str, other: str) -> tuple[str, ...]:
    """Users whose messages process `own` takes as those of `other`: its user, and our own.

    url  of process `own`

    Empty where users are not named as processes are (`chassis.rights`): then they tell nothing.
    """
    user = user_of(url)
    return (user.removesuffix(own) + other, user) if user.endswith(own) else ()


def connect(settings: SharedSettings, name: str) -> BusConnection:
    """A connection as the settings want it; `name` is what operators see of it."""
    return BusConnection(
        settings.broker_url.get_secret_value(),
        f"{name}@{socket.gethostname()}:{os.getpid()}",
        settings.broker_timeout_s,
        settings.heartbeat_s,
        settings.broker_ca,
    )


@contextmanager
def explained(what: str) -> Iterator[None]:
    """Turns a refusal of the broker into a BrokerRefused that says what was asked."""
    try:
        yield
    except _REFUSED as error:
        raise BrokerRefused(f"{what}: {_told(error)}") from error


def message(
    body: bytes,
    *,
    content_type: str,
    persistent: bool = False,
    headers: dict[str, Any] | None = None,
    **properties: Any,
) -> amqp.Message:
    """A message; transient unless `persistent`."""
    return amqp.Message(
        body,
        content_type=content_type,
        delivery_mode=2 if persistent else 1,
        application_headers=headers or {},
        **{name: value for name, value in properties.items() if value is not None},
    )


def _told(error: Exception) -> str:
    return (
        f"RabbitMQ 拒绝：请检查用户权限、虚拟主机，或删除参数不同的同名队列后重新 migrate | "
        f"{str(error)[:400]}"
    )
