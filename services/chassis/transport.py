"""Below a connection: what reads and writes its socket, in place of py-amqp's.

It reads as much as there is and sends what belongs together in one piece. What py-amqp does with
a frame stays as it is, but for properties it cannot read.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ssl import SSLSocket, SSLWantReadError, SSLWantWriteError
from struct import unpack_from
from typing import Any

from amqp import exceptions as amqp_exceptions
from amqp.method_framing import frame_handler
from amqp.transport import SSLTransport, TCPTransport
from kombu.transport import pyamqp

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


class Transport(pyamqp.Transport):
    Connection = _Connection
