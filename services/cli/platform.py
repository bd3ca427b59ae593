"""Guanjia on one machine: a broker, the services, the gateway; started, watched, ended.

    with Platform(Path(".run")) as platform:
        channel = grpc.insecure_channel(platform.gateway)

Also what tests use to run real processes, and to kill them.
"""

from __future__ import annotations

import os
import queue
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, Self

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from cli import addresses
from cli.process import Process, ProcessEnded
from cli.servers import PostgreSQL, RabbitMQ, free_port

SERVICES = ("directory", "housing", "warehouse")
GATEWAY = "gateway"
Storage = Literal["sqlite", "postgresql"]
Watch = Callable[[str, float | None], None]
"""Hears the name of each step as it begins (None) and as it ends (seconds it took)."""


class Platform:
    """Processes and servers in one folder. Use as a context.

    `replicas` runs a service more than once (on PostgreSQL): housing, housing-2, …
    `environment` gives variables to some: {"housing": {"GUANJIA_FAILPOINT": …}}; those of
    "housing" go to each of its replicas. `broker_url` and `postgres_url` (up to the
    slash before the database name) name servers that run already.
    """

    def __init__(
        self,
        folder: Path,
        *,
        services: Sequence[str] = SERVICES,
        storage: Storage = "sqlite",
        replicas: Mapping[str, int] | None = None,
        environment: Mapping[str, Mapping[str, str]] | None = None,
        broker_url: str = "",
        postgres_url: str = "",
        watch: Watch = lambda step, seconds: None,
    ) -> None:
        self.folder = folder.resolve()
        self.services = tuple(services)
        self.storage: Storage = storage
        self.broker = None if broker_url else RabbitMQ(self.folder / "rabbitmq")
        owns_database = storage == "postgresql" and not postgres_url
        self.postgresql = PostgreSQL(self.folder / "postgresql") if owns_database else None
        self.ended: queue.SimpleQueue[Process | None] = queue.SimpleQueue()
        self._broker_url = broker_url
        self._postgres_url = postgres_url
        self._environment = dict(environment or {})
        self._watch = watch
        self._grpc_port = free_port()
        self.processes = {
            each.name: each for each in self._make_processes(dict(replicas or {}))
        }
