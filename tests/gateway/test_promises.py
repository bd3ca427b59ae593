"""The gateway as clients see it when something goes wrong."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import urllib.parse
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from chassis.broker import PROTOBUF, RPC_EXCHANGE
from chassis.errors import Unavailable
from chassis.principal import DEVELOPMENT_KEY, Issuer, developer
from cli.platform import Platform
from cli.servers import RabbitMQ
from gateway.bus import BusClient, Refused
from gateway.settings import GatewaySettings
from guanjia.housing.v1 import properties_pb2 as pb
from tests.bus import Bus
from tests.processes import Caller, Refusal, a_property, management, metric
from tests.waiting import eventually

MakePlatform = Callable[..., Platform]

ISSUER = Issuer(DEVELOPMENT_KEY)
DEVELOPER = replace(developer("dev:test"), permission="housing.properties.get")


@pytest.fixture(scope="module")
def lasting(lasting_platform_of: MakePlatform) -> Platform:
    """Housing beside a gateway that offers the warehouse too, for tests that leave it whole."""
    offered = {"GUANJIA_SERVICES": "housing,warehouse"}
    return lasting_platform_of("housing", environment={"gateway": offered})


@pytest.fixture
def caller(lasting: Platform) -> Iterator[Caller]:
    made = Caller(lasting.gateway)
    yield made
    made.close()


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop in a thread of its own."""
    running = asyncio.new_event_loop()
    thread = threading.Thread(target=running.run_forever, daemon=True)
    thread.start()
    yield running
    running.call_soon_threadsafe(running.stop)
    thread.join(5)


def test_r25_calls_from_many_threads_each_get_their_own_reply(
    lasting: Platform, caller: Caller, loop: asyncio.AbstractEventLoop
) -> None:
    ids = [
        caller.call("housing.create_property", property=a_property(f"OWN-{each}")).id
        for each in range(8)
    ]
    client = BusClient(GatewaySettings(broker_url=lasting.broker_url))

    def run(coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result(20)

    run(client.start())
    eventually(lambda: client.is_connected)

    def ask(number: int) -> bool:
        id = ids[number % 8]
        request = pb.GetPropertyRequest(property_id=id).SerializeToString()
        reply = run(client.call("housing.get_property", request, 10, ISSUER.ticket(DEVELOPER), ""))
        return bool(pb.Property.FromString(reply).id == id)

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(ask, range(400)))
    assert client.pending == 0
    with pytest.raises(Refused):
        run(client.call("housing.no_such_call", b"", 5, ISSUER.ticket(DEVELOPER), ""))
    with pytest.raises(Unavailable, match="SERVICE_NOT_DEPLOYED"):
        run(client.call("canteen.get_menu", b"", 5, ISSUER.ticket(DEVELOPER), ""))
    run(client.close())


def test_r25_a_lost_connection_fails_what_is_pending_with_unavailable(
    lasting: Platform, caller: Caller, rabbitmq: RabbitMQ
) -> None:
    request = {"request_id": "lost", "property": a_property("LOST-1")}
    connection = eventually(lambda: gateway_connection(lasting, rabbitmq))
    gateway, housing = lasting.processes["gateway"], lasting.processes["housing"]
    housing.signal(signal.SIGSTOP)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(caller.call, "housing.create_property", timeout=20, **request)
        eventually(lambda: metric(gateway, "guanjia_pending_calls") == 1)
        management(rabbitmq, f"connections/{connection}", "DELETE")
        with pytest.raises(Refusal) as refused:
            waiting.result(10)
    assert refused.value.code is grpc.StatusCode.UNAVAILABLE
    housing.signal(signal.SIGCONT)

    def repeated() -> Any:
        try:
            return caller.call("housing.create_property", **request)
        except Refusal as error:
            assert error.code is grpc.StatusCode.UNAVAILABLE
            return None

    assert eventually(repeated).code == "LOST-1"
    found = caller.call("housing.list_properties", page_size=500).properties
    assert [each.code for each in found if each.code.startswith("LOST")] == ["LOST-1"]


