"""/metrics for Prometheus, /livez and /readyz for the supervisor: what every process answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest


class PortTaken(RuntimeError):
    """A port cannot be listened on, most often since another process does."""

    def __init__(self, host: str, port: int, error: object) -> None:
        super().__init__(
            f"端口 {host}:{port} 无法监听，可能已被占用 | cannot listen on {host}:{port}: {error}"
        )


Answer = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def answers(is_live: Callable[[], bool], is_ready: Callable[[], bool]) -> Answer:
    """A WSGI application; whoever reads the metrics makes the process look at itself first."""

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

    return answer
