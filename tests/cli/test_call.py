"""`guanjia call` and `guanjia methods`, against a gateway that answers as the test wants."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from urllib.parse import unquote

import grpc
import pytest

from chassis.errors import IllegalState, InvalidInput, Unavailable, Violation
from guanjia.directory.v1 import directory_pb2
from guanjia.housing.v1 import disposals_pb2, properties_pb2
from tests.cli.fake_gateway import FakeGateway, fake_gateway
from tests.cli.printed import run

REPLY = properties_pb2.Property(id="p1", code="A-1", name="主楼", book_value_fen=100)
WRONG_AREA = InvalidInput.of(
    [
        Violation(
            "property.floor_area_m2", "OUT_OF_RANGE", "建筑面积（㎡）：须大于 0", "must be above 0"
        )
    ]
)


def call(gateway: FakeGateway, *words: str) -> tuple[int, str]:
    result = run("call", *words, "--gateway", gateway.address)
    return result.exit_code, result.output


def test_a_reply_is_told_as_a_table() -> None:
    with fake_gateway(housing_GetProperty=REPLY) as gateway:
        code, output = call(gateway, "housing.GetProperty", "property_id=p1")
    assert code == 0
    assert "房产名称" in output
    assert gateway.calls[0].request.property_id == "p1"


def test_json_is_all_there_is_with_json() -> None:
    with fake_gateway(housing_GetProperty=REPLY) as gateway:
        code, output = call(gateway, "housing.GetProperty", "property_id=p1", "--json")
    assert code == 0
    assert json.loads(output) == {
        "id": "p1",
        "code": "A-1",
        "name": "主楼",
        "book_value_fen": "100",
    }


def test_the_user_and_the_deadline_travel_along() -> None:
    with fake_gateway(housing_GetProperty=REPLY) as gateway:
        call(gateway, "housing.get_property", "--user", "张三 100%", "--deadline", "3")
    assert unquote(gateway.calls[0].metadata["guanjia-user"]) == "张三 100%"
    assert 0 < (gateway.calls[0].time_left_s or 0) < 4  # without it, five and more


def test_somebody_acts_for_a_unit_of_the_directory() -> None:
    office = directory_pb2.Unit(id="u-1", name="云澜市档案馆", region_code="990100")
    pages = [
        directory_pb2.ListUnitsResponse(next_page_token="more"),
        directory_pb2.ListUnitsResponse(units=[office]),
    ]
    listed = {"directory_ListUnits": lambda request: pages[bool(request.page_token)]}
    with fake_gateway(housing_GetProperty=REPLY, **listed) as gateway:
        code, _ = call(gateway, "housing.GetProperty", "--unit", "云澜市档案馆")
        unknown, output = call(gateway, "housing.GetProperty", "--unit", "云澜市文旅局")
    assert (code, unknown) == (0, 2)
    assert "单位名录中没有“云澜市文旅局”" in output
    [asked] = [each for each in gateway.calls if each.method == "housing.GetProperty"]
    rights = json.loads(unquote(asked.metadata["guanjia-rights"]))
    assert rights == {
        "region": "990100",
        "units": ["u-1"],
        "unit_id": "u-1",
        "unit_name": "云澜市档案馆",
    }


def test_a_deadline_that_passes_is_told_as_no_answer() -> None:
    never = threading.Event()
    with fake_gateway(housing_GetProperty=lambda request: never.wait(5)) as gateway:
        code, output = call(gateway, "housing.GetProperty", "--deadline", "0.2")
        never.set()
    assert code == 3
    assert "DEADLINE_EXCEEDED" in output


def test_a_command_gets_a_request_id_unless_one_is_given() -> None:
    with fake_gateway(housing_CreateDisposal=disposals_pb2.Disposal()) as gateway:
        call(gateway, "housing.CreateDisposal", "reason=搬迁")
        call(gateway, "housing.CreateDisposal", "reason=搬迁", "request_id=mine")
    first, second = gateway.requests("housing.CreateDisposal")
    assert len(first.request_id) == 36
    assert second.request_id == "mine"


def test_data_may_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "request.json"
    path.write_text('{"property_id": "p9"}', encoding="utf-8")
    with fake_gateway(housing_GetProperty=REPLY) as gateway:
        assert call(gateway, "housing.GetProperty", "--data", f"@{path}")[0] == 0
        assert call(gateway, "housing.GetProperty", "--data", "@nowhere")[0] == 2
    assert gateway.calls[0].request.property_id == "p9"


def test_a_refusal_names_field_and_reason_in_both_languages_and_how_to_repeat() -> None:
    with fake_gateway(housing_CreateProperty=WRONG_AREA) as gateway:
        code, output = call(gateway, "housing.CreateProperty", "property.floor_area_m2=-1")
    assert code == 1
    for told in ("须大于 0", "OUT_OF_RANGE", "property.floor_area_m2", "must be above 0"):
        assert told in output
    assert f"request_id={gateway.calls[0].request.request_id}" in output


def test_a_refusal_without_fields_is_told_as_well() -> None:
    refused = IllegalState.move("批准", "approve", "草稿", "draft")
    with fake_gateway(housing_CompleteDisposal=refused) as gateway:
        code, output = call(gateway, "housing.CompleteDisposal", "disposal_id=d")
    assert code == 1
    assert "当前状态为“草稿”，不能批准" in output
    assert "ILLEGAL_STATE" in output


def test_a_query_that_fails_speaks_of_no_request_id() -> None:
    away = Unavailable("SERVICE_NOT_DEPLOYED", "未部署 housing 服务", "housing is not deployed")
    with fake_gateway(housing_GetProperty=away) as gateway:
        code, output = call(gateway, "housing.GetProperty")
    assert code == 1
    assert "未部署 housing 服务" in output
    assert "request_id" not in output


def test_a_method_the_gateway_does_not_offer_is_refused() -> None:
    with fake_gateway() as gateway:
        code, output = call(gateway, "housing.GetProperty")
    assert code == 1
    assert "UNIMPLEMENTED" in output


def test_a_gateway_that_is_away_is_told_with_a_code_of_its_own() -> None:
    with fake_gateway(housing_CreateDisposal=grpc.StatusCode.UNAVAILABLE) as gateway:
        code, output = call(gateway, "housing.CreateDisposal", "reason=x")
    assert code == 3
    assert "request_id=" in output
    result = run("call", "housing.GetProperty", "--gateway", gateway.address)
    assert result.exit_code == 3
    assert gateway.address in result.output


def test_without_an_address_it_says_how_to_give_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("call", "housing.GetProperty")
    assert result.exit_code == 3
    assert "guanjia up" in result.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["housing.GetPropety"], "housing.GetProperty"),
        (["housing.GetProperty", "property=1"], "property_id"),
        (["housing.ListProperties", "page_size=many"], "每页条数"),
        (["housing.ListProperties", "page_size"], "名称=值"),
    ],
)
def test_wrong_usage_says_what_would_be_right(words: list[str], told: str) -> None:
    result = run("call", *words, "--gateway", "127.0.0.1:1")
    assert result.exit_code == 2
    assert told in result.output


def test_the_next_page_is_hinted_at_as_a_whole_command() -> None:
    page = properties_pb2.ListPropertiesResponse(properties=[REPLY], next_page_token="abc")
    with fake_gateway(housing_ListProperties=page) as gateway:
        words = ["housing.ListProperties", "page_size=1", "page_token=old"]
        _, output = call(gateway, *words)
    assert "guanjia call housing.ListProperties page_size=1 page_token=abc" in output


def test_the_fields_of_a_method_are_listed_with_label_and_type() -> None:
    output = run("call", "housing.CreateDisposal", "--help-method").output
    for told in ("assets.0.original_value_fen", "原值（分）", "良好(good)", "处置事由"):
        assert told in output


def test_methods_are_listed_with_permission_and_kind() -> None:
    result = run("methods", "warehouse")
    assert "warehouse.AcceptIntake" in result.output
    assert "warehouse.intakes.decide" in result.output
    assert "命令" in result.output
    assert "housing" not in result.output
    unknown = run("methods", "warehose")
    assert unknown.exit_code == 2
    assert "warehouse" in unknown.output
