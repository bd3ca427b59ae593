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
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, Self

from chassis.platform import SERVICES
from cli import addresses
from cli.launch import Launch, Watch
from cli.layout import GATEWAY, Layout
from cli.process import HOST, Process, ProcessEnded
from cli.servers import PostgreSQL, RabbitMQ, ServerFailed, free_port

Storage = Literal["sqlite", "postgresql"]


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
        self.postgresql: PostgreSQL | None = None
        if storage == "postgresql":
            self.postgresql = postgresql or PostgreSQL(self.folder / "postgresql")
        self.broker_url = self.broker if isinstance(self.broker, str) else self.broker.url
        self.gateway = f"{HOST}:{free_port()}"
        self.layout = Layout(
            logs=self.folder / "logs",
            broker_url=self.broker_url,
            gateway_port=int(self.gateway.partition(":")[2]),
            databases={
                each: self.postgresql.url(database_prefix + each)
                if self.postgresql
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
        self._launch = self._new_launch()
        self._ended: queue.SimpleQueue[Process] = queue.SimpleQueue()
        for process in self.processes.values():
            process.on_end = self._ended.put

    def start(self) -> None:
        """Returns once every service is ready and the gateway serves.

        Raises ProcessEnded, NotReady or ServerFailed, with everything ended.
        """
        self._launch = self._new_launch()
        try:
            for server in self._owned:
                with self._launch.step(server.title):
                    server.start()
            self._launch.all()
            self._note_addresses()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """The gateway first, so that no call is begun; then the services; then servers."""
        self._launch.abandon()
        addresses.forget(self.folder)
        try:
            self.processes[GATEWAY].stop()
            others = [*self._launch.migrations, *self.processes.values()]
            for process in others:
                process.ask_to_stop()
            for process in others:
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
        self._launch.one(process)
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

    def _new_launch(self) -> Launch:
        return Launch(self.layout, self.processes, self.postgresql, self._watch)

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
