"""The right alarms reach the right people when something breaks, and end when it is mended.

Rules and routes are those that are shipped, sixty times as fast.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cli.platform import Platform
from cli.servers import PostgreSQL, RabbitMQ
from tests.bus import Bus
from tests.monitoring.watch import Watch
from tests.processes import Caller, a_property, approved_disposal, intakes_of
from tests.waiting import eventually

pytestmark = [
    pytest.mark.row("P11"),
    pytest.mark.timeout(400),  # with the start of all it stands on
]

FASTER = 60
LIMIT_S = 60
QUEUE = "evt-housing-disposal_approved--warehouse.on_assets_released"
QUICK = {
    "GUANJIA_OUTBOX_POLL_S": "0.5",
    "GUANJIA_OUTBOX_RETURNED_AGAIN_S": "0.5",
    "GUANJIA_MEASURES_EVERY_S": "1",
}


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMQ]:
    folder = tmp_path_factory.mktemp("alarmed") / "rabbitmq"
    with RabbitMQ(folder, plugins=["rabbitmq_prometheus"]) as server:
        yield server


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgreSQL]:
    folder = tmp_path_factory.mktemp("alarmed") / "postgresql"
    with PostgreSQL(folder, durable=False) as server:
        yield server


@pytest.fixture(scope="module")
def platform(
    broker: RabbitMQ, database: PostgreSQL, lasting_platform_of: Callable[..., Platform]
) -> Platform:
    return lasting_platform_of(
        "housing",
        "warehouse",
        broker=broker,
        storage="postgresql",
        postgresql=database,
        environment={"housing": QUICK, "warehouse": QUICK},
    )


@pytest.fixture(scope="module")
def watch(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watch]:
    with Watch(tmp_path_factory.mktemp("watch"), platform, faster=FASTER) as watch:
        eventually(lambda: watch.prometheus.query("guanjia:facts_heard"), within_s=LIMIT_S)
        yield watch


def rings(watch: Watch, alarm: str, service: str, receiver: str, state: str = "active") -> None:
    """Waits until it does, there."""

    def rung() -> bool:
        known = watch.firing()
        assert known.get((alarm, service)) == (state, receiver), known
        return True

    eventually(rung, LIMIT_S, every_s=0.2)


def is_silenced(watch: Watch, alarm: str, service: str) -> None:
    """Waits until it is, by its cause."""
    rings(watch, alarm, service, "on-call", "suppressed")


def about(group: dict[str, Any], alarm: str) -> bool:
    """Whether a group of alarms has this one."""
    return any(each["labels"]["alertname"] == alarm for each in group["alerts"])


def ends(watch: Watch, *alarms: tuple[str, str]) -> None:
    """Waits until they have."""

    def ended() -> bool:
        known = watch.firing()
        assert not known.keys() & set(alarms), known
        return True

    eventually(ended, LIMIT_S, every_s=0.2)


def test_the_watchdog_rings_and_tells_which_deployment_it_is_of(watch: Watch) -> None:
    rings(watch, "Watchdog", "", "watchdog")
    [watchdog] = [a for a in watch.alertmanager.alerts() if a["labels"]["alertname"] == "Watchdog"]
    assert {"deployment", "region"} <= watchdog["labels"].keys()


def test_a_parked_fact_reaches_the_business_office(watch: Watch, platform: Platform) -> None:
    with Bus(platform.broker_url) as bus:
        bus.publish("", QUEUE, {"not": "an envelope"})
        rings(watch, "FactsParked", "warehouse", "business-office")
        bus.channel.queue_purge("warehouse.parked")
    ends(watch, ("FactsParked", "warehouse"))


def test_a_fact_that_reaches_nobody_rings_until_it_arrives(
    watch: Watch, platform: Platform
) -> None:
    caller = Caller(platform.gateway)
    with Bus(platform.broker_url) as bus:
        bus.channel.queue_unbind(QUEUE, "housing.events", "disposal_approved")
        caller.call("housing.create_property", property=a_property("A-1"))
        disposal = approved_disposal(caller, 1)
        rings(watch, "FactsUnroutable", "housing", "work-queue")
        told = watch.prometheus.query('ALERTS{alertname="FactsUnroutable"}')
        assert {each["metric"]["fact"] for each in told} == {"disposal_approved"}
        bus.channel.queue_bind(QUEUE, "housing.events", "disposal_approved")
    eventually(lambda: len(intakes_of(caller, disposal.id)) == 1)
    ends(watch, ("FactsUnroutable", "housing"))
    caller.close()


def test_a_deleted_queue_calls_somebody_at_once(watch: Watch, platform: Platform) -> None:
    with Bus(platform.broker_url) as bus:
        bus.channel.queue_delete("warehouse.parked")
    rings(watch, "QueueMissing", "warehouse", "on-call")
    platform.restart("warehouse")  # it declares what is missing
    ends(watch, ("QueueMissing", "warehouse"))


def test_a_killed_database_calls_somebody_once(watch: Watch, database: PostgreSQL) -> None:
    database.kill()
    for service in ("housing", "warehouse"):
        rings(watch, "DatabaseUnreachable", service, "on-call")
        is_silenced(watch, "ServiceDown", service)
    database.start()
    for service in ("housing", "warehouse"):
        ends(watch, ("DatabaseUnreachable", service), ("ServiceDown", service))


def test_a_stopped_broker_calls_somebody_once(watch: Watch, broker: RabbitMQ) -> None:
    broker.stop()
    for service in ("gateway", "housing", "warehouse"):
        rings(watch, "BrokerUnreachable", service, "on-call")
    told = [
        each["labels"] for each in watch.alertmanager.groups() if about(each, "BrokerUnreachable")
    ]
    assert told == [{"deployment": "guanjia"}], "not one call but several"
    is_silenced(watch, "ServiceDown", "housing")
    broker.start()
    for service in ("gateway", "housing", "warehouse"):
        ends(watch, ("BrokerUnreachable", service), ("ServiceDown", service))
