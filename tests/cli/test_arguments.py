"""Words of a command line become the request they describe, or a refusal that says why."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from google.protobuf import json_format
from hypothesis import given
from hypothesis import strategies as st

from cli import catalogue
from cli.arguments import WrongArgument, request_of
from cli.catalogue import UnknownName
from guanjia.asset.v1 import asset_pb2
from guanjia.housing.v1 import properties_pb2 as pp


def request(name: str, *words: str, data: str = "") -> Any:
    return request_of(catalogue.method(f"housing.{name}"), words, data)


def test_a_dot_reaches_into_a_nested_message() -> None:
    made = request("CreateProperty", "property.name=主楼", "property.floor_area_m2=1,250.5")
    assert made.property.name == "主楼"
    assert made.property.floor_area_m2 == 1250.5


def test_a_value_may_hold_an_equals_sign_and_be_empty() -> None:
    assert request("CreateDisposal", "reason=甲=乙").reason == "甲=乙"
    assert request("CreateDisposal", "reason=").reason == ""


@pytest.mark.parametrize(
    "word",
    ["USE_STATE_IDLE", "idle", "IDLE", "闲置", "2"],
    ids=["name", "tail", "upper", "label", "number"],
)
def test_an_enum_value_goes_by_any_of_its_names(word: str) -> None:
    made = request("ListProperties", f"use_state={word}")
    assert made.use_state == pp.USE_STATE_IDLE


def test_an_unknown_enum_value_lists_those_there_are() -> None:
    with pytest.raises(WrongArgument, match="no such value") as wrong:
        request("ListProperties", "use_state=空置")
    assert "闲置(idle)" in wrong.value.zh


def test_a_list_comes_by_index_or_as_json() -> None:
    by_index = request(
        "CreateDisposal", "assets.1.name=椅", "assets.0.name=桌", "assets.0.condition=良好"
    )
    as_json = request("CreateDisposal", 'assets=[{"name":"桌","condition":"good"},{"name":"椅"}]')
    assert by_index == as_json
    assert by_index.assets[0].condition == asset_pb2.CONDITION_GOOD


def test_indexes_with_a_gap_are_refused() -> None:
    with pytest.raises(WrongArgument, match="0, 1, 2"):
        request("CreateDisposal", "assets.1.name=椅")


def test_words_override_data() -> None:
    data = '{"reason": "旧", "assets": [{"name": "桌"}, {"name": "椅"}]}'
    made = request("CreateDisposal", "reason=新", "assets.1.name=沙发", data=data)
    assert made.reason == "新"
    assert [each.name for each in made.assets] == ["桌", "沙发"]


def test_a_map_takes_any_key() -> None:
    made = request("ImportProperties", "rows.0.row=5", "rows.0.cells.房产编号=A-1")
    assert dict(made.rows[0].cells) == {"房产编号": "A-1"}


@pytest.mark.parametrize(("word", "told"), [("true", True), ("是", True), ("0", False)])
def test_yes_and_no_in_both_languages(word: str, told: bool) -> None:
    assert request("ListDisposals", f"overdue={word}").overdue is told


@pytest.mark.parametrize(
    "word",
    [
        "page_size=many",
        "page_size=1.5",
        "page_size=99999999999",
        "overdue=maybe",
        "state.code=1",
        "page_size",
        "=1",
        "state=[1]",
    ],
)
def test_a_word_that_does_not_fit_is_refused_in_both_languages(word: str) -> None:
    with pytest.raises(WrongArgument) as wrong:
        request("ListDisposals", word)
    assert wrong.value.zh
    assert wrong.value.en


@pytest.mark.parametrize("data", ["{", "[1]", '"text"', '{"reason": 5}', '{"assets": {"a": 1}}'])
def test_data_that_does_not_fit_is_refused(data: str) -> None:
    with pytest.raises(WrongArgument):
        request("CreateDisposal", data=data)


def test_an_unknown_field_is_told_with_those_that_come_near() -> None:
    with pytest.raises(UnknownName) as unknown:
        request("CreateProperty", "property.nane=主楼")
    assert unknown.value.name == "property.nane"
    assert "property.name" in unknown.value.close


@given(st.text(), st.text())
def test_no_word_breaks_the_parser(key: str, value: str) -> None:
    for word in (f"{key}={value}", f"assets.{key}={value}", f"assets={value}"):
        with contextlib.suppress(WrongArgument, UnknownName):
            request("CreateDisposal", word)


@given(st.builds(pp.ListPropertiesRequest, page_size=st.integers(0, 500), code=st.text()))
def test_data_in_proto_json_comes_back_as_the_message_it_was(
    message: pp.ListPropertiesRequest,
) -> None:
    data = json_format.MessageToJson(message, preserving_proto_field_name=True)
    assert request("ListProperties", data=data) == message
