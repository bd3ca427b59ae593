"""Calls: answered once, in time, and whatever comes the process lives."""

from __future__ import annotations

import json
import signal
import time
import uuid
from collections.abc import Callable
from typing import Any

import grpc
import pytest

from chassis.broker import PROTOBUF, RPC_EXCHANGE
from chassis.storage.columns import new_id
from cli.platform import Platform
from guanjia.housing.v1 import properties_pb2 as pb
from tests.bus import Bus
from tests.processes import Caller, Refusal, a_property, metric
from tests.waiting import eventually

MakePlatform = Callable[..., Platform]


@pytest.fixture(scope="module")
def lasting(lasting_platform_of: MakePlatform) -> Platform:
    """Housing, for tests that leave it as healthy as they found it."""
    return lasting_platform_of("housing")


@pytest.fixture
def caller(lasting: Platform) -> Caller:
    return Caller(lasting.gateway)


def registered(caller: Caller, code: str = "") -> int:
    """How many properties there are whose code begins so."""
    found = caller.call("housing.list_properties", page_size=500).properties
    return sum(each.code.startswith(code) for each in found)


@pytest.mark.parametrize("point", ["before_commit", "after_commit_before_ack", "before_reply"])
def test_r02_a_reply_means_committed_and_a_repeated_request_has_one_effect(
    platform_of: MakePlatform, point: str
) -> None:
    failing = {"GUANJIA_FAILPOINT": f"{point}:kill@create_property"}
    platform = platform_of("housing", environment={"housing": failing})
    caller = Caller(platform.gateway)
    request = {"request_id": "only-once", "property": a_property("A-1")}
    with pytest.raises(Refusal) as refused:
        caller.call("housing.create_property", timeout=2, **request)
    assert refused.value.code is grpc.StatusCode.DEADLINE_EXCEEDED
    housing = platform.processes["housing"]
    assert housing.wait(10) == 128 + signal.SIGKILL
    housing.environment["GUANJIA_FAILPOINT"] = ""
    housing.start()
    housing.wait_ready()
    first = caller.call("housing.create_property", **request)
    assert first == caller.call("housing.create_property", **request)
    assert registered(caller) == 1


def test_r11_work_whose_deadline_is_over_is_not_begun(lasting: Platform, caller: Caller) -> None:
    housing = lasting.processes["housing"]
    request = pb.CreatePropertyRequest(request_id="late", property=a_property("LATE-1"))
    with Bus(lasting.broker_url) as bus, pytest.raises(TimeoutError):
        bus.call("housing.create_property", request.SerializeToString(), 1, deadline_s=-1)
    assert metric(housing, "guanjia_expired_calls_total") == 1
    assert registered(caller, "LATE") == 0


def test_r11_a_call_nobody_answers_ends_at_its_deadline_and_leaves_the_queue(
    platform_of: MakePlatform,
) -> None:
    platform = platform_of("housing")
    caller = Caller(platform.gateway)
    platform.processes["housing"].stop()
    began = time.monotonic()
    with pytest.raises(Refusal) as refused:
        caller.call("housing.create_property", timeout=1, property=a_property("A-1"))
    assert refused.value.code is grpc.StatusCode.DEADLINE_EXCEEDED
    assert time.monotonic() - began < 3
    with Bus(platform.broker_url) as bus:
        eventually(lambda: bus.depth("rpc-housing") == 0)
    platform.processes["housing"].start()
    platform.processes["housing"].wait_ready()
    assert registered(caller) == 0


def test_r12_one_request_id_has_one_effect_and_one_reply(caller: Caller) -> None:
    request = {"request_id": "r-1", "property": a_property("ONE-1")}
    first = caller.call("housing.create_property", **request)
    assert [caller.call("housing.create_property", **request) for _ in range(3)] == [first] * 3
    with pytest.raises(Refusal) as refused:
        caller.call("housing.create_property", request_id="r-1", property=a_property("ONE-2"))
    assert refused.value.code is grpc.StatusCode.ALREADY_EXISTS
    assert (refused.value.reason, refused.value.fields) == ("REQUEST_ID_REUSED", ["request_id"])
    assert registered(caller, "ONE") == 1


