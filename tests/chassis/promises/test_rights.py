"""Least rights at a real broker (S14, S16): each may do its own, and nothing of another's."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import amqp
import pytest
from amqp.exceptions import AccessRefused
from google.rpc import status_pb2

from chassis.broker import PROTOBUF, RPC_EXCHANGE, user_of
from chassis.platform import GATEWAY, SERVICES
from chassis.rights import write_passwords
from chassis.status import reason_of
from cli.platform import Platform
from cli.servers import RabbitMQ
from tests.bus import Bus
from tests.chassis.operating.acting import operate
from tests.processes import Caller, approved_disposal, fresh_vhost, intakes_of, metric
from tests.waiting import eventually

USERS = (*SERVICES, GATEWAY)
ADDRESS = "00000000-0000-4000-8000-000000000000"
"""Somebody waits for replies there."""
ATTEMPT = Callable[[Any], object]


@dataclass(frozen=True)
class Deployment:
    """A running platform in which every process has its own user."""

    platform: Platform
    urls: dict[str, str]

    def channel(self, user: str) -> Any:
        parts = urlsplit(self.urls[user])
        place, vhost = f"{parts.hostname}:{parts.port}", parts.path[1:]
        connection = amqp.Connection(place, parts.username, parts.password, virtual_host=vhost)
        connection.connect()
        return connection.channel()


@contextmanager
def users(rabbitmq: RabbitMQ, services: Sequence[str], folder: Path) -> Iterator[dict[str, Any]]:
    """What a platform of `services` is given so that each process has its own user."""
    vhost = fresh_vhost(rabbitmq)
    prefix = f"t{uuid.uuid4().hex[:6]}-"
    command = [sys.executable, "-m", "chassis.rights", "--url", vhost, "--secrets", str(folder)]
    command += ["--prefix", prefix, "--services", ",".join(services)]
    made = subprocess.run(command, capture_output=True, text=True, check=True)
    (folder / "rights.json").write_text(made.stdout)
    rabbitmq.ctl("import_definitions", str(folder / "rights.json"))
    names = (*services, GATEWAY)
    files = {each: folder / f"{prefix}{each}" / "GUANJIA_BROKER_URL" for each in names}
    variables = {each: {"GUANJIA_BROKER_URL": file.read_text()} for each, file in files.items()}
    yield {"broker": vhost, "environment": variables}
    for each in names:
        rabbitmq.ctl("delete_user", prefix + each)


@pytest.fixture(scope="module")
def deployment(
    rabbitmq: RabbitMQ,
    lasting_platform_of: Callable[..., Platform],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Deployment]:
    with users(rabbitmq, SERVICES, tmp_path_factory.mktemp("rights")) as given:
        urls = {name: each["GUANJIA_BROKER_URL"] for name, each in given["environment"].items()}
        yield Deployment(lasting_platform_of(*SERVICES, **given), urls)


def test_s14_a_user_of_any_name_has_a_url_and_keeps_the_password(tmp_path: Path) -> None:
    user = "市局@a:b-housing"
    for _ in range(2):
        passwords = write_passwords(tmp_path, [user], "amqps://rabbitmq.city:5671/guanjia")
        url = (tmp_path / user / "GUANJIA_BROKER_URL").read_text()
        assert user_of(url) == user
        parts = urlsplit(url)
        assert (parts.hostname, parts.port, parts.path) == ("rabbitmq.city", 5671, "/guanjia")
        assert passwords == {user: parts.password}


def test_s14_with_least_rights_everything_works(deployment: Deployment) -> None:
    caller = Caller(deployment.platform.gateway)
    disposal = approved_disposal(caller, 5)
    eventually(lambda: len(intakes_of(caller, disposal.id)) == 5)
    for each in deployment.platform.processes.values():
        assert each.is_running


@pytest.mark.parametrize("service", [each for each in SERVICES if each != "directory"])
def test_s14_a_service_starts_without_those_whose_facts_it_hears(
    service: str, rabbitmq: RabbitMQ, platform_of: Callable[..., Platform], tmp_path: Path
) -> None:
    with users(rabbitmq, [service], tmp_path) as given:
        platform = platform_of(service, **given)
        assert platform.processes[service].get("/readyz")[0] == 200


def test_s16_a_fact_of_somebody_elses_user_is_parked_and_never_put_back(
    deployment: Deployment,
) -> None:
    """Put back by the service it would come from its own user, whom it trusts."""
    warehouse = deployment.platform.processes["warehouse"]
    with Bus(deployment.platform.broker_url) as bus:
        bus.publish("housing.events", "disposal_approved", {"specversion": "1.0"})
        eventually(lambda: bus.depth("warehouse.parked") == 1)
        replayed = operate(warehouse, "parked", "replay", "warehouse", "--all", "--as", "wang")
        assert replayed.code == 1 and "resend" in replayed.said, replayed
        parked = eventually(lambda: bus.get("warehouse.parked"))
    told = parked.properties["application_headers"]
    assert told["guanjia-reason"] == "FOREIGN_PUBLISHER"
    assert metric(warehouse, "guanjia_parked_total", reason="FOREIGN_PUBLISHER") == 1


def test_s14_a_call_that_comes_round_the_rights_is_refused(deployment: Deployment) -> None:
    """RabbitMQ asks for no topic permission where exchanges and queues pass messages on."""
    address = str(uuid.uuid4())
    forged = {"content_type": PROTOBUF, "reply_to": address}
    with Bus(deployment.platform.broker_url) as bus:
        replies = bus.sink(RPC_EXCHANGE, address)
        channel = deployment.channel("housing")
        channel.exchange_declare("housing.way", "topic", auto_delete=True, durable=False)
        channel.exchange_bind(RPC_EXCHANGE, "housing.way", "#")
        channel.basic_publish(amqp.Message(b"", **forged), "housing.way", "warehouse.list_stores")
        reply = eventually(lambda: bus.get(replies))
        channel.connection.close()
    assert reply.properties["type"] == "error"
    assert reason_of(status_pb2.Status.FromString(reply.body)) == "NO_TICKET"


def publish(exchange: str, key: str) -> ATTEMPT:
    def attempt(channel: Any) -> None:
        channel.confirm_select()
        channel.basic_publish(amqp.Message(b"{}"), exchange, key)
        channel.queue_declare("amq.rabbitmq.reply-to", passive=True)  # hears what was refused

    attempt.__name__ = f"publish {key} to {exchange or 'the default exchange'}"
    return attempt


def bind(user: str, exchange: str, key: str) -> ATTEMPT:
    """A queue of one's own, bound to what is not for oneself."""
    own = f"rpc.reply-gateway-{uuid.uuid4()}" if user == GATEWAY else f"{user}.{uuid.uuid4()}"

    def attempt(channel: Any) -> None:
        channel.queue_declare(own, exclusive=True)
        channel.queue_bind(own, exchange, key)

    attempt.__name__ = f"bind {key} of {exchange}"
    return attempt


