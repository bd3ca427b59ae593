"""Guanjia on one machine: servers, services and gateway; started, watched, ended.

    with Platform(Path(".run")) as platform:
        client = Client(platform.gateway)

Also what tests use to run real processes, and to kill them.
"""

from __future__ import annotations

import os
import queue
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, Self

from cli import addresses, layout
from cli.client import is_serving
from cli.layout import GATEWAY, HOST, SERVICES
from cli.process import READY_LIMIT_S, Process, ProcessEnded
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
        self.folder = folder.resolve()
        self.services = tuple(services)
        self.storage: Storage = storage
        self.replicas = {each: (replicas or {}).get(each, 1) for each in self.services}
        if storage == "sqlite" and max(self.replicas.values(), default=1) > 1:
            raise ValueError("a SQLite file serves one process; replicas need PostgreSQL")
        self._owned: list[RabbitMQ | PostgreSQL] = []
        if broker is None:
            broker = RabbitMQ(self.folder / "rabbitmq")
            self._owned.append(broker)
        if postgresql is None and storage == "postgresql":
            postgresql = PostgreSQL(self.folder / "postgresql")
            self._owned.append(postgresql)
        self.broker = broker
        self.postgresql = postgresql
        self.gateway = f"{HOST}:{free_port()}"
        self.processes: dict[str, Process] = {}
        self._database_prefix = database_prefix
        self._environment = {name: dict(each) for name, each in (environment or {}).items()}
        self._watch = watch
        self._stopping = False
        self._ended: queue.SimpleQueue[Process] = queue.SimpleQueue()

    @property
    def broker_url(self) -> str:
        return self.broker if isinstance(self.broker, str) else self.broker.url

    def database_url(self, service: str) -> str:
        if self.storage == "postgresql" and self.postgresql is not None:
            return self.postgresql.url(self._database_prefix + service)
        return f"sqlite:///{self.folder}/data/{service}.db"

    def start(self) -> None:
        """Returns once every service is ready and the gateway serves.

        Raises ProcessEnded, NotReady or ServerFailed, with everything ended.
        """
        self._stopping = False
        try:
            for server in self._owned:
                with self._step(server.title):
                    server.start()
            self._make_processes()
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
            gateway = self.processes.get(GATEWAY)
            if gateway is not None:
                gateway.stop()
            for process in self.processes.values():
                process.ask_to_stop()
            for process in self.processes.values():
                process.stop()
        except KeyboardInterrupt:  # asked twice: no more waiting
            for process in self.processes.values():
                process.signal(signal.SIGKILL)
        for server in reversed(self._owned):
            server.stop()

    def wait(self) -> None:
        """Returns never: raises ProcessEnded or ServerFailed when a part ends by itself."""
        while True:
            try:
                raise ProcessEnded(self._ended.get(timeout=1))
            except queue.Empty:
                for server in self._owned:
                    if not server.running:
                        raise ServerFailed(
                            f"{server.title} 意外退出 ended, see {server.log}"
                        ) from None

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

    def _make_processes(self) -> None:
        logs = self.folder / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        for service in self.services:
            for name in layout.names_of(service, self.replicas[service]):
                self.processes[name] = layout.service_process(
                    name, service, logs, self._variables(service, name), self.database_url(service)
                )
        port = int(self.gateway.rpartition(":")[2])
        self.processes[GATEWAY] = layout.gateway_process(
            logs, self._variables(GATEWAY), self.services, port
        )
        for process in self.processes.values():
            process.on_end = self._ended.put

    def _variables(self, *names: str) -> dict[str, str]:
        found = {"GUANJIA_ENVIRONMENT": "development", "GUANJIA_BROKER_URL": self.broker_url}
        for name in names:
            found.update(self._environment.get(name, {}))
        return found

    def _start_service(self, service: str) -> None:
        if self.storage == "postgresql" and self.postgresql is not None:
            _create_database(self.postgresql, self._database_prefix + service)
        with self._step(f"{service} 建库 migrate"):
            plain = {name: value for name, value in self._variables(service).items()}
            plain.pop("GUANJIA_FAILPOINT", None)
            migration = layout.migration(
                service, self.folder / "logs", plain, self.database_url(service)
            )
            migration.start()
            if migration.wait(READY_LIMIT_S) != 0:
                migration.stop()
                raise ProcessEnded(migration)
        with self._step(f"{service} 就绪 ready"):
            replicas = [
                self.processes[name] for name in layout.names_of(service, self.replicas[service])
            ]
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


def _create_database(server: PostgreSQL, name: str) -> None:
    try:
        server.create_database(name)
    except ServerFailed as error:
        if "already exists" not in str(error):
            raise
