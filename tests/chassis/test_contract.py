"""The contract as the router sees it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.contract import (
    ContractMismatch,
    fact_of,
    facts_of,
    labels_of,
    methods_of,
    service_of,
    snake,
)
from guanjia.housing.v1 import rooms_pb2
from tests.chassis.probe.contract import pb
from tests.contracts import compiled


def method(options: str, request: str = "string request_id = 1;", package: str = "") -> str:
    return f"""
        service S {{ rpc Act(Request) returns (Reply) {{ {options} }} }}
        message Request {{ {request} }}
        message Reply {{}}
    """


def policy(text: str) -> str:
    return f"option (guanjia.policy.v1.method) = {{ {text} }};"


COMMAND = 'permission: "a.b.c" kind: METHOD_KIND_COMMAND'


def test_a_method_knows_its_names_and_its_policy() -> None:
    count = methods_of(pb)["count"]
    assert (count.service, count.name, count.key) == ("probe", "Count", "count")
    assert count.path == "/guanjia.probe.v1.ProbeService/Count"
    assert count.routing_key == "probe.count"
    assert count.permission == "probe.counters.count"
    assert (count.request, count.response) == (pb.CountRequest, pb.Counter)
    assert count.is_command
    assert not methods_of(pb)["get_counter"].is_command


def test_a_method_without_a_policy_is_refused() -> None:
    module = compiled("guanjia.c1.v1", method(""))
    with pytest.raises(ContractMismatch, match=r"/guanjia\.c1\.v1\.S/Act has no policy"):
        methods_of(module)


@pytest.mark.parametrize(
    ("package", "told"),
    [
        ("guanjia.c2.v1", "kind: METHOD_KIND_QUERY"),
        ("guanjia.c3.v1", 'permission: "a.b.c"'),
    ],
)
def test_a_policy_needs_a_permission_and_a_kind(package: str, told: str) -> None:
    with pytest.raises(ContractMismatch, match="needs a permission and a kind"):
        methods_of(compiled(package, method(policy(told))))


def test_a_command_whose_request_has_no_request_id_is_refused() -> None:
    module = compiled("guanjia.c4.v1", method(policy(COMMAND), "string id = 1;"))
    with pytest.raises(ContractMismatch, match=r"S/Act is a command .* no request_id"):
        methods_of(module)


def test_a_request_id_that_is_no_text_is_refused() -> None:
    module = compiled("guanjia.c5.v1", method(policy(COMMAND), "int64 request_id = 1;"))
    with pytest.raises(ContractMismatch, match=r"S/Act is a command .* no request_id"):
        methods_of(module)


@pytest.mark.parametrize(
    ("package", "given_ms", "deadline_ms"),
    [
        ("guanjia.c6.v1", 0, 5_000),
        ("guanjia.c7.v1", 15_000, 15_000),
        ("guanjia.c8.v1", 60_000, 30_000),
    ],
)
def test_r11_a_call_takes_5_s_unless_said_and_never_more_than_30(
    package: str, given_ms: int, deadline_ms: int
) -> None:
    module = compiled(package, method(policy(f"{COMMAND} deadline_ms: {given_ms}")))
    assert methods_of(module)["act"].deadline_ms == deadline_ms


def test_a_fact_is_a_message_that_is_marked_as_one() -> None:
    fact = facts_of(pb)["counted"]
    assert fact is fact_of(pb.Counted)
    assert (fact.type, fact.exchange, fact.label) == (
        "guanjia.probe.v1.Counted",
        "probe.events",
        "已计数",
    )
    assert facts_of(rooms_pb2) == {}


def test_a_message_that_is_not_marked_is_no_fact() -> None:
    with pytest.raises(ContractMismatch, match="Counter is not marked as a fact"):
        fact_of(pb.Counter)


def test_a_field_without_a_label_is_called_by_its_name() -> None:
    assert labels_of(pb.CountRequest.DESCRIPTOR) == {
        "request_id": "request_id",
        "name": "名称",
        "by": "by",
    }


@pytest.mark.parametrize(
    ("name", "key"), [("SubmitDisposal", "submit_disposal"), ("Act", "act"), ("GetA4", "get_a4")]
)
def test_a_name_becomes_a_key(name: str, key: str) -> None:
    assert snake(name) == key


@given(st.from_regex(r"([A-Z][a-z]+){1,4}", fullmatch=True))
def test_names_made_of_words_never_become_the_same_key(name: str) -> None:
    assert "".join(word.capitalize() for word in snake(name).split("_")) == name


def test_the_service_is_the_second_part_of_the_package() -> None:
    assert service_of("guanjia.housing.v1") == "housing"