def take(queue: str) -> ATTEMPT:
    def attempt(channel: Any) -> None:
        channel.basic_get(queue)

    attempt.__name__ = f"take from {queue}"
    return attempt


def delete(queue: str) -> ATTEMPT:
    def attempt(channel: Any) -> None:
        channel.queue_delete(queue)

    attempt.__name__ = f"delete {queue}"
    return attempt


def delete_exchange(name: str) -> ATTEMPT:
    def attempt(channel: Any) -> None:
        channel.exchange_delete(name)

    attempt.__name__ = f"delete exchange {name}"
    return attempt


def forbidden() -> Iterator[tuple[str, ATTEMPT]]:
    for user in USERS:
        yield user, publish("", "rpc-housing")
        yield user, delete_exchange(RPC_EXCHANGE)
        yield user, bind(user, RPC_EXCHANGE, "#")
        for other in SERVICES:
            if user != GATEWAY:
                yield user, publish(RPC_EXCHANGE, f"{other}.get_property")
                yield user, bind(user, RPC_EXCHANGE, ADDRESS)
            if other != user:
                yield user, publish(f"{other}.events", "disposal_approved")
                yield user, publish(f"{other}.queues", f"{other}.parked")
                yield user, bind(user, RPC_EXCHANGE, f"{other}.*")
                yield user, bind(user, f"{other}.events", "#")
                yield user, take(f"rpc-{other}")
                yield user, take(f"{other}.parked")
                yield user, delete(f"rpc-{other}")
                yield user, delete_exchange(f"{other}.events")
        yield user, publish(f"{user}.events", "no_such_fact")
    yield GATEWAY, publish(RPC_EXCHANGE, ADDRESS)
    yield "housing", bind("housing", "warehouse.events", "store_opened")


@pytest.mark.parametrize(
    ("user", "attempt"),
    [
        pytest.param(user, attempt, id=f"{user}: {attempt.__name__}")
        for user, attempt in {f"{u}{a.__name__}": (u, a) for u, a in forbidden()}.values()
    ],
)
def test_s14_what_is_not_ones_own_is_refused(
    deployment: Deployment, user: str, attempt: ATTEMPT
) -> None:
    channel = deployment.channel(user)
    try:
        with pytest.raises(AccessRefused):
            attempt(channel)
    finally:
        channel.connection.close()
