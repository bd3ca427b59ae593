"""The probes of a service, served by its event loop."""

from __future__ import annotations

from collections.abc import Callable

import eventlet
import eventlet.wsgi

from chassis.probes import PortTaken, answers


def serve(
    host: str, port: int, is_live: Callable[[], bool], is_ready: Callable[[], bool]
) -> tuple[str, int]:
    """Serves in the background; the address it listens on. Raises PortTaken."""
    try:
        # Two that share a port would answer for one another.
        listener = eventlet.listen((host, port), reuse_port=False)
    except OSError as error:
        raise PortTaken(host, port, error) from None
    answer = answers(is_live, is_ready)
    eventlet.spawn(
        eventlet.wsgi.server, listener, answer, log_output=False, max_size=16, debug=False
    )
    address: tuple[str, int] = listener.getsockname()
    return address
