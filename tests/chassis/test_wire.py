"""Messages ⇄ plain values ⇄ objects."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import InvalidInput
from chassis.wire import decode, from_json, jsonable, labels_in, to_json, to_message, to_plain
from tests.chassis.probe.contract import pb
from tests.chassis.strategies import messages

Everything = pb.Everything


def refusal_of(**fields: Any) -> tuple[str, str]:
    """Field and reason for which a message is refused."""
    with pytest.raises(InvalidInput) as refused:
        to_plain(Everything(**fields))
    [violation] = refused.value.violations
    return violation.field, violation.reason


@given(messages(Everything))
def test_a_message_comes_back_from_plain_values_as_it_was(message: Message) -> None:
    assert to_message(Everything, to_plain(message)) == message


@given(messages(Everything))
def test_a_message_comes_back_from_json_as_it_was(message: Message) -> None:
    assert from_json(Everything, to_json(message)) == message


@given(st.binary(max_size=200))
def test_bytes_are_a_message_or_refused(body: bytes) -> None:
    try:
        assert isinstance(decode(Everything, body), Everything)
    except InvalidInput as refused:
        assert refused.reason == "MALFORMED"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(list(Everything.DESCRIPTOR.fields_by_name)), JSON))
def test_json_is_a_message_or_refused(values: dict[str, Any]) -> None:
    try:
        assert isinstance(from_json(Everything, values), Everything)
    except InvalidInput as refused:
        assert refused.reason == "MALFORMED"


def test_an_unknown_json_field_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput) as refused:
        from_json(Everything, {"area": 5})
    assert refused.value.violations[0].field == "area"


def test_an_enum_value_is_the_tail_of_its_name_and_an_unspecified_one_is_none() -> None:
    assert to_plain(Everything(colour="COLOUR_DARK_BLUE")).colour == "dark_blue"
    assert to_plain(Everything()).colour is None


def test_an_optional_field_is_there_exactly_when_it_was_sent() -> None:
    assert "maybe_small" not in to_plain(Everything())
    plain = to_plain(Everything(maybe_small=0, maybe_text="", maybe_colour=0))
    assert plain.present("maybe_small", "maybe_text", "maybe_colour") == {
        "maybe_small": 0,
        "maybe_text": "",
        "maybe_colour": None,
    }


def test_an_absent_message_is_none() -> None:
    assert to_plain(Everything()).part is None
    assert to_plain(Everything()).at is None


@pytest.mark.parametrize("code", [*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F])
def test_a_control_character_is_refused(code: int) -> None:
    assert refusal_of(text=f"a{chr(code)}b") == ("text", "INVALID_TEXT")


def test_tabs_and_line_ends_are_text() -> None:
    """A cell of a spreadsheet may hold several lines, ended as its program ends them."""
    assert to_plain(Everything(text="甲\t乙\n丙\r\n丁")).text == "甲\t乙\n丙\r\n丁"


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"part": {"text": "\0"}}, "part.text"),
        ({"parts": [{}, {"text": "\0"}]}, "parts.1.text"),
        ({"texts": ["", "", "\0"]}, "texts.2"),
        ({"cells": {"面积": "\0"}}, "cells.面积"),
        ({"cells": {"\0": ""}}, "cells"),
        ({"maybe_text": "\0"}, "maybe_text"),
    ],
)
def test_a_refusal_names_the_path_of_the_text(fields: dict[str, Any], path: str) -> None:
    assert refusal_of(**fields) == (path, "INVALID_TEXT")


def test_a_text_has_at_most_4000_characters() -> None:
    assert len(to_plain(Everything(text="中" * 4_000)).text) == 4_000
    assert refusal_of(text="中" * 4_001) == ("text", "TOO_LONG")


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"colour": 99}, "colour"),
        ({"colours": [1, -1]}, "colours.1"),
        ({"maybe_colour": 3}, "maybe_colour"),
        ({"part": {"colour": 3}}, "part.colour"),
    ],
)
def test_an_unknown_enum_number_is_refused(fields: dict[str, Any], path: str) -> None:
    assert refusal_of(**fields) == (path, "UNKNOWN_VALUE")


@pytest.mark.parametrize("figure", ["nan", "inf", "-inf"])
def test_a_double_that_is_no_number_reaches_the_schema_as_it_is(figure: str) -> None:
    """Whether it may stand there is for the schema to say, by field."""
    assert str(to_plain(Everything(figure=float(figure))).figure) == figure


def test_an_object_fills_a_message_by_attribute_and_its_version_is_the_etag() -> None:
    row = SimpleNamespace(id="1", name="a", count=2, version=7, created_at=None, updated_at=None)
    assert to_message(pb.Counter, row) == pb.Counter(id="1", name="a", count=2, etag="7")


def test_an_object_without_an_attribute_of_the_contract_is_our_fault() -> None:
    with pytest.raises(AttributeError):
        to_message(pb.CountRequest, SimpleNamespace(request_id="1", name="a"))


def test_columns_that_lie_flat_fill_the_message_within() -> None:
    made = to_message(Everything, {"text": "a", "colour": "red", "figure": Decimal("1.5")})
    assert made.part == pb.Part(text="a", colour=1)
    assert made.figure == 1.5


def test_given_fields_come_before_the_object() -> None:
    assert to_message(Everything, {"text": "a"}, text="b").text == "b"


def test_a_date_is_written_in_iso_8601() -> None:
    assert to_message(Everything, {"text": date(2024, 2, 29)}).text == "2024-02-29"


def test_the_label_of_a_path_is_that_of_its_last_field() -> None:
    assert labels_in(pb.CountRequest.DESCRIPTOR, "name") == "名称"
    assert labels_in(Everything.DESCRIPTOR, "parts.3.text") == "text"
    assert labels_in(Everything.DESCRIPTOR, "") == ""


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (Decimal("1.50"), "1.50"),
        (date(2024, 2, 29), "2024-02-29"),
        (datetime(2024, 2, 29, tzinfo=UTC), "2024-02-29 00:00:00+00:00"),
        (b"\x00\xff", "AP8="),
        (5, 5),
        (None, None),
    ],
)
def test_audit_rows_hold_what_json_can(value: Any, told: Any) -> None:
    assert jsonable(value) == told