def test_s16_a_service_cannot_answer_in_the_place_of_another(
    lasting: Platform, caller: Caller
) -> None:
    """Each sees where replies go, and may write there; not which calls there are."""
    gateway, housing = lasting.processes["gateway"], lasting.processes["housing"]
    known = caller.call("housing.create_property", property=a_property("TRUE-1"))
    with Bus(lasting.broker_url) as bus, ThreadPoolExecutor(1) as pool:
        own = bus.sink(RPC_EXCHANGE, "warehouse.*")
        asked = pool.submit(caller.call, "warehouse.list_stores", timeout=3)
        seen = eventually(lambda: bus.get(own)).properties
        with pytest.raises(Refusal):
            asked.result()
        housing.signal(signal.SIGSTOP)
        waiting = pool.submit(caller.call, "housing.get_property", property_id=known.id)
        eventually(lambda: metric(gateway, "guanjia_pending_calls") == 1)
        for number in range(100):
            guess = {"reply_to": seen["reply_to"], "correlation_id": str(number)}
            if seen["correlation_id"].isdigit():
                guess["correlation_id"] = str(int(seen["correlation_id"]) + number)
            bus.publish(RPC_EXCHANGE, seen["reply_to"], b"", content_type=PROTOBUF, **guess)
        housing.signal(signal.SIGCONT)
        assert waiting.result(10) == known


def gateway_connection(platform: Platform, rabbitmq: RabbitMQ) -> str:
    """The gateway's connection as the broker names it, once the broker lists it."""
    vhost = platform.broker_url.rsplit("/", 1)[1]
    for each in json.loads(management(rabbitmq, "connections")):
        name = each.get("client_properties", {}).get("connection_name", "")
        if each.get("vhost") == vhost and name.startswith("gateway@"):
            return urllib.parse.quote(each["name"], safe="")
    return ""


def test_r26_an_oversized_request_is_refused_and_the_gateway_goes_on(caller: Caller) -> None:
    with pytest.raises(Refusal) as refused:
        caller.call("housing.create_property", property=a_property("BIG-1", name="名" * 2_000_000))
    assert refused.value.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert caller.call("housing.create_property", property=a_property("BIG-1")).code == "BIG-1"


def test_r26_a_call_without_deadline_gets_the_methods_own(
    lasting: Platform, caller: Caller
) -> None:
    lasting.processes["housing"].stop()
    with pytest.raises(Refusal) as refused:
        caller.call("housing.list_properties", timeout=None)
    lasting.restart("housing")
    assert refused.value.code is grpc.StatusCode.DEADLINE_EXCEEDED
    assert refused.value.reason == "DEADLINE_EXCEEDED"


def test_r26_at_the_end_health_says_not_serving_and_calls_finish(
    platform_of: MakePlatform,
) -> None:
    point = {"GUANJIA_FAILPOINT": "before_commit:delay:1@create_property"}
    platform = platform_of("housing", environment={"housing": point})
    caller = Caller(platform.gateway)
    health = health_pb2_grpc.HealthStub(caller.channel)
    serving = health_pb2.HealthCheckResponse.ServingStatus
    assert health.Check(health_pb2.HealthCheckRequest()).status == serving.SERVING
    watched: list[int] = []

    def watch() -> None:
        try:
            for each in health.Watch(health_pb2.HealthCheckRequest()):
                watched.append(each.status)
        except grpc.RpcError:
            return

    threading.Thread(target=watch, daemon=True).start()
    eventually(lambda: watched)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(caller.call, "housing.create_property", property=a_property("A-1"))
        gateway = platform.processes["gateway"]
        eventually(lambda: _is_pending(platform))
        gateway.signal(signal.SIGTERM)
        eventually(lambda: serving.NOT_SERVING in watched)
        with pytest.raises(Refusal) as refused:
            caller.call("housing.list_properties")
        assert not waiting.done()
        assert waiting.result(10).code == "A-1"
        assert gateway.wait(15) == 0
    assert refused.value.code is grpc.StatusCode.UNAVAILABLE
    assert "正在停止" in str(refused.value)


