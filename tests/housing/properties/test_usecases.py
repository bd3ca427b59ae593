"""What may be done with properties."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import AlreadyExists, Conflict, IllegalState, InvalidInput, NotFound
from chassis.testing import Harness
from guanjia.housing.v1 import events_pb2
from guanjia.housing.v1 import properties_pb2 as pb
from tests.housing.factories import (
    approved_disposal,
    create_property,
    property_fields,
)
from tests.housing.leases.factories import sign
from tests.refusals import refusal

NOBODY = "0190b6e0-7d5c-7a3e-8f00-0123456789ab"


def changed_facts(housing: Harness) -> list[Any]:
    return housing.facts(events_pb2.PropertyChanged)


@pytest.mark.row("H01")
def test_a_property_is_registered_as_it_was_given(housing: Harness) -> None:
    given = property_fields()
    created = housing.call("create_property", property=given)
    read = housing.call("get_property", property_id=created.id)
    assert read == created
    assert created.etag == "1"
    kept = pb.Property(**given)
    for name in ("id", "etag", "created_at", "updated_at"):
        created.ClearField(name)
    assert created == kept


@pytest.mark.row("H01")
def test_a_property_is_kept_in_normal_form(housing: Harness) -> None:
    created = create_property(
        housing, code=" ｙｌ－1（甲） ", region_code="９９０１０１", name=" 楼 "
    )
    assert (created.code, created.region_code, created.name) == ("YL-1(甲)", "990101", "楼")


def test_what_the_server_decides_is_not_taken_from_the_caller(housing: Harness) -> None:
    created = create_property(housing, id=NOBODY, etag="77", created_at={"seconds": 5})
    assert created.id != NOBODY
    assert created.etag == "1"
    assert created.created_at.ToSeconds() == int(housing.clock.at.timestamp())


def test_a_new_property_is_a_fact_with_its_figures(housing: Harness) -> None:
    created = create_property(housing)
    [fact] = housing.facts()
    assert fact == events_pb2.PropertyChanged(
        property_id=created.id,
        code=created.code,
        region_code=created.region_code,
        floor_area_m2=2400.5,
        usable_area_m2=1600.25,
        use_state=pb.USE_STATE_IN_USE,
        unit_uscc=created.unit_uscc,
        unit_name=created.unit_name,
    )


@pytest.mark.row("H01")
@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"code": ""}, "code", "REQUIRED"),
        ({"code": "A B"}, "code", "INVALID_CODE"),
        ({"name": " "}, "name", "REQUIRED"),
        ({"kind": "PROPERTY_KIND_UNSPECIFIED"}, "kind", "REQUIRED"),
        ({"address": "长" * 301}, "address", "TOO_LONG"),
        ({"region_code": "99"}, "region_code", "INVALID_REGION_CODE"),
        ({"floors": -1}, "floors", "OUT_OF_RANGE"),
        ({"floor_area_m2": -5}, "floor_area_m2", "OUT_OF_RANGE"),
        ({"floor_area_m2": float("nan")}, "floor_area_m2", "NOT_A_NUMBER"),
        ({"usable_area_m2": 2400.51}, "usable_area_m2", "USABLE_EXCEEDS_FLOOR_AREA"),
        ({"book_value_fen": -1}, "book_value_fen", "OUT_OF_RANGE"),
        ({"use_state": 0}, "use_state", "REQUIRED"),
        ({"account_state": 0}, "account_state", "REQUIRED"),
        ({"title_state": 0}, "title_state", "REQUIRED"),
        ({"unit_uscc": "119901010000130X2B"}, "unit_uscc", "INVALID_USCC"),
        ({"built_year": 2201}, "built_year", "OUT_OF_RANGE"),
        ({"built_year": 599}, "built_year", "OUT_OF_RANGE"),
    ],
)
def test_a_property_that_breaks_a_rule_is_refused_by_field(
    housing: Harness, changes: dict[str, Any], field: str, reason: str
) -> None:
    told = refusal(housing, "create_property", InvalidInput, property=property_fields(**changes))
    assert told == (reason, [f"property.{field}"])


def test_a_request_without_its_property_is_refused(housing: Harness) -> None:
    assert refusal(housing, "create_property", InvalidInput) == ("REQUIRED", ["property"])


def test_all_that_is_wrong_with_a_property_is_told_at_once(housing: Harness) -> None:
    wrong = property_fields(name="", floor_area_m2=-5, title_state=0)
    _, fields = refusal(housing, "create_property", InvalidInput, property=wrong)
    assert fields == ["property.name", "property.floor_area_m2", "property.title_state"]


@pytest.mark.row("H01")
def test_a_code_is_registered_once_however_it_is_written(housing: Harness) -> None:
    create_property(housing, code="YL-1")
    again = property_fields(code="ｙｌ-1")
    assert refusal(housing, "create_property", AlreadyExists, property=again) == (
        "CODE_TAKEN",
        ["property.code"],
    )


@pytest.mark.parametrize("state", ["USE_STATE_UNDER_DISPOSAL", "USE_STATE_DISPOSED"])
def test_a_property_is_not_registered_as_leaving(housing: Harness, state: str) -> None:
    given = property_fields(use_state=state)
    reason, _ = refusal(housing, "create_property", IllegalState, property=given)
    assert reason == "ILLEGAL_STATE"


def test_an_update_changes_what_is_present_and_nothing_else(housing: Harness) -> None:
    created = create_property(housing)
    updated = housing.call("update_property", property_id=created.id, floors=0, unit_name="")
    expected = pb.Property()
    expected.CopyFrom(created)
    expected.MergeFrom(pb.Property(etag="2"))
    expected.floors, expected.unit_name = 0, ""
    assert updated == expected


def test_a_changed_figure_is_a_fact_and_another_change_is_not(housing: Harness) -> None:
    created = create_property(housing)
    housing.call("update_property", property_id=created.id, name="新名", book_value_fen=1)
    assert len(changed_facts(housing)) == 1
    housing.call("update_property", property_id=created.id, floor_area_m2=3000)
    assert [fact.floor_area_m2 for fact in changed_facts(housing)] == [2400.5, 3000]


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"name": ""}, "name", "REQUIRED"),
        ({"floor_area_m2": -5}, "floor_area_m2", "OUT_OF_RANGE"),
        ({"floor_area_m2": 1600}, "usable_area_m2", "USABLE_EXCEEDS_FLOOR_AREA"),
        ({"use_state": 0}, "use_state", "REQUIRED"),
        ({"unit_uscc": "1"}, "unit_uscc", "INVALID_USCC"),
        ({"built_year": 3000}, "built_year", "OUT_OF_RANGE"),
    ],
)
def test_an_update_that_breaks_a_rule_is_refused_by_field(
    housing: Harness, changes: dict[str, Any], field: str, reason: str
) -> None:
    id = create_property(housing).id
    told = refusal(housing, "update_property", InvalidInput, property_id=id, **changes)
    assert told == (reason, [field])


def test_r22_an_update_of_what_somebody_changed_is_refused(housing: Harness) -> None:
    created = create_property(housing)
    housing.call("update_property", property_id=created.id, name="甲")
    stale = {"property_id": created.id, "etag": created.etag, "name": "乙"}
    assert refusal(housing, "update_property", Conflict, **stale) == ("STALE", ["etag"])
    assert housing.call("get_property", property_id=created.id).name == "甲"


@pytest.mark.parametrize("method", ["get_property", "update_property"])
def test_a_property_nobody_registered_is_not_found(housing: Harness, method: str) -> None:
    told = refusal(housing, method, NotFound, property_id=NOBODY)
    assert told == ("NOT_FOUND", ["property_id"])


def test_a_property_that_leaves_is_not_put_back_to_use_by_hand(housing: Harness) -> None:
    id = create_property(housing).id
    approved_disposal(housing, property_id=id)
    fields = {"property_id": id, "use_state": "USE_STATE_IDLE"}
    reason, _ = refusal(housing, "update_property", IllegalState, **fields)
    assert reason == "ILLEGAL_STATE"


@pytest.mark.row("H12")
def test_what_is_let_as_a_whole_is_not_used_otherwise_by_hand(housing: Harness) -> None:
    given = create_property(housing, use_state="USE_STATE_IDLE")
    term = {"start_on": "2026-01-01", "end_on": "2026-03-02", "whole_property": True}
    sign(housing, property_id=given.id, **term)
    act = {"property_id": given.id, "use_state": "USE_STATE_IDLE"}
    assert refusal(housing, "update_property", IllegalState, **act)[0] == "LEASE_RUNNING"
    assert housing.call("update_property", property_id=given.id, floors=7).floors == 7
    housing.clock.advance(days=1)
    assert housing.call("update_property", **act).use_state == pb.USE_STATE_IDLE
