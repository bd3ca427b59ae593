"""Brings the processes of a platform up: all at once, and each in its steps."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from cli.client import is_serving
from cli.layout import GATEWAY, Layout
from cli.process import HOST, READY_LIMIT_S, Process, ProcessEnded
from cli.servers import PostgreSQL, ServerFailed

Watch = Callable[[str, float | None], None]
"""Hears the name of each step as it begins (None) and as it ends (seconds it took)."""


class Abandoned(RuntimeError):
    """The platform is to stop; nothing more is started."""


class Launch:
    """Starts processes and waits until they serve.

    Raises ProcessEnded or NotReady. After `abandon`, from another thread or from an
    interrupt, nothing more is started, and what was just starting is asked to stop.
    """

    def __init__(
        self,
        layout: Layout,
        processes: dict[str, Process],
        postgresql: PostgreSQL | None,
        watch: Watch,
    ) -> None:
        self._layout = layout
        self._processes = processes
        self._postgresql = postgresql
        self._watch = watch
        self._abandoned = False
        self.migrations: list[Process] = []

    def all(self) -> None:
        """Every service migrated and ready, and the gateway serving."""
        with ThreadPoolExecutor(len(self._layout.databases) + 1) as together:
            started = [together.submit(self._service, each) for each in self._layout.databases]
            started.append(together.submit(self._gateway))
        for each in started:
            each.result()

    def one(self, process: Process) -> None:
        self._begin(process)
        self._wait_ready(process)

    def abandon(self) -> None:
        self._abandoned = True

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        if self._abandoned:
            raise Abandoned(name)
        began = time.monotonic()
        self._watch(name, None)
        yield
        self._watch(name, time.monotonic() - began)

    def _service(self, service: str) -> None:
        with self.step(f"{service} 建库 migrate"):
            if self._postgresql is not None:
                _create_database(self._postgresql, self._layout.databases[service])
            migration = self._layout.migration(service)
            self.migrations.append(migration)
            self._begin(migration)
            if migration.wait(READY_LIMIT_S) != 0:
                migration.stop()
                raise ProcessEnded(migration)
        with self.step(f"{service} 就绪 ready"):
            replicas = [self._processes[name] for name in self._layout.names_of(service)]
            for process in replicas:
                self._begin(process)
            for process in replicas:
                self._wait_ready(process)

    def _gateway(self) -> None:
        with self.step("gateway 就绪 ready"):
            self.one(self._processes[GATEWAY])

    def _begin(self, process: Process) -> None:
        process.start()
        if self._abandoned:  # whoever ends the others may not have seen it
            process.ask_to_stop()

    def _wait_ready(self, process: Process) -> None:
        if process.name == GATEWAY:
            address = f"{HOST}:{self._layout.gateway_port}"
            process.wait_until(lambda: is_serving(address), READY_LIMIT_S)
        else:
            process.wait_ready()


def _create_database(server: PostgreSQL, url: str) -> None:
    try:
        server.create_database(url.rpartition("/")[2])
    except ServerFailed as error:
        if "already exists" not in str(error):
            raise
