"""Facts that fail: tried again, then parked for a person."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from amqp.exceptions import NotFound

from cli.platform import Platform
from tests.bus import Bus
from tests.chassis.promises.facts import CONSUMER, QUEUE, RETRIES, drafted, fact, parked, send
from tests.processes import Caller, metric
from tests.waiting import eventually, stays

MakePlatform = Callable[..., Platform]


def test_r03_a_reaction_that_fails_once_is_tried_again_and_takes_effect_once(
    platform_of: MakePlatform,
) -> None:
    point = {"GUANJIA_FAILPOINT": f"before_commit:raise:1@{CONSUMER}", **RETRIES}
    platform = platform_of("warehouse", environment={"warehouse": point})
    caller = Caller(platform.gateway)
    with Bus(platform.broker_url) as bus:
        envelope = fact()
        send(bus, envelope)
        eventually(lambda: drafted(caller, envelope) == 3)
    warehouse = platform.processes["warehouse"]
    eventually(lambda: metric(warehouse, "guanjia_retries_total", consumer=CONSUMER) == 1)
    assert metric(warehouse, "guanjia_parked_total") == 0


def test_r03_a_reaction_that_always_fails_is_parked_after_the_allowed_attempts(
    platform_of: MakePlatform,
) -> None:
    poison = fact()
    point = {"GUANJIA_FAILPOINT": f"before_commit:raise:3@{CONSUMER}", **RETRIES}
    platform = platform_of("warehouse", environment={"warehouse": point})
    caller = Caller(platform.gateway)
    warehouse = platform.processes["warehouse"]
    with Bus(platform.broker_url) as bus:
        send(bus, poison)
        message = parked(bus)
        headers = message.properties["application_headers"]
        assert headers["guanjia-reason"] == "FAILED"
        assert "FailpointReached" in headers["guanjia-error"]
        assert headers["guanjia-queue"] == QUEUE
        assert headers["guanjia-attempts"] == 3
        assert json.loads(message.body) == poison
        others = fact()
        send(bus, others)
        eventually(lambda: drafted(caller, others) == 3)
        assert bus.depth("warehouse.parked") == 0
    assert metric(warehouse, "guanjia_retries_total", consumer=CONSUMER) == 2
    assert metric(warehouse, "guanjia_parked_total", consumer=CONSUMER, reason="FAILED") == 1
    assert drafted(caller, poison) == 0


def test_r03_a_retry_or_parking_queue_that_was_deleted_comes_back_and_takes_the_fact(
    platform_of: MakePlatform,
) -> None:
    point = {"GUANJIA_FAILPOINT": f"before_commit:raise:1@{CONSUMER}", **RETRIES}
    platform = platform_of("warehouse", environment={"warehouse": point})
    caller = Caller(platform.gateway)
    with Bus(platform.broker_url) as bus:
        for each in ("warehouse.parked", "warehouse.retry.0.1s", "warehouse.retry.0.2s"):
            bus.channel.queue_delete(each)
        envelope = fact()
        send(bus, envelope)
        eventually(lambda: drafted(caller, envelope) == 3)
        bus.channel.queue_delete("warehouse.parked")
        bus.publish("housing.events", "disposal_approved", b"{not json")
        headers = eventually(lambda: again(bus)).properties["application_headers"]
    assert headers["guanjia-reason"] == "UNDECODABLE"


def again(bus: Bus) -> Any:
    """The next parked message; None while there is no such queue."""
    try:
        return bus.get("warehouse.parked")
    except NotFound:
        bus.channel = bus.channel.connection.channel()  # the one before is closed
        return None


def test_r15_who_retries_and_parks_stays_connected_between_two_that_fail(
    platform_of: MakePlatform,
) -> None:
    platform = platform_of("warehouse", environment={"warehouse": {"GUANJIA_HEARTBEAT_S": "1"}})
    warehouse = platform.processes["warehouse"]

    def lost() -> float:
        return metric(warehouse, "guanjia_reconnects_total")

    with Bus(platform.broker_url) as bus:
        for _ in range(2):
            bus.publish("housing.events", "disposal_approved", b"{not json")
            assert parked(bus)
            stays(lambda: lost() == 0, 5)  # twice as long as the broker waits for a heartbeat


def test_r04_what_cannot_be_understood_is_parked_at_once_and_the_process_lives(
    platform_of: MakePlatform,
) -> None:
    platform = platform_of("warehouse")
    caller = Caller(platform.gateway)
    junk: list[tuple[Any, str, str]] = [
        (b"{not json", "application/json", "UNDECODABLE"),
        (b"\x00\xff" * 50, "application/x-python-serialize", "UNDECODABLE"),
        (b"[" * 100_000, "application/json", "UNDECODABLE"),
        (b"null", "application/json", "NOT_AN_ENVELOPE"),
        (fact(specversion="2.0"), "application/json", "NOT_AN_ENVELOPE"),
        (fact(type="guanjia.housing.v9.DisposalApproved"), "application/json", "UNKNOWN_TYPE"),
        (fact(data={"assets": "none"}), "application/json", "INVALID_DATA"),
        (
            fact(data={"document_id": "d", "assets": [{"line_id": "1"}]}),
            "application/json",
            "REQUIRED",
        ),
    ]
    with Bus(platform.broker_url) as bus:
        for body, content_type, reason in junk:
            bus.publish("housing.events", "disposal_approved", body, content_type=content_type)
            assert parked(bus).properties["application_headers"]["guanjia-reason"] == reason
        good = fact()
        send(bus, good)
        eventually(lambda: drafted(caller, good) == 3)
    warehouse = platform.processes["warehouse"]
    assert metric(warehouse, "guanjia_parked_total") == len(junk)
    assert metric(warehouse, "guanjia_retries_total") == 0


def test_r04_headers_that_cannot_be_written_again_keep_no_fact_from_being_parked(
    platform_of: MakePlatform,
) -> None:
    """A table in a table in a table …: to write one takes more stack than to read it."""
    platform = platform_of("warehouse")
    deep: dict[str, Any] = {}
    for _ in range(600):
        deep = {"": deep}
    odd = {"deep": deep, "guanjia-attempts": deep, "guanjia-reason": deep}
    with Bus(platform.broker_url) as bus, more_stack():
        bus.publish("housing.events", "disposal_approved", b"{not json", application_headers=odd)
        headers = parked(bus).properties["application_headers"]
    assert (headers["guanjia-reason"], headers["guanjia-attempts"]) == ("UNDECODABLE", 1)


@contextmanager
def more_stack() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(5_000)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
