"""JSON over HTTP/1.1 on kept connections, one for each call in flight.

Written over asyncio streams and no more than is needed here, so that the client does not
become what is measured.
"""

from __future__ import annotations

import asyncio
import itertools
import json

from tests.bench.load import Call, Sample, closed_loop


class WrongStatus(Exception):
    """The server answered, but not with 200."""


class HttpConnection:
    """One kept connection."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: bytes) -> bytes:
        """The body of the answer; OSError or IncompleteReadError if the connection broke."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(*self._address)
        reader, writer = self._streams
        try:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            body = await reader.readexactly(_content_length(head))
        except (OSError, EOFError):
            self.close()
            raise
        if b"connection: close" in head:
            self.close()
        if not head.startswith(b"http/1.1 200 "):
            raise WrongStatus(head.split(b"\r\n")[0].decode())
        return body

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


class HttpCalls:
    prepared = 0

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._runner = asyncio.Runner()
        self._connections: dict[int, HttpConnection] = {}

    def run(self, in_flight: int, seconds: float) -> Sample:
        return self._runner.run(closed_loop(self._call(), in_flight, seconds))

    def _call(self) -> Call:
        raise NotImplementedError

    async def _checked(self, slot: int, request: bytes, expected: bytes) -> str:
        connection = self._connections.get(slot)
        if connection is None:
            connection = self._connections[slot] = HttpConnection(self._host, self._port)
        try:
            body = await connection.ask(request)
        except WrongStatus as error:
            return str(error)
        except (OSError, EOFError) as error:
            return type(error).__name__
        return "" if expected in body else "WRONG_ANSWER"


class Reads(HttpCalls):
    """GET /items/<id>, one item after another."""

    def __init__(self, host: str, port: int, items: list[int]) -> None:
        super().__init__(host, port)
        self._requests = itertools.cycle(
            [(f"GET /items/{id} HTTP/1.1\r\nHost: bench\r\n\r\n".encode(), id) for id in items]
        )

    def _call(self) -> Call:
        async def call(slot: int) -> str:
            request, id = next(self._requests)
            return await self._checked(slot, request, b'"id": %d,' % id)

        return call


class Commands(HttpCalls):
    """POST /orders with two lines."""

    def __init__(self, host: str, port: int, items: list[int]) -> None:
        super().__init__(host, port)
        self._items = itertools.cycle(items)

    def _call(self) -> Call:
        async def call(slot: int) -> str:
            lines = [
                {"item_id": next(self._items), "price": "99.99", "quantity": quantity}
                for quantity in (1, 2)
            ]
            body = json.dumps({"lines": lines}).encode()
            head = (
                "POST /orders HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n"
            )
            return await self._checked(slot, head.encode() + body, b'"lines": [{"')

        return call


def _content_length(head: bytes) -> int:
    _, found, rest = head.partition(b"content-length:")
    if not found:
        raise WrongStatus("an answer without Content-Length")
    return int(rest.partition(b"\r\n")[0])