def test_r26_calls_that_do_not_finish_in_time_are_unavailable_and_the_exit_code_tells(
    platform_of: MakePlatform,
) -> None:
    gateway_has = {"GUANJIA_DRAIN_TIMEOUT_S": "0.2"}
    point = {"GUANJIA_FAILPOINT": "before_commit:delay:5@create_property"}
    platform = platform_of("housing", environment={"housing": point, "gateway": gateway_has})
    gateway = platform.processes["gateway"]
    with ThreadPoolExecutor(1) as pool:
        caller = Caller(platform.gateway)
        waiting = pool.submit(caller.call, "housing.create_property", property=a_property("A-1"))
        eventually(lambda: _is_pending(platform))
        gateway.signal(signal.SIGTERM)
        with pytest.raises(Refusal) as refused:
            waiting.result(10)
    assert refused.value.code is grpc.StatusCode.UNAVAILABLE
    assert gateway.wait(15) == 70


def test_r18_the_gateway_is_ready_while_it_reaches_the_broker_and_lives_without(
    tmp_path: Path, platform_of: MakePlatform
) -> None:
    with RabbitMQ(tmp_path / "rabbitmq") as broker:
        gateway = platform_of("housing", broker=broker).processes["gateway"]
        assert [gateway.get(each)[0] for each in ("/readyz", "/livez", "/nothing")] == [
            200,
            200,
            404,
        ]
        broker.kill()
        eventually(lambda: gateway.get("/readyz")[0] == 503)
        assert gateway.get("/livez")[0] == 200
        assert metric(gateway, "guanjia_broker_connected", connection="gateway") == 0
        broker.start()
        eventually(lambda: gateway.get("/readyz")[0] == 200, within_s=30)


def _is_pending(platform: Platform) -> bool:
    return metric(platform.processes["housing"], "guanjia_busy_workers", pool="rpc") == 1


def test_reflection_tells_the_contracts(caller: Caller) -> None:
    stub = reflection_pb2_grpc.ServerReflectionStub(caller.channel)
    asked = [reflection_pb2.ServerReflectionRequest(list_services="")]
    (answer,) = stub.ServerReflectionInfo(iter(asked))
    names = {each.name for each in answer.list_services_response.service}
    assert names >= {"guanjia.housing.v1.DisposalService", "grpc.health.v1.Health"}


def test_a_service_that_is_not_deployed_is_told_at_once(caller: Caller) -> None:
    with pytest.raises(Refusal) as refused:
        caller.call("warehouse.list_stores")
    assert refused.value.code is grpc.StatusCode.UNAVAILABLE
    assert refused.value.reason == "SERVICE_NOT_DEPLOYED"


def test_a_shared_call_reaches_the_services_there_are_and_names_the_missing(
    lasting: Platform, caller: Caller
) -> None:
    found = caller.call("approvals.list_my_pending_approvals")
    assert list(found.missing_services) == ["warehouse"]
    with pytest.raises(Refusal) as refused:
        caller.call("approvals.get_approval", service="housing", approval_id=str(uuid.uuid4()))
    assert refused.value.code is grpc.StatusCode.NOT_FOUND
    with pytest.raises(Refusal) as refused:
        caller.call("audit.list_audit_entries", service="directory")
    assert (refused.value.reason, refused.value.fields) == ("UNKNOWN_SERVICE", ["service"])
    gateway = lasting.processes["gateway"]
    calls = {"service": "gateway", "method": "approvals.get_approval", "code": "NOT_FOUND"}
    assert metric(gateway, "guanjia_call_seconds_count", **calls) == 1


def test_the_development_identity_is_refused_in_production_and_off_loopback() -> None:
    for environment in (
        {"GUANJIA_ENVIRONMENT": "production"},
        {"GUANJIA_ENVIRONMENT": "development", "GUANJIA_GRPC_HOST": "0.0.0.0"},
    ):
        refused = subprocess.run(
            [sys.executable, "-m", "gateway"],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        assert refused.returncode == 2
        assert "Traceback" not in refused.stderr
