"""The broker: silent, blocking, refusing or away, within bounds and with a clear word."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import pytest

from cli.platform import Platform
from cli.process import Process, ProcessEnded
from cli.servers import PostgreSQL, RabbitMQ
from tests.bus import Bus
from tests.processes import (
    Caller,
    Refusal,
    a_property,
    approved_disposal,
    fresh_vhost,
    intakes_of,
    management,
    metric,
)
from tests.waiting import eventually

MakePlatform = Callable[..., Platform]


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[RabbitMQ]:
    """A broker that a test may maltreat."""
    with RabbitMQ(tmp_path / "rabbitmq") as server:
        yield server


def test_r15_a_frozen_broker_costs_callers_no_more_than_their_deadline(
    own_broker: RabbitMQ, platform_of: MakePlatform
) -> None:
    platform = platform_of("housing", "warehouse", broker=own_broker)
    caller = Caller(platform.gateway)
    known = caller.call("housing.create_property", property=a_property("A-1"))
    own_broker.freeze()
    try:
        for _ in range(3):
            began = time.monotonic()
            with pytest.raises(Refusal) as refused:
                caller.call("housing.get_property", property_id=known.id, timeout=1)
            assert time.monotonic() - began < 2.5
            assert refused.value.code in (
                grpc.StatusCode.DEADLINE_EXCEEDED,
                grpc.StatusCode.UNAVAILABLE,
            )
    finally:
        own_broker.thaw()

    def answered() -> bool:
        try:
            return bool(
                caller.call("housing.get_property", property_id=known.id, timeout=2) == known
            )
        except Refusal:
            return False

    eventually(answered, within_s=40)
    disposal = approved_disposal(caller, 5)
    eventually(lambda: len(intakes_of(caller, disposal.id)) == 5, within_s=40)


def test_r08_asked_to_stop_while_the_broker_is_frozen_a_service_ends(
    own_broker: RabbitMQ, platform_of: MakePlatform
) -> None:
    hasty = {"GUANJIA_BROKER_TIMEOUT_S": "1"}
    platform = platform_of("housing", broker=own_broker, environment={"housing": hasty})
    own_broker.freeze()
    try:
        platform.processes["housing"].signal(signal.SIGTERM)
        assert platform.processes["housing"].wait(15) == 0
    finally:
        own_broker.thaw()


def test_r15_while_the_broker_blocks_publishing_facts_wait_and_the_metric_says_so(
    own_broker: RabbitMQ, platform_of: MakePlatform
) -> None:
    quick = {"GUANJIA_OUTBOX_POLL_S": "0.2", "GUANJIA_OUTBOX_RETURNED_AGAIN_S": "0.2"}
    platform = platform_of("housing", broker=own_broker, environment={"housing": quick})
    caller = Caller(platform.gateway)
    caller.call("housing.create_property", property=a_property("A-1"))
    housing = platform.processes["housing"]
    own_broker.ctl("set_vm_memory_high_watermark", "0.00001")
    eventually(lambda: metric(housing, "guanjia_relay_blocked") == 1)
    assert metric(housing, "guanjia_outbox_waiting") >= 1

    def refused_at_once() -> bool:
        with pytest.raises(Refusal) as refused:
            caller.call("housing.list_properties", timeout=2)
        return refused.value.code is grpc.StatusCode.UNAVAILABLE

    eventually(refused_at_once)
    own_broker.ctl("set_vm_memory_high_watermark", "0.4")
    eventually(lambda: metric(housing, "guanjia_relay_blocked") == 0)
    with Bus(platform.broker_url) as bus:
        sink = bus.sink("housing.events", "property_changed")
        eventually(lambda: bus.get(sink))
    assert eventually(lambda: len(caller.call("housing.list_properties").properties) == 1)


def test_r17_a_queue_with_other_arguments_ends_the_start_with_a_clear_word(
    rabbitmq: RabbitMQ, platform_of: MakePlatform
) -> None:
    platform = platform_of("warehouse")
    warehouse = platform.processes["warehouse"]
    warehouse.stop()
    with Bus(platform.broker_url) as bus:
        bus.channel.queue_delete("warehouse.parked")
        bus.channel.queue_declare(
            "warehouse.parked", durable=True, auto_delete=False, arguments={"x-max-length": 5}
        )
    exit_code, log = refused_start(warehouse)
    assert exit_code == 2
    assert "queue warehouse.parked" in log and "migrate" in log


def test_r17_a_user_without_permission_ends_the_start_with_a_clear_word(
    rabbitmq: RabbitMQ, platform_of: MakePlatform
) -> None:
    url = fresh_vhost(rabbitmq)
    platform = platform_of("warehouse", broker=url)
    warehouse = platform.processes["warehouse"]
    warehouse.stop()
    vhost = url.rsplit("/", 1)[1]
    user = f"u{vhost}"
    management(rabbitmq, f"users/{user}", "PUT", b'{"password": "p", "tags": ""}')
    warehouse.environment["GUANJIA_BROKER_URL"] = url.replace("guest:guest", f"{user}:p")
    assert refused_start(warehouse)[0] == 2
    nothing = b'{"configure": "", "write": "", "read": ""}'
    management(rabbitmq, f"permissions/{vhost}/{user}", "PUT", nothing)
    exit_code, log = refused_start(warehouse)
    assert exit_code == 2
    assert "queue rpc-warehouse" in log
    warehouse.environment["GUANJIA_BROKER_URL"] = url.replace("guest:guest", f"{user}:wrong")
    assert refused_start(warehouse)[0] == 2


def refused_start(process: Process) -> tuple[int | None, str]:
    """Exit code and last words of a start that should be refused within 15 s."""
    process.start()
    try:
        code = process.wait(15)
    except ProcessEnded:
        code = process.exit_code
    return code, "\n".join(process.tail())


def test_r18_ready_means_consuming_with_database_and_relay(
    own_broker: RabbitMQ, platform_of: MakePlatform, tmp_path: Path
) -> None:
    with PostgreSQL(tmp_path / "postgresql", durable=False) as database:
        platform = platform_of(
            "housing",
            broker=own_broker,
            storage="postgresql",
            postgresql=database,
        )
        housing = platform.processes["housing"]
        assert housing.get("/readyz")[0] == 200
        assert metric(housing, "guanjia_ready") == 1
        own_broker.kill()
        eventually(lambda: housing.get("/readyz")[0] == 503)
        assert housing.get("/livez")[0] == 200
        own_broker.start()
        eventually(lambda: housing.get("/readyz")[0] == 200, within_s=30)
        database.freeze()
        eventually(lambda: housing.get("/readyz")[0] == 503)
        for _ in range(30):
            assert housing.get("/livez")[0] == 200
        assert metric(housing, "guanjia_database_reachable") == 0
        database.thaw()
        eventually(lambda: housing.get("/readyz")[0] == 200, within_s=30)
        database.kill()
        eventually(lambda: housing.get("/readyz")[0] == 503)
        with pytest.raises(Refusal) as refused:
            Caller(platform.gateway).call("housing.list_properties")
        assert refused.value.code is grpc.StatusCode.UNAVAILABLE
        database.start()
        eventually(lambda: housing.get("/readyz")[0] == 200, within_s=30)
        assert housing.is_running
