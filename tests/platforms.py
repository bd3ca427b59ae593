"""Platforms of real processes for tests, over databases that are migrated already."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from cli.layout import Layout
from cli.platform import Platform
from cli.process import Process
from cli.servers import RabbitMQ
from tests.processes import fresh_vhost
from tests.storage import Storage


class Prepared(Layout):
    """A layout whose services need no migration: queues they declare at each start.

    `guanjia up`, the demo and the journeys migrate as an operator would.
    """

    def migration(self, service: str) -> Process:
        name = f"{service}-migrate"
        return Process(name, ["true"], self.logs / f"{name}.log", {})


@contextmanager
def platforms(
    rabbitmq: RabbitMQ, request: pytest.FixtureRequest, folder: Path
) -> Iterator[Callable[..., Platform]]:
    """Makes and starts platforms below `folder`; at the end they are stopped.

    On a database server of the test's own they migrate by themselves.
    """
    stack = ExitStack()

    def make(*services: str, storage: str = "sqlite", **given: Any) -> Platform:
        given.setdefault("broker", fresh_vhost(rabbitmq))
        is_ours = "postgresql" not in given
        if storage == "postgresql" and is_ours:
            given["postgresql"] = request.getfixturevalue("postgresql")
            given["database_prefix"] = f"p{uuid.uuid4().hex[:8]}_"
        place = folder / f"p{uuid.uuid4().hex[:8]}"
        platform = Platform(place, services=services, storage=storage, **given)
        stack.callback(platform.stop)
        if is_ours:
            _prepare(platform, request.getfixturevalue(f"{storage}_storage"))
        platform.start()
        return platform

    with stack:
        yield make


def _prepare(platform: Platform, storage: Storage) -> None:
    platform.layout = Prepared(**vars(platform.layout))
    for name, url in platform.layout.databases.items():
        storage.put(import_module(f"{name}.service").service, url)
