"""One running platform for all journeys, on each kind of storage."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cli.platform import Platform
from cli.servers import RabbitMQ
from tests.journeys import commands
from tests.processes import Caller, fresh_vhost


@dataclass
class Running:
    """One platform on each kind of storage, started when it is first asked for and kept: the
    files of this folder take turns with both."""

    start: Callable[[str], Platform]
    stack: ExitStack = field(default_factory=ExitStack)
    platforms: dict[str, Platform] = field(default_factory=dict)
    callers: dict[str, Caller] = field(default_factory=dict)

    def on(self, storage: str) -> Platform:
        if storage not in self.platforms:
            platform = self.stack.enter_context(self.start(storage))
            self.platforms[storage] = platform
            self.callers[storage] = Caller(platform.gateway)
            self.stack.callback(self.callers[storage].close)
        return self.platforms[storage]


@pytest.fixture(scope="session")
def running(
    request: pytest.FixtureRequest, rabbitmq: RabbitMQ, run_folder: Path
) -> Iterator[Running]:
    def start(storage: str) -> Platform:
        is_sqlite = storage == "sqlite"
        return Platform(
            run_folder / f"journeys-{storage}",
            storage=storage,
            broker=fresh_vhost(rabbitmq),
            postgresql=None if is_sqlite else request.getfixturevalue("postgresql"),
            database_prefix=f"j{uuid.uuid4().hex[:8]}_",
        )

    kept = Running(start)
    with kept.stack:
        yield kept


@pytest.fixture(params=["sqlite", "postgresql"])
def storage(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture
def platform(running: Running, storage: str) -> Platform:
    """All services and the gateway as real processes."""
    return running.on(storage)


@pytest.fixture
def caller(running: Running, storage: str) -> Caller:
    running.on(storage)
    return running.callers[storage]


@pytest.fixture
def guanjia(platform: Platform) -> commands.Command:
    return commands.at(platform.gateway)


@pytest.fixture
def series() -> str:
    """A beginning of codes that no other test uses."""
    return uuid.uuid4().hex[:8].upper()


@pytest.fixture(scope="session")
def public_data() -> Path:
    """The folder of public data sets beside the project, or GUANJIA_DATA."""
    folder = Path(os.environ.get("GUANJIA_DATA") or Path(__file__).parents[3] / "shared" / "data")
    if not folder.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"no public data in {folder}; set GUANJIA_DATA")
        pytest.skip(f"no public data in {folder}; set GUANJIA_DATA")
    return folder
