"""A fact may be of a shared shape, so that a reaction need not know who publishes."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import guanjia
from chassis import topology
from chassis.broker import BusConnection
from chassis.contract import ContractMismatch, fact_of
from chassis.envelope import CONTENT_TYPE, EnvelopeRefused, pack, unpack
from chassis.service import Service
from chassis.storage import UnitOfWork
from chassis.usecases import Reaction
from chassis.wire import to_plain
from cli.servers import RabbitMQ
from tests.bus import Bus
from tests.chassis.probe import Probe, counters, probe_service
from tests.chassis.probe.contract import pb
from tests.chassis.probe.counters.usecases import count
from tests.contracts import generate
from tests.processes import fresh_vhost
from tests.waiting import eventually

Contracts = Callable[[str, str], Any]
TALLIED = "message Tallied { string name = 1; int64 by = 2; }"
CROSSED = """
message Crossed {
  option (guanjia.policy.v1.fact) = {label: "已渡江" shape: "guanjia.tally.v1.Tallied"};
  int64 by = 1; string captain = 2; string name = 3;
}
message Sunk { option (guanjia.policy.v1.fact) = {label: "已沉没"}; string name = 1; int64 by = 2; }
"""
LANDED = """
message Landed {
  option (guanjia.policy.v1.fact) = {label: "已到港" shape: "guanjia.tally.v1.Tallied"};
  string name = 1; int64 by = 2; google.protobuf.Timestamp landed_at = 3;
}
"""
NAME, BY = "string name = 1;", "int64 by = 2;"
AT, TAGS = "google.protobuf.Timestamp at = 3;", "repeated string tags = 4;"


@pytest.fixture(scope="module")
def contracts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contracts]:
    """Makes the contract of a service beside ours, of the text of its facts."""
    folder: Path = tmp_path_factory.mktemp("contracts")

    def make(service: str, text: str) -> ModuleType:
        generate(folder, service, text)
        importlib.invalidate_caches()
        return importlib.import_module(f"guanjia.{service}.v1.events_pb2")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guanjia, "__path__", [*guanjia.__path__, str(folder / "guanjia")])
        yield make


@pytest.fixture(scope="module")
def tally(contracts: Contracts) -> Any:
    """The contract with the shape."""
    return contracts("tally", TALLIED)


@pytest.fixture(scope="module")
def ferry(contracts: Contracts) -> Any:
    return contracts("ferry", CROSSED)


@pytest.fixture(scope="module")
def harbour(contracts: Contracts) -> Any:
    return contracts("harbour", LANDED)


def nothing(uow: UnitOfWork, fact: Any) -> None: ...


def queues(service: Service, reaction: Reaction) -> list[str]:
    return [service.queue_of(reaction, fact) for fact in reaction.facts]


def refusal(name: str, contract: Any, *nouns: ModuleType) -> list[str]:
    with pytest.raises(ContractMismatch) as refused:
        Service(name=name, contract=contract, nouns=nouns)
    return [line.strip() for line in str(refused.value).splitlines()[1:]]


def test_a_reaction_to_a_shape_has_a_queue_for_each_fact_that_has_it(
    tally: Any, ferry: Any, harbour: Any
) -> None:
    reaction = Reaction("on_tallied", nothing, tally.Tallied)
    assert [fact.message for fact in reaction.facts] == [ferry.Crossed, harbour.Landed]
    assert queues(probe_service(), reaction) == [
        "evt-ferry-crossed--probe.on_tallied",
        "evt-harbour-landed--probe.on_tallied",
    ]


def test_a_reaction_to_a_fact_that_has_a_shape_answers_that_fact_alone(
    ferry: Any, harbour: Any
) -> None:
    [fact] = Reaction("on_landed", nothing, harbour.Landed).facts
    assert fact.type == "guanjia.harbour.v1.Landed"


def test_facts_of_two_publishers_reach_one_reaction_as_the_shape(
    probe: Probe, tally: Any, ferry: Any, harbour: Any
) -> None:
    told = {}

    def on_tallied(uow: UnitOfWork, fact: Any) -> None:
        told[uow.source_service] = fact
        count(uow, to_plain(fact))

    reaction = Reaction("on_tallied", on_tallied, tally.Tallied)
    probe.app.service.reactions["on_tallied"] = reaction
    crossed = ferry.Crossed(name="a", by=2, captain="周航")
    assert [probe.react("on_tallied", crossed, id="m-1") for _ in range(2)] == [True, False]
    landed = harbour.Landed(name="a", by=3, landed_at=datetime(2026, 3, 2, tzinfo=UTC))
    assert probe.react("on_tallied", landed, id="m-2")
    assert told == {
        "ferry": tally.Tallied(name="a", by=2),
        "harbour": tally.Tallied(name="a", by=3),
    }
    assert probe.total() == 5


def test_the_broker_brings_the_facts_of_both_publishers(
    rabbitmq: RabbitMQ, tally: Any, ferry: Any, harbour: Any
) -> None:
    service = probe_service()
    service.reactions["on_tallied"] = Reaction("on_tallied", nothing, tally.Tallied)
    url = fresh_vhost(rabbitmq)
    connection = BusConnection(url, "test")
    topology.declare(connection, service, "quorum", (0.1,))
    connection.close()
    with Bus(url) as bus:
        for exchange, key in (("ferry.events", "crossed"), ("harbour.events", "landed")):
            bus.publish(exchange, key, {"from": exchange})
        for queue, exchange in (
            ("evt-ferry-crossed--probe.on_tallied", "ferry.events"),
            ("evt-harbour-landed--probe.on_tallied", "harbour.events"),
        ):
            arrived = eventually(lambda queue=queue: bus.get(queue))
            assert json.loads(arrived.body) == {"from": exchange}


def test_r4_on_the_queue_of_one_fact_another_of_the_same_shape_is_refused(
    tally: Any, ferry: Any, harbour: Any
) -> None:
    text = pack(
        harbour.Landed(name="a", by=3),
        id="m-1",
        region_code="990100",
        subject="a",
        aggregate_version=1,
        time=datetime(2026, 3, 2, tzinfo=UTC),
        traceparent="",
    )
    arrived = unpack(text.encode(), CONTENT_TYPE, fact_of(harbour.Landed), tally.Tallied)
    assert (arrived.type, arrived.fact) == (
        "guanjia.harbour.v1.Landed",
        tally.Tallied(name="a", by=3),
    )
    as_shape = text.replace("guanjia.harbour.v1.Landed", "guanjia.tally.v1.Tallied")
    for expected, body in ((ferry.Crossed, text), (harbour.Landed, as_shape)):
        with pytest.raises(EnvelopeRefused) as refused:
            unpack(body.encode(), CONTENT_TYPE, fact_of(expected), tally.Tallied)
        assert refused.value.reason == "UNKNOWN_TYPE"


@pytest.mark.parametrize(
    ("service", "fields", "differing"),
    [
        ("m1", f"{NAME} {AT}", "by, tags"),
        ("m2", f"{NAME} int32 by = 2; {AT} {TAGS}", "by"),
        ("m3", f"{NAME} optional int64 by = 2; {AT} {TAGS}", "by"),
        ("m4", f"{NAME} {BY} Moment at = 3; {TAGS}", "at"),
        ("m5", f"{NAME} {BY} {AT} string tags = 4;", "tags"),
    ],
)
def test_a_fact_that_has_not_the_shape_it_names_refuses_the_start_of_both_sides(
    contracts: Contracts,
    noun: Callable[..., ModuleType],
    service: str,
    fields: str,
    differing: str,
) -> None:
    events = contracts(
        service,
        f"""
        message Moment {{ int64 seconds = 1; int32 nanos = 2; }}
        message Shape {{ {NAME} {BY} {AT} {TAGS} }}
        message Done {{
          option (guanjia.policy.v1.fact) = {{label: "已办" shape: "guanjia.{service}.v1.Shape"}};
          {fields}
        }}
        """,
    )
    told = (
        f"guanjia.{service}.v1.Done says it has the shape of guanjia.{service}.v1.Shape, "
        f"but differs in: {differing}"
    )
    assert refusal(service, events) == [told]
    reactions = f"""
