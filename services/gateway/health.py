"""The probes of the gateway, served by threads beside its event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from chassis.probes import PortTaken, answers

_LIVE_LAG_S = 10


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Silent(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """A line for each look of Prometheus would help nobody."""


def serve(
    host: str, port: int, loop: asyncio.AbstractEventLoop, is_ready: Callable[[], bool]
) -> tuple[str, int]:
    """Serves in the background; the address it listens on. Live means that `loop` runs.

    Raises PortTaken.
    """

    def is_live() -> bool:
        try:
            asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result(_LIVE_LAG_S)
        except (TimeoutError, RuntimeError):
            return False
        return True

    try:
        server = make_server(host, port, answers(is_live, is_ready), _Server, _Silent)
    except OSError as error:
        raise PortTaken(host, port, error) from None
    threading.Thread(target=server.serve_forever, daemon=True, name="probes").start()
    return str(server.server_address[0]), int(server.server_address[1])
