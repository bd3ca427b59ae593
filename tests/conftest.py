"""What tests stand on.

    rules, models, wire        no server at all
    storage                    every test on SQLite and on PostgreSQL (fixture `storage`)
    promises, journeys         real processes over a real RabbitMQ (fixture `rabbitmq`)

The suite brings its own servers, on free ports, below `.run/tests`, and ends them.
A machine without them fails rather than skips: `make setup` installs them.
"""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from chassis.service import Service
from chassis.testing import Harness
from cli.platform import Platform
from cli.servers import PostgreSQL, RabbitMQ
from tests.mission import MissionReport
from tests.platforms import platforms
from tests.storage import PostgreSQLStorage, SQLiteStorage, Storage

ROOT = Path(__file__).parent.parent
RUN = ROOT / ".run" / "tests" / str(os.getpid())

# A busy machine is no fault of the code.
settings.register_profile("any", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--mission", action="store_true", help="print a line for each mission row")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "row(id): acceptance test of a row of the mission")
    if config.getoption("--mission"):
        config.pluginmanager.register(MissionReport())


def pytest_collection_finish() -> None:
    """What is loaded by now stays; the collector need not look at it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def run_folder() -> Iterator[Path]:
    RUN.mkdir(parents=True, exist_ok=True)
    yield RUN
    shutil.rmtree(RUN, ignore_errors=True)


@pytest.fixture(scope="session")
def rabbitmq(run_folder: Path) -> Iterator[RabbitMQ]:
    with RabbitMQ(run_folder / "rabbitmq") as server:
        yield server


@pytest.fixture(scope="session")
def postgresql(run_folder: Path) -> Iterator[PostgreSQL]:
    with PostgreSQL(run_folder / "postgresql", durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_storage(run_folder: Path) -> SQLiteStorage:
    return SQLiteStorage(run_folder / "sqlite")


@pytest.fixture(scope="session")
def postgresql_storage(postgresql: PostgreSQL) -> PostgreSQLStorage:
    return PostgreSQLStorage(postgresql.url)


@pytest.fixture(params=["sqlite", "postgresql"])
def storage(request: pytest.FixtureRequest) -> Iterator[Storage]:
    """Where databases come from, once for each kind of storage."""
    chosen: Storage = request.getfixturevalue(f"{request.param}_storage")
    yield chosen
    chosen.clear()


@pytest.fixture
def storage_url(storage: Storage) -> str:
    """The URL of an empty database."""
    return storage.empty()


@pytest.fixture
def harness_of(storage: Storage) -> Iterator[Callable[..., Harness]]:
    """Makes the harness of a service, over a database of its own."""
    made: list[Harness] = []

    def make(service: Service, **given: Any) -> Harness:
        made.append(Harness(service, storage.of(service), migrated=True, **given))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def platform_of(
    rabbitmq: RabbitMQ, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[..., Platform]]:
    """Makes and starts a platform on `services`, with `environment` for each by name.

    Their databases are migrated already.
    """
    with platforms(rabbitmq, request, tmp_path) as make:
        yield make


@pytest.fixture(scope="module")
def lasting_platform_of(
    rabbitmq: RabbitMQ, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Platform]]:
    """Like `platform_of`; a platform lasts as long as the file, whose tests share it."""
    with platforms(rabbitmq, request, tmp_path_factory.mktemp("lasting")) as make:
        yield make
