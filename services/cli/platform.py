"""Guanjia on one machine: servers, services and gateway; started, watched, ended.

    with Platform(Path(".run")) as platform:
        client = Client(platform.gateway)

Also what tests use to run real processes, and to kill them.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, Self

from cli import addresses
from cli.client import is_serving
from cli.layout import GATEWAY, SERVICES, Layout
from cli.process import HOST, READY_LIMIT_S, Process, ProcessEnded
from cli.servers import PostgreSQL, RabbitMQ, ServerFailed, free_port

Storage = Literal["sqlite", "postgresql"]
Watch = Callable[[str, float | None], None]
"""Hears the name of each step as it begins (None) and as it ends (seconds it took)."""


class Stopped(RuntimeError):
    """The platform is to stop; nothing more is started."""


class Platform:
    """Processes and servers in one folder. Use as a context.

    `replicas` runs a service more than once (on PostgreSQL): housing, housing-2, …
    `environment` gives variables to a service or to one replica of it:
    {"housing": {"GUANJIA_FAILPOINT": …}, "housing-2": {…}, "gateway": {…}}.
    `broker` (or its URL) and `postgresql` run already and are left running; each
    service has the database `database_prefix` + its name there.
    """

    def __init__(
        self,
        folder: Path,
        *,
        services: Sequence[str] = SERVICES,
        storage: Storage = "sqlite",
        replicas: Mapping[str, int] | None = None,
        environment: Mapping[str, Mapping[str, str]] | None = None,
        broker: RabbitMQ | str | None = None,
        postgresql: PostgreSQL | None = None,
        database_prefix: str = "guanjia_",
        watch: Watch = lambda step, seconds: None,
    ) -> None:
        if storage == "sqlite" and max((replicas or {}).values(), default=1) > 1:
            raise ValueError("a SQLite file serves one process; replicas need PostgreSQL")
        self.folder = folder.resolve()
        self.services = tuple(services)
        self.broker = broker or RabbitMQ(self.folder / "rabbitmq")
        self.postgresql = postgresql
        if storage == "postgresql" and postgresql is None:
            self.postgresql = PostgreSQL(self.folder / "postgresql")
        self.broker_url = self.broker if isinstance(self.broker, str) else self.broker.url
        self.gateway = f"{HOST}:{free_port()}"
        self.layout = Layout(
            logs=self.folder / "logs",
            broker_url=self.broker_url,
            gateway_port=int(self.gateway.partition(":")[2]),
            databases={
                each: self.postgresql.url(database_prefix + each)
                if storage == "postgresql" and self.postgresql
                else f"sqlite:///{self.folder}/data/{each}.db"
                for each in self.services
            },
            replicas=dict(replicas or {}),
            environment=dict(environment or {}),
        )
        self.processes = self.layout.processes()
        self._owned = [
            server
            for server, given in ((self.broker, broker), (self.postgresql, postgresql))
            if given is None and isinstance(server, RabbitMQ | PostgreSQL)
        ]
        self._watch = watch
        self._stopping = False
        self._ended: queue.SimpleQueue[Process] = queue.SimpleQueue()
        for process in self.processes.values():
            process.on_end = self._ended.put

    @property
    def broker_url(self) -> str:
        return self.layout.broker_url

    def start(self) -> None:
        """Returns once every service is ready and the gateway serves.

        Raises ProcessEnded, NotReady or ServerFailed, with everything ended.
        """
        try:
            for server in self._owned:
                with self._step(server.title):
                    server.start()
            with ThreadPoolExecutor(len(self.services) + 1) as together:
                started = [together.submit(self._start_service, each) for each in self.services]
                started.append(together.submit(self._start_gateway))
            for each in started:
                each.result()
            self._note_addresses()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """The gateway first, so that no call is begun; then the services; then servers."""
        self._stopping = True
        addresses.forget(self.folder)
        try:
            self.processes[GATEWAY].stop()
            for process in self.processes.values():
                process.ask_to_stop()
            for process in self.processes.values():
                process.stop()
        except KeyboardInterrupt:  # asked twice: no more waiting
            for process in self.processes.values():
                process.signal(signal.SIGKILL)
        for server in reversed(self._owned):
            server.stop()

    def check(self, wait_s: float = 0) -> None:
        """Raises ProcessEnded or ServerFailed if a part ended by itself.

        Notices a process that ends within `wait_s` at once.
        """
        with contextlib.suppress(queue.Empty):
            raise ProcessEnded(self._ended.get(wait_s > 0, wait_s or None))
        for server in self._owned:
            if not server.running:
                raise ServerFailed(f"{server.title} 意外退出 ended by itself: {server.log}")

    def restart(self, name: str, environment: Mapping[str, str] | None = None) -> None:
        """Ends a process in good order if it runs, starts it, waits until it serves.

        `environment` changes variables from now on; an empty value clears one.
        """
        process = self.processes[name]
        process.stop()
        process.environment.update(environment or {})
        process.start()
        self._wait_ready(process)
        self._note_addresses()

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """Sends a signal; after SIGKILL returns when the process is gone."""
        process = self.processes[name]
        process.signal(number)
        if number == signal.SIGKILL:
            process.wait()

    def metrics(self, name: str) -> str:
        """The text of its /metrics."""
        return self.processes[name].get("/metrics")[1]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _start_service(self, service: str) -> None:
        with self._step(f"{service} 建库 migrate"):
            if self.postgresql is not None:
                _create_database(self.postgresql, self.layout.databases[service])
            migration = self.layout.migration(service)
            migration.start()
            if migration.wait(READY_LIMIT_S) != 0:
                migration.stop()
                raise ProcessEnded(migration)
        with self._step(f"{service} 就绪 ready"):
            replicas = [self.processes[name] for name in self.layout.names_of(service)]
            for process in replicas:
                process.start()
            for process in replicas:
                self._wait_ready(process)

    def _start_gateway(self) -> None:
        with self._step("gateway 就绪 ready"):
            self.processes[GATEWAY].start()
            self._wait_ready(self.processes[GATEWAY])

    def _wait_ready(self, process: Process) -> None:
        if process.name == GATEWAY:
            process.wait_until(lambda: is_serving(self.gateway), READY_LIMIT_S)
        else:
            process.wait_ready()

    def _note_addresses(self) -> None:
        told = {
            "pid": os.getpid(),
            "gateway": self.gateway,
            "broker": self.broker_url,
            "processes": {
                name: {"pid": each.pid, "metrics": each.metrics_url, "log": str(each.log)}
                for name, each in self.processes.items()
            },
        }
        if isinstance(self.broker, RabbitMQ):
            told["management"] = self.broker.management_url
        addresses.write(self.folder, told)

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        if self._stopping:
            raise Stopped(name)
        began = time.monotonic()
        self._watch(name, None)
        yield
        self._watch(name, time.monotonic() - began)


def _create_database(server: PostgreSQL, url: str) -> None:
    try:
        server.create_database(url.rpartition("/")[2])
    except ServerFailed as error:
        if "already exists" not in str(error):
            raise
