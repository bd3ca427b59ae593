"""/metrics for Prometheus, /livez and /readyz for the supervisor."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import eventlet
import eventlet.wsgi
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest


def serve(
    host: str, port: int, is_live: Callable[[], bool], is_ready: Callable[[], bool]
) -> tuple[str, int]:
    """Serves in the background; the address it listens on."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/metrics":
            is_ready()
            start_response("200 OK", [("Content-Type", CONTENT_TYPE_LATEST)])
            return [generate_latest()]
        checks = {"/livez": is_live, "/readyz": is_ready}
        if path not in checks:
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"not found\n"]
        good = checks[path]()
        status = "200 OK" if good else "503 Service Unavailable"
        start_response(status, [("Content-Type", "text/plain")])
        return [b"ok\n" if good else b"not ok\n"]

    listener = eventlet.listen((host, port))
    eventlet.spawn(
        eventlet.wsgi.server, listener, answer, log_output=False, max_size=16, debug=False
    )
    address: tuple[str, int] = listener.getsockname()
    return address