def test_r12_a_request_id_belongs_to_its_caller(caller: Caller) -> None:
    caller.call("housing.create_property", "甲", request_id="r-1", property=a_property("OWN-1"))
    caller.call("housing.create_property", "乙", request_id="r-1", property=a_property("OWN-2"))
    assert registered(caller, "OWN") == 2


BAD: list[tuple[str, bytes, dict[str, Any]]] = [
    ("housing.get_property", b"", {"content_type": PROTOBUF}),
    ("housing.get_property", b"\xff\x00\xfe" * 99, {"content_type": PROTOBUF}),
    ("housing.no_such_call", b"", {"content_type": PROTOBUF}),
    ("housing.__init__", b"{}", {"content_type": "application/json"}),
    ("housing.get_property", b"x" * 2 * 1024 * 1024, {"content_type": PROTOBUF}),
    ("housing.get_property", b"not json", {"content_type": "application/json"}),
    ("housing.get_property", b'{"args": [1], "kwargs": 5}', {"content_type": "application/json"}),
    ("housing.get_property", b"[" * 200_000, {"content_type": "application/json"}),
    ("housing.get_property", b"\x80\x04.", {"content_type": "application/x-python-serialize"}),
    ("housing.get_property", b"{}", {}),
    ("housing.get_property", b"", {"content_type": PROTOBUF, "reply_to": "nobody"}),
    (
        "housing.get_property",
        b"",
        {"content_type": PROTOBUF, "reply_to": "amq.rabbitmq.reply-to.x"},
    ),
    ("housing.get_property", b"", {"content_type": PROTOBUF, "reply_to": "housing.get_property"}),
    (
        "housing.get_property",
        b"",
        {
            "content_type": PROTOBUF,
            "application_headers": {"guanjia-deadline-ms": "soon", "guanjia-principal": "[[[["},
        },
    ),
    (
        "housing.get_property",
        b"",
        {"content_type": PROTOBUF, "application_headers": {"a": {"b": 1}}},
    ),
    ("housing.get_property", b"", {"content_type": PROTOBUF, "correlation_id": b"\xff\xfe"}),
    ("housing.get_property", b"x", {"application_headers": {b"\xff": "a"}}),
]


def test_r13_no_message_ends_the_process(lasting: Platform, caller: Caller) -> None:
    housing = lasting.processes["housing"]
    with Bus(lasting.broker_url) as bus:
        for reply_to in ("", "nobody"):
            for key, body, properties in BAD:
                given = {"delivery_mode": 1, **properties}
                given.setdefault("reply_to", reply_to)
                bus.publish(RPC_EXCHANGE, key, body, **given)
        known = caller.call("housing.create_property", property=a_property("BAD-1"))
        assert caller.call("housing.get_property", property_id=known.id) == known
        eventually(lambda: bus.depth("rpc-housing") == 0)
    assert housing.is_running
    assert metric(housing, "guanjia_reconnects_total") == 0


def test_r13_a_bad_call_with_an_address_gets_an_error_that_says_what_is_wrong(
    lasting: Platform, caller: Caller
) -> None:
    with Bus(lasting.broker_url) as bus:
        for key, body, reason in (
            ("housing.get_property", b"\xff\x00\xfe" * 99, "MALFORMED"),
            ("housing.no_such_call", b"", "UNKNOWN_METHOD"),
            ("housing.get_property", b"x" * 2 * 1024 * 1024, "TOO_LARGE"),
        ):
            kind, reply = bus.call(key, body)
            assert kind == "error"
            assert reason.encode() in reply
    with pytest.raises(Refusal) as refused:
        caller.call("housing.get_property", property_id=new_id())
    assert (refused.value.code, refused.value.fields) == (
        grpc.StatusCode.NOT_FOUND,
        ["property_id"],
    )


def test_nameko_json_calls_and_their_errors_have_namekos_form(lasting: Platform) -> None:
    with Bus(lasting.broker_url) as bus:
        address = str(uuid.uuid4())
        replies = bus.sink(RPC_EXCHANGE, address)
        body = {"args": [], "kwargs": {"property_id": "x", "surplus": 1}}
        bus.publish(RPC_EXCHANGE, "housing.get_property", body, reply_to=address)
        message = eventually(lambda: bus.get(replies))
    reply = json.loads(message.body)
    assert reply["result"] is None
    assert reply["error"]["exc_type"] == "InvalidInput"
    assert reply["error"]["exc_args"][0] == "MALFORMED"
