"""One process of a platform: its log, its ports, its end."""

from __future__ import annotations

import http.client
import os
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from cli.guard import Plan, send

HOST = "127.0.0.1"
READY_LIMIT_S = 60.0
GRACE_S = 30.0
"""From the asking signal to SIGKILL; a service gives itself 25 s to finish its work."""

_POLL_S = 0.05


class ProcessEnded(RuntimeError):
    """A process ended though nobody had asked it to; carries the end of its log."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.tail = process.tail()
        super().__init__(f"{process.name} ended ({process.exit_code})\n" + "\n".join(self.tail))


class NotReady(TimeoutError):
    """A process runs and does not become ready."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.tail = process.tail()
        super().__init__(f"{process.name} is not ready after {READY_LIMIT_S:.0f} s")


class Process:
    """A command under guard (see cli.guard): it ends when we end, however we end."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        environment: Mapping[str, str],
        metrics_port: int = 0,
    ) -> None:
        self.name = name
        self.command = list(command)
        self.log = log
        self.environment = dict(environment)
        self.metrics_port = metrics_port
        self.pid = 0
        self.on_end: Callable[[Process], None] = lambda process: None
        self.ended = threading.Event()
        self.ended.set()
        self._asked = False
        self._guard: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        return not self.ended.is_set()

    @property
    def exit_code(self) -> int | None:
        """As a shell tells it, 128 + n for signal n; None while it runs."""
        return self._guard.returncode if self._guard else None

    @property
    def metrics_url(self) -> str:
        return f"http://{HOST}:{self.metrics_port}/metrics"

    def start(self) -> None:
        """Starts it; `on_end` hears if it ends without being asked to."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        plan = Plan(server=self.command, grace=GRACE_S)
        with self.log.open("ab") as log:
            self._guard = subprocess.Popen(
                plan.command(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, **self.environment},
                start_new_session=True,
            )
        assert self._guard.stdout is not None
        with self._guard.stdout as said:
            pid = said.readline()
        if not pid:
            self._guard.wait()
            raise ProcessEnded(self)
        self.pid = int(pid)
        self._asked = False
        self.ended = threading.Event()
        threading.Thread(target=self._watch, args=(self._guard, self.ended), daemon=True).start()

    def ask_to_stop(self) -> None:
        """Lets the guard end it: SIGTERM, and SIGKILL after the grace period."""
        self._asked = True
        if self._guard is not None and self._guard.stdin is not None:
            self._guard.stdin.close()

    def stop(self) -> None:
        self.ask_to_stop()
        self.ended.wait(GRACE_S + 10)

    def signal(self, number: int) -> None:
        if self.is_running:
            send(number, self.pid)

    def wait(self, limit_s: float | None = None) -> int | None:
        """Its exit code once it has ended; None if it still runs after `limit_s`."""
        self.ended.wait(limit_s)
        return self.exit_code if self.ended.is_set() else None

    def wait_ready(self, limit_s: float = READY_LIMIT_S) -> None:
        """Returns once /readyz answers 200. Raises ProcessEnded or NotReady."""
        self.wait_until(self.is_ready, limit_s)

    def wait_until(self, condition: Callable[[], bool], limit_s: float) -> None:
        deadline = time.monotonic() + limit_s
        while not condition():
            if self.ended.wait(_POLL_S):
                raise ProcessEnded(self)
            if time.monotonic() > deadline:
                raise NotReady(self)

    def is_ready(self) -> bool:
        try:
            status, _ = self.get("/readyz")
        except OSError:
            return False
        return status == http.client.OK

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of a page of its metrics server."""
        connection = http.client.HTTPConnection(HOST, self.metrics_port, timeout=5)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def tail(self, lines: int = 15) -> list[str]:
        """The last lines of its log."""
        try:
            with self.log.open(errors="replace") as log:
                return [line.rstrip() for line in deque(log, lines)]
        except FileNotFoundError:
            return []

    def _watch(self, guard: subprocess.Popen[bytes], ended: threading.Event) -> None:
        guard.wait()
        ended.set()
        if not self._asked:
            self.on_end(self)
