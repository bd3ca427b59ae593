"""Parked messages: seen without being taken, replayed without being lost, never unaudited."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from chassis.operating.parking import RENEWED_AT
from chassis.rights import rights_of
from cli.platform import Platform
from cli.process import Process
from cli.servers import RabbitMQ
from tests.bus import Bus
from tests.chassis.operating.acting import act, operate
from tests.chassis.promises.facts import CONSUMER, QUEUE, drafted, fact
from tests.processes import Caller, fresh_vhost, management, metric
from tests.waiting import eventually

MakePlatform = Callable[..., Platform]
ON_BOTH = pytest.mark.parametrize("platform", ["sqlite", "postgresql"], indirect=True)
AT_ONCE = {"GUANJIA_RETRY_DELAYS_S": "[]"}
PARKED = "warehouse.parked"


@pytest.fixture
def platform(request: pytest.FixtureRequest, platform_of: MakePlatform) -> Platform:
    """A warehouse whose first three facts fail, and are parked at once."""
    storage = getattr(request, "param", "sqlite")
    failing = {"GUANJIA_FAILPOINT": f"before_commit:raise:3@{CONSUMER}", **AT_ONCE}
    return platform_of("warehouse", storage=storage, environment={"warehouse": failing})


@pytest.fixture
def warehouse(platform: Platform) -> Process:
    return platform.processes["warehouse"]


@pytest.fixture
def bus(platform: Platform) -> Iterator[Bus]:
    with Bus(platform.broker_url) as opened:
        yield opened


def parked(bus: Bus, *envelopes: dict[str, Any]) -> None:
    """Sends facts, and waits until one after the other is parked."""
    for number, envelope in enumerate(envelopes, start=1):
        bus.publish("housing.events", "disposal_approved", envelope, message_id=str(envelope["id"]))
        eventually(lambda: bus.depth(PARKED) == number)  # noqa: B023


def listed(warehouse: Process) -> list[list[str]]:
    """Lines of `parked list`, without their heading."""
    done = act(warehouse, "parked", "list", "warehouse")
    assert done.code == 0, done
    return [line.split() for line in done.said.splitlines()[1:]]


def audited(platform: Platform) -> list[tuple[str, str, str, dict[str, Any]]]:
    """Principal, act, result and change of what operators did, oldest first."""
    engine = create_engine(platform.layout.databases["warehouse"])
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT principal, act, result, changes FROM audit "
                "WHERE act LIKE 'parked.%' ORDER BY id"
            )
        ).all()
    engine.dispose()
    return [(*row[:3], *json.loads(row.changes)) for row in rows]


def whole(platform: Platform) -> bool:
    """Whether the trail is sealed to its end and unchanged."""
    answer = Caller(platform.gateway).call("audit.verify_audit_trail", service="warehouse")
    assert not answer.problems
    return bool(answer.unsealed == 0)


def test_r29_parked_messages_are_listed_and_shown_in_order_and_stay(
    warehouse: Process, bus: Bus
) -> None:
    facts = [fact(), fact(), fact()]
    parked(bus, *facts)
    for _ in range(2):
        lines = listed(warehouse)
        assert [line[:6] for line in lines] == [
            [str(number), each["id"], "disposal_approved", CONSUMER, "FAILED", "1"]
            for number, each in enumerate(facts, start=1)
        ]
        assert "FailpointReached:" in lines[0]
    two = act(warehouse, "parked", "list", "warehouse", "--most", "2")
    assert len(two.said.splitlines()) == 1 + 2
    shown = act(warehouse, "parked", "show", "warehouse", facts[1]["id"])
    assert shown.code == 0
    headers, _, body = shown.said.partition("{")
    assert f"guanjia-queue: {QUEUE}" in headers
    assert json.loads("{" + body) == facts[1]
    assert act(warehouse, "parked", "show", "warehouse", "nothing").code == 1
    eventually(lambda: bus.depth(PARKED) == 3)


def test_r29_looked_at_as_often_as_one_likes_they_stay(warehouse: Process, bus: Bus) -> None:
    """RabbitMQ 4.0 drops from a quorum queue what was delivered more than 20 times."""
    first, second = fact(), fact()
    parked(bus, first, second)
    counts = []
    for _ in range(RENEWED_AT + 4):
        done = act(warehouse, "parked", "show", "warehouse", first["id"])
        counts += [
            int(line.split()[1])
            for line in done.said.splitlines()
            if line.startswith("x-delivery-count")
        ]
    assert max(counts) == RENEWED_AT
    assert counts[-1] < RENEWED_AT, "it was put in anew"
    assert sorted(line[1] for line in listed(warehouse)) == sorted([first["id"], second["id"]])
    assert listed(warehouse)[0][4:6] == ["FAILED", "1"]


@ON_BOTH
def test_r29_replayed_they_take_effect_and_the_trail_tells_by_whom(
    platform: Platform, warehouse: Process, bus: Bus
) -> None:
    caller = Caller(platform.gateway)
    facts = [fact(), fact(), fact()]
    parked(bus, *facts)
    one = act(warehouse, "parked", "replay", "warehouse", facts[1]["id"], "--as", "wang")
    assert one.code == 0, one
    eventually(lambda: drafted(caller, facts[1]) == 3)
    assert [line[1] for line in listed(warehouse)] == [facts[0]["id"], facts[2]["id"]]
    rest = operate(warehouse, "parked", "replay", "warehouse", "--all", "--as", "li")
    assert rest.code == 0, rest
    for each in facts:
        eventually(lambda: drafted(caller, each) == 3)  # noqa: B023
    assert listed(warehouse) == []
    again = act(warehouse, "parked", "replay", "warehouse", facts[1]["id"], "--as", "wang")
    assert again.code == 1
    told = [
        {
            "message": each["id"],
            "fact": "disposal_approved",
            "consumer": CONSUMER,
            "reason": "FAILED",
        }
        for each in facts
    ]
    assert audited(platform) == [
        ("operator:wang", "parked.replay", "OK", told[1]),
        ("operator:li", "parked.replay", "OK", told[0]),
        ("operator:li", "parked.replay", "OK", told[2]),
    ]
    eventually(lambda: whole(platform))


def test_f30_a_parked_message_replayed_twice_is_a_duplicate_the_second_time(
    platform: Platform, warehouse: Process, bus: Bus
) -> None:
    envelope = fact()
    parked(bus, envelope, fact(), fact())
    message = bus.get(PARKED)
    for _ in range(2):  # as an operator leaves it who is killed before the ack
        bus.channel.basic_publish(message, "warehouse.queues", PARKED)
    eventually(lambda: bus.depth(PARKED) == 4)
    done = act(warehouse, "parked", "replay", "warehouse", envelope["id"], "--as", "wang")
    assert done.code == 0, done
    eventually(lambda: metric(warehouse, "guanjia_duplicates_total", consumer=CONSUMER) == 1)
    assert drafted(Caller(platform.gateway), envelope) == 3
    eventually(lambda: bus.depth(PARKED) == 2)


def test_r29_a_replayed_message_has_all_its_attempts_again(
    platform_of: MakePlatform,
) -> None:
    failing = {
        "GUANJIA_FAILPOINT": f"before_commit:raise:4@{CONSUMER}",
        "GUANJIA_RETRY_DELAYS_S": "[0.1]",
    }
    platform = platform_of("warehouse", environment={"warehouse": failing})
    warehouse = platform.processes["warehouse"]
    with Bus(platform.broker_url) as bus:
        envelope = fact()
        parked(bus, envelope)
        act(warehouse, "parked", "replay", "warehouse", "--all", "--as", "wang")
        eventually(lambda: metric(warehouse, "guanjia_retries_total") == 2)
        eventually(lambda: metric(warehouse, "guanjia_parked_total") == 2)
        assert listed(warehouse)[0][5] == "2"


@ON_BOTH
def test_r29_discarded_with_a_reason_it_is_gone_and_the_trail_tells_why(
    platform: Platform, warehouse: Process, bus: Bus
) -> None:
    facts = [fact(), fact()]
    parked(bus, *facts)
    asked = ("parked", "discard", "warehouse", facts[0]["id"])
    assert act(warehouse, *asked, "--as", "wang").code == 2, "without a reason"
    assert act(warehouse, *asked, "--reason", "测试数据").code == 2, "without a name"
    done = act(warehouse, *asked, "--reason", "测试数据", "--as", "wang")
    assert done.code == 0, done
    assert [line[1] for line in listed(warehouse)] == [facts[1]["id"]]
    [(who, deed, result, change)] = audited(platform)
    assert (who, deed, result) == ("operator:wang", "parked.discard", "OK")
    assert (change["message"], change["because"]) == (facts[0]["id"], "测试数据")
    eventually(lambda: whole(platform))
    assert drafted(Caller(platform.gateway), facts[0]) == 0


def test_r29_a_message_whose_queue_is_gone_stays_parked_and_the_trail_says_it_failed(
    platform: Platform, warehouse: Process, bus: Bus
) -> None:
    envelope = fact()
    parked(bus, envelope)
    warehouse.stop()
    bus.channel.queue_delete(QUEUE)
    done = act(warehouse, "parked", "replay", "warehouse", "--all", "--as", "wang")
    assert done.code == 1
    assert QUEUE in done.said
    assert [line[1] for line in listed(warehouse)] == [envelope["id"]]
    assert [each[1:3] for each in audited(platform)] == [
        ("parked.replay", "OK"),
        ("parked.replay", "FAILED"),
    ]


def test_r29_junk_without_an_id_can_be_shown_and_discarded(warehouse: Process, bus: Bus) -> None:
    bus.publish("housing.events", "disposal_approved", b"\x1b[2J{not json")
    eventually(lambda: bus.depth(PARKED) == 1)
    [line] = listed(warehouse)
    assert line[1].startswith("body-")
    assert line[4] == "UNDECODABLE"
    shown = act(warehouse, "parked", "show", "warehouse", line[1])
    assert "{not json" in shown.said
    assert "\x1b" not in shown.said
    asked = ("parked", "discard", "warehouse", line[1], "--reason", "junk", "--as", "wang")
    assert act(warehouse, *asked).code == 0
    eventually(lambda: bus.depth(PARKED) == 0)


def test_r29_the_services_own_user_at_the_broker_may_do_all_of_it(
    rabbitmq: RabbitMQ, platform_of: MakePlatform
) -> None:
    url = fresh_vhost(rabbitmq)
    failing = {"GUANJIA_FAILPOINT": f"before_commit:raise:1@{CONSUMER}", **AT_ONCE}
    platform = platform_of("warehouse", broker=url, environment={"warehouse": failing})
    warehouse = platform.processes["warehouse"]
    limited = as_its_user(rabbitmq, url, "warehouse")
    with Bus(platform.broker_url) as bus:
        envelope = fact()
        parked(bus, envelope)
        assert operate(warehouse, "parked", "list", "warehouse", **limited).code == 0
        given = ("--all", "--as", "wang")
        done = operate(warehouse, "parked", "replay", "warehouse", *given, **limited)
        assert done.code == 0, done
        eventually(lambda: drafted(Caller(platform.gateway), envelope) == 3)


def as_its_user(rabbitmq: RabbitMQ, url: str, service: str) -> dict[str, str]:
    """Variables of a broker user who has the rights of a service and no others."""
    vhost = url.rsplit("/", 1)[1]
    user = f"u{vhost}"
    [rights] = [each for each in rights_of([service]) if each.user == service]
    management(rabbitmq, f"users/{user}", "PUT", b'{"password": "p", "tags": ""}')
    may = {"configure": rights.configure, "write": rights.write, "read": rights.read}
    management(rabbitmq, f"permissions/{vhost}/{user}", "PUT", json.dumps(may).encode())
    for exchange, write, read in rights.topics:
        topic = {"exchange": exchange, "write": write, "read": read}
        path = f"topic-permissions/{vhost}/{user}"
        management(rabbitmq, path, "PUT", json.dumps(topic).encode())
    return {"GUANJIA_BROKER_URL": url.replace("guest:guest", f"{user}:p")}


def test_r29_nothing_parked_is_said_also_of_a_service_that_reacts_to_nothing(
    platform_of: MakePlatform,
) -> None:
    platform = platform_of("directory")
    done = act(platform.processes["directory"], "parked", "list", "directory")
    assert done.code == 0, done
    assert "nothing is parked" in done.said


def test_r29_without_a_broker_the_operator_is_told_so() -> None:
    away = Process("warehouse", [], None, {"GUANJIA_ENVIRONMENT": "development"})  # type: ignore[arg-type]
    away.environment["GUANJIA_BROKER_URL"] = "amqp://guest:guest@127.0.0.1:1//"
    done = operate(away, "parked", "list", "warehouse")
    assert done.code == 2
    assert "cannot reach RabbitMQ" in done.complained
