"""Connections to RabbitMQ with fewer system calls and a limit on every wait.

kombu opens the connection; below it py-amqp's transport is replaced by one that
reads as much as there is and sends what belongs together in one piece. What py-amqp
does with a frame stays as it is.
"""

from __future__ import annotations

import _socket
import os
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from ssl import SSLSocket, SSLWantReadError, SSLWantWriteError
from struct import unpack_from
from typing import Any
from urllib.parse import unquote, urlsplit

import amqp
from amqp import exceptions as amqp_exceptions
from amqp.method_framing import frame_handler
from amqp.transport import SSLTransport, TCPTransport
from kombu.connection import Connection as KombuConnection
from kombu.transport import pyamqp

from chassis.settings import SharedSettings
from chassis.tls import broker_options

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


_READ_BYTES = 65_536
"""At most this much a read: more would be mapped and unmapped each time."""


class _Buffered:
    """Reads all that has arrived; holds back what is written while corked."""

    sock: Any
    _quick_recv: Any

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self._data = b""
        self._at = 0
        self._out = bytearray()
        self._corks = 0
        self._sending = threading.Lock()

    def fill(self) -> None:
        """Waits for bytes and takes what there are."""
        chunk = self._quick_recv(_READ_BYTES)
        if not chunk:
            raise OSError("Server unexpectedly closed connection")
        self._data = self._data[self._at :] + chunk
        self._at = 0

    def has_frame(self) -> bool:
        """Whether a whole frame has arrived."""
        there = len(self._data) - self._at
        if there < 8:
            return False
        (size,) = unpack_from(">I", self._data, self._at + 3)
        return bool(there >= size + 8)

    def read_frame(self, unpack: Any = None) -> tuple[int, int, bytes]:
        while not self.has_frame():
            self.fill()
        kind, channel, size = unpack_from(">BHI", self._data, self._at)
        start = self._at + 7
        end = start + size
        if self._data[end] != 0xCE:
            raise amqp_exceptions.UnexpectedFrame("frame without an end mark")
        self._at = end + 1
        return kind, channel, self._data[start:end]

    def write(self, data: Any) -> None:
        self._out += data
        if not self._corks:
            self.flush()

    def flush(self) -> None:
        """Sends what was held back, in order, whoever wrote it."""
        with self._sending:
            while self._out:
                out, self._out = self._out, bytearray()
                super().write(out)  # type: ignore[misc]

    def send_some(self) -> bool:
        """Sends what the socket takes without waiting; whether that was all."""
        if self._sending.locked():
            return True  # whoever is sending sends this too
        with _without_waiting(self.sock) as send:
            while self._out:
                try:
                    sent = send(self._out)
                except (BlockingIOError, SSLWantReadError, SSLWantWriteError):
                    return False
                del self._out[:sent]
        return True

    def hold(self) -> None:
        """From now on nothing is sent but by `send_some` and `flush`."""
        self._corks += 1

    def release(self) -> None:
        """Sends what is held, and from now on all that is written."""
        self._corks = 0
        self.flush()

    @contextmanager
    def corked(self) -> Iterator[None]:
        """Holds back what is written until the end of the block."""
        self._corks += 1
        try:
            yield
        finally:
            self._corks -= 1
            if not self._corks:
                self.flush()


@contextmanager
def _without_waiting(sock: Any) -> Iterator[Callable[[bytearray], int]]:
    """A `send` that never waits, of a socket on which another greenlet may be waiting.

    Without TLS it is that of the plain socket below eventlet's. With TLS there is none below;
    eventlet's can be told not to wait, which it asks itself once at the start of each call.
    """
    if not _is_tls(sock):
        yield getattr(sock, "fd", sock).send
        return
    waits_not = getattr(sock, "act_non_blocking", None)
    if waits_not is None:  # no greenlets here, and a socket that does not block
        yield sock.send
        return
    sock.act_non_blocking = True
    try:
        yield sock.send
    finally:
        sock.act_non_blocking = waits_not


def _is_tls(sock: object) -> bool:
    return isinstance(sock, SSLSocket)


class _BufferedTCP(_Buffered, TCPTransport):
    pass


class _BufferedSSL(_Buffered, SSLTransport):
    pass


def _forgiving(connection: Any, callback: Any) -> Callable[[tuple[int, int, bytes]], bool]:
    """py-amqp's reader of frames; properties it cannot read count as none.

    RabbitMQ takes text that is no UTF-8, dates beyond the year 9999, headers a thousand levels
    deep. What raised here would end one process after the other.
    """
    handle = frame_handler(connection, callback)

    def on_frame(frame: tuple[int, int, bytes]) -> bool:
        try:
            return bool(handle(frame))
        except Exception:
            kind, channel, content = frame
            if kind != _CONTENT_HEADER:
                raise
            return bool(handle((kind, channel, content[:_PROPERTIES_AT] + bytes(2))))

    return on_frame


_CONTENT_HEADER = 2
_PROPERTIES_AT = 12


class _Connection(pyamqp.Connection):
    """py-amqp's connection over the buffered transport."""

    transport: Any

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, frame_handler=_forgiving, **given)

    def Transport(  # noqa: N802 (py-amqp's name)
        self, host: str, connect_timeout: float, ssl: Any = False, *limits: Any, **given: Any
    ) -> Any:
        given |= zip(("read_timeout", "write_timeout", "socket_settings"), limits, strict=False)
        kind = _BufferedSSL if ssl else _BufferedTCP
        return kind(host, connect_timeout=connect_timeout, ssl=ssl, **given)

    def dispatch_arrived(self) -> None:
        """Dispatches every whole frame that has arrived; waits for nothing."""
        transport = self.transport
        while self.connected and transport.has_frame():
            self.on_inbound_frame(transport.read_frame())

    def wait_and_dispatch(self) -> None:
        """Waits for bytes, then dispatches every whole frame."""
        self.transport.fill()
        self.dispatch_arrived()


class _Transport(pyamqp.Transport):
    Connection = _Connection


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
            transport=_Transport,
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
