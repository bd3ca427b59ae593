"""How a fact travels, and what is refused for good."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from chassis.contract import fact_of
from chassis.envelope import CONTENT_TYPE, MAX_BYTES, EnvelopeRefused, pack, unpack
from guanjia.housing.v1 import events_pb2
from tests.chassis.strategies import messages
from tests.chassis.test_wire import JSON

APPROVED = fact_of(events_pb2.DisposalApproved)
AT = datetime(2026, 12, 31, 16, 0, 0, 1, tzinfo=UTC)


def packed(fact: Message) -> dict[str, Any]:
    """The envelope of a fact, as a stock subscriber reads it."""
    text = pack(
        fact,
        id="0190b6e0-7d5c-7a3e-8f00-0123456789ab",
        region_code="990100",
        subject="d-1",
        aggregate_version=3,
        time=AT,
        traceparent="00-a-b-01",
    )
    plain: dict[str, Any] = json.loads(text)
    return plain


def envelope(**changes: Any) -> dict[str, Any]:
    """A good envelope with changes; a change to ... takes the attribute away."""
    plain = packed(events_pb2.DisposalApproved(document_id="d-1")) | changes
    return {name: value for name, value in plain.items() if value is not ...}


def refusal(body: Any, content_type: str = CONTENT_TYPE) -> str:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(EnvelopeRefused) as refused:
        unpack(raw, content_type, APPROVED)
    return refused.value.reason


@given(messages(events_pb2.DisposalApproved))
def test_a_fact_arrives_as_it_left(fact: Message) -> None:
    body = json.dumps(packed(fact), ensure_ascii=False).encode()
    arrived = unpack(body, CONTENT_TYPE, APPROVED)
    assert arrived.fact == fact
    assert (arrived.id, arrived.subject, arrived.aggregate_version, arrived.traceparent) == (
        "0190b6e0-7d5c-7a3e-8f00-0123456789ab",
        "d-1",
        3,
        "00-a-b-01",
    )


def test_an_envelope_is_cloudevents_1_0() -> None:
    plain = packed(events_pb2.DisposalApproved(document_id="d-1", approved_by="张三"))
    assert plain == {
        "specversion": "1.0",
        "id": "0190b6e0-7d5c-7a3e-8f00-0123456789ab",
        "source": "/990100/housing",
        "type": "guanjia.housing.v1.DisposalApproved",
        "subject": "d-1",
        "time": "2026-12-31T16:00:00.000001Z",
        "datacontenttype": "application/json",
        "aggregateversion": 3,
        "traceparent": "00-a-b-01",
        "data": {"document_id": "d-1", "approved_by": "张三"},
    }


def test_unknown_attributes_and_fields_are_ignored() -> None:
    data = {"document_id": "d-1", "new_field": {"of": ["a", "later", "release"]}}
    body = json.dumps(envelope(data=data, newattribute=1)).encode()
    arrived = unpack(body, CONTENT_TYPE, APPROVED)
    assert arrived.fact == events_pb2.DisposalApproved(document_id="d-1")


@pytest.mark.parametrize("absent", ["subject", "aggregateversion", "traceparent", "time"])
def test_an_attribute_of_ours_may_be_absent(absent: str) -> None:
    arrived = unpack(json.dumps(envelope(**{absent: ...})).encode(), CONTENT_TYPE, APPROVED)
    assert arrived.fact == events_pb2.DisposalApproved(document_id="d-1")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe\xfd",
        b"not json",
        '{"specversion": "1.0"}'.encode("utf-16"),
        b'{"specversion": "1.0"',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"1" * 10_000,
        b" " * (MAX_BYTES + 1),
    ],
)
def test_r4_a_body_that_is_no_json_is_undecodable(body: bytes) -> None:
    assert refusal(body) == "UNDECODABLE"


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-python-serialize"])
def test_r4_another_content_type_is_undecodable(content_type: str) -> None:
    assert refusal(envelope(), content_type) == "UNDECODABLE"


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "text",
        5,
        {},
        envelope(specversion="0.3"),
        envelope(specversion=...),
        envelope(id=...),
        envelope(id=""),
        envelope(id=5),
        envelope(id="x" * 101),
        envelope(id="a\nb"),
        envelope(id="\ud800"),
        envelope(source=...),
        envelope(source=["/990100/housing"]),
        envelope(source="\x7f"),
        envelope(type=...),
    ],
)
def test_r4_what_is_no_envelope_is_refused(body: Any) -> None:
    assert refusal(body) == "NOT_AN_ENVELOPE"


def test_r4_another_type_is_refused() -> None:
    assert refusal(envelope(type="guanjia.housing.v2.DisposalApproved")) == "UNKNOWN_TYPE"


@pytest.mark.parametrize(
    "data",
    [
        ...,
        None,
        "text",
        ["d-1"],
        {"document_id": 5},
        {"document_id": "\ud800"},
        {"document_id": "a\0b"},
        {"assets": {"line_id": "1"}},
        {"assets": [5]},
        {"assets": [{"asset": {"original_value_fen": "a lot"}}]},
        {"approved_at": "yesterday"},
    ],
)
def test_r4_data_that_is_not_the_fact_is_refused(data: Any) -> None:
    assert refusal(envelope(data=data)) == "INVALID_DATA"


def test_r4_data_nested_without_end_is_refused_or_ignored() -> None:
    deep = '{"a":' * 900 + "1" + "}" * 900
    body = json.dumps(envelope(data={"new_field": "?"})).replace('"?"', deep).encode()
    assert unpack(body, CONTENT_TYPE, APPROVED).fact == events_pb2.DisposalApproved()


@given(st.dictionaries(st.sampled_from([*envelope(), "else"]), JSON))
def test_r4_no_envelope_however_strange_raises_anything_else(changes: dict[str, Any]) -> None:
    try:
        unpack(json.dumps(envelope(**changes)).encode(), CONTENT_TYPE, APPROVED)
    except EnvelopeRefused as refused:
        assert refused.reason in ("NOT_AN_ENVELOPE", "UNKNOWN_TYPE", "INVALID_DATA")


@given(
    st.dictionaries(
        st.sampled_from(list(events_pb2.DisposalApproved.DESCRIPTOR.fields_by_name)), JSON
    )
)
def test_r4_no_data_however_strange_raises_anything_else(data: dict[str, Any]) -> None:
    try:
        unpack(json.dumps(envelope(data=data)).encode(), CONTENT_TYPE, APPROVED)
    except EnvelopeRefused as refused:
        assert refused.reason == "INVALID_DATA"


@given(st.binary(max_size=300))
def test_r4_no_bytes_raise_anything_else(body: bytes) -> None:
    assert refusal(body) in ("UNDECODABLE", "NOT_AN_ENVELOPE")
