"""Starts a baseline's own server process and waits until it serves."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.process import Process

START_LIMIT_S = 30.0


@contextmanager
def serving(
    name: str, module: str, *arguments: object, log: Path, **environment: str
) -> Iterator[Process]:
    """Runs `python -m module arguments…` until it has written `ready`."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    process = Process(name, command, log, environment)
    process.start()
    try:
        process.wait_until(lambda: "ready" in process.tail(), START_LIMIT_S)
        yield process
    finally:
        process.stop()