from guanjia.{service}.v1 import events_pb2
@reaction(events_pb2.Shape)
def on_shape(uow, fact): ...
"""
    written = noun(f"shaped_{service}", reactions=reactions)
    assert refusal("probe", pb, counters, written) == [f"on_shape(): {told}"]


@pytest.mark.parametrize(
    ("service", "shape", "told"),
    [
        ("u1", "guanjia.tally.v1.Weighed", "which no contract has"),
        ("u2", "Tallied", "which no contract has"),
        ("u3", "guanjia.tally.v1.", "which no contract has"),
        ("u4", "guanjia.ferry.v1.Sunk", "which is itself a fact"),
    ],
)
def test_a_shape_that_is_no_message_of_a_contract_refuses_the_start(
    contracts: Contracts, tally: Any, ferry: Any, service: str, shape: str, told: str
) -> None:
    fact = f'option (guanjia.policy.v1.fact) = {{label: "已办" shape: "{shape}"}};'
    events = contracts(service, f"message Done {{ {fact} string name = 1; int64 by = 2; }}")
    assert refusal(service, events) == [
        f"guanjia.{service}.v1.Done says it has the shape of {shape}, {told}"
    ]


def test_a_shape_of_a_contract_that_is_not_there_refuses_the_start(contracts: Contracts) -> None:
    fact = 'option (guanjia.policy.v1.fact) = {label: "已办" shape: "guanjia.nowhere.v1.A"};'
    events = contracts("u5", f"message Done {{ {fact} }}")
    assert refusal("u5", events) == ["没有 nowhere 的接口约定 | no contract for nowhere"]


def test_a_reaction_to_what_is_neither_a_fact_nor_a_shape_is_refused() -> None:
    with pytest.raises(ContractMismatch, match="Counter is neither a fact nor the shape of"):
        _ = Reaction("on_counter", nothing, pb.Counter).facts
