"""Whatever fails under load, every approved asset has exactly one intake afterwards."""

from __future__ import annotations

import json
import os
import random
import time
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.platform import Platform
from cli.servers import PostgreSQL, RabbitMQ
from tests.faults.load import Load, assert_invariants
from tests.processes import management

SEED = int(os.environ.get("GUANJIA_SEED") or random.SystemRandom().randrange(10**6))
SOAK_S = float(os.environ.get("GUANJIA_SOAK_S") or 90)


@pytest.fixture(params=["sqlite", "postgresql"])
def platform(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Platform]:
    """A platform whose broker and database are its own, to be maltreated."""
    quick = {"GUANJIA_OUTBOX_POLL_S": "1", "GUANJIA_RETRY_DELAYS_S": "[0.5, 1, 2, 4, 8]"}
    with Platform(
        tmp_path / "platform",
        services=("housing", "warehouse"),
        storage=request.param,
        environment={"housing": quick, "warehouse": quick},
    ) as running:
        yield running


def kill_and_start(platform: Platform, name: str) -> None:
    platform.kill(name)
    platform.restart(name)


def kill_broker(platform: Platform) -> None:
    assert isinstance(platform.broker, RabbitMQ)
    platform.broker.kill()
    platform.broker.start()


def freeze_broker(platform: Platform) -> None:
    assert isinstance(platform.broker, RabbitMQ)
    platform.broker.freeze()
    time.sleep(2)  # the length of the fault, not a wait for an effect
    platform.broker.thaw()


def kill_database(platform: Platform) -> None:
    if isinstance(platform.postgresql, PostgreSQL):
        platform.postgresql.kill()
        platform.postgresql.start()


def cut_connections(platform: Platform) -> None:
    """Closes every AMQP connection from the broker's side."""
    assert isinstance(platform.broker, RabbitMQ)
    for each in json.loads(management(platform.broker, "connections")):
        quoted = urllib.parse.quote(each["name"], safe="")
        management(platform.broker, f"connections/{quoted}", "DELETE")


FAULTS: dict[str, Callable[[Platform], None]] = {
    "housing killed": lambda platform: kill_and_start(platform, "housing"),
    "warehouse killed": lambda platform: kill_and_start(platform, "warehouse"),
    "gateway killed": lambda platform: kill_and_start(platform, "gateway"),
    "housing restarted": lambda platform: platform.restart("housing"),
    "warehouse restarted": lambda platform: platform.restart("warehouse"),
    "connections cut": cut_connections,
    "broker killed": kill_broker,
    "broker frozen": freeze_broker,
    "database killed": kill_database,
}


@pytest.mark.timeout(400)
def test_random_faults_under_load_lose_nothing_and_double_nothing(platform: Platform) -> None:
    """F7, F8, F10 to F14, F20, F23, F24, F31: any of them, one after another, by seed."""
    print(f"\nseed {SEED} (GUANJIA_SEED repeats it)")
    dice = random.Random(SEED)
    load = Load(platform, assets=5, seed=SEED)

    def faults() -> None:
        names = dice.sample(sorted(FAULTS), len(FAULTS))
        ends_at = time.monotonic() + SOAK_S
        while names or time.monotonic() < ends_at:
            name = names.pop() if names else dice.choice(sorted(FAULTS))
            print(f"  {name}")
            FAULTS[name](platform)
            time.sleep(dice.uniform(0, 1))  # load between two faults

    load.until(faults)
    print(f"  {len(load.approved)} disposals approved")
    assert len(load.approved) > 5
    assert_invariants(platform, load)
