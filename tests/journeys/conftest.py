"""One running platform for all journeys, on each kind of storage."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.platform import Platform
from cli.servers import RabbitMQ
from tests.journeys import commands
from tests.processes import Caller, fresh_vhost


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def platform(
    request: pytest.FixtureRequest, rabbitmq: RabbitMQ, run_folder: Path
) -> Iterator[Platform]:
    """All services and the gateway as real processes."""
    database = request.getfixturevalue("postgresql") if request.param == "postgresql" else None
    with Platform(
        run_folder / f"journeys-{request.param}",
        storage=request.param,
        broker=fresh_vhost(rabbitmq),
        postgresql=database,
        database_prefix=f"j{uuid.uuid4().hex[:8]}_",
    ) as running:
        yield running


@pytest.fixture(scope="session")
def caller(platform: Platform) -> Iterator[Caller]:
    made = Caller(platform.gateway)
    yield made
    made.close()


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
