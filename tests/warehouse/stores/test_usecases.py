"""What may be done with stores."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import AlreadyExists, InvalidInput, NotFound, PermissionDenied
from chassis.testing import Harness
from guanjia.warehouse.v1 import stores_pb2 as pb
from tests.refusals import refusal
from tests.warehouse.factories import (
    a_unit,
    create_store,
    keeper_of,
    merges,
    renamed,
    store_fields,
)

NOBODY = "0190b6e0-7d5c-7a3e-8f00-0123456789ab"


def test_a_store_is_kept_as_it_was_given(warehouse: Harness) -> None:
    given = store_fields(kind="STORE_KIND_VIRTUAL", address="")
    created = warehouse.call("create_store", **given)
    assert warehouse.call("get_store", store_id=created.id) == created
    for name in ("id", "etag", "created_at"):
        created.ClearField(name)
    assert created == pb.Store(**given)


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"code": ""}, "code", "REQUIRED"),
        ({"name": ""}, "name", "REQUIRED"),
        ({"kind": 0}, "kind", "REQUIRED"),
        ({"address": "长" * 301}, "address", "TOO_LONG"),
        ({"region_code": "99"}, "region_code", "INVALID_REGION_CODE"),
        ({"owner_name": " "}, "owner_name", "REQUIRED"),
    ],
)
def test_a_store_that_breaks_a_rule_is_refused_by_field(
    warehouse: Harness, changes: dict[str, Any], field: str, reason: str
) -> None:
    told = refusal(warehouse, "create_store", InvalidInput, **store_fields(**changes))
    assert told == (reason, [field])


def test_a_code_is_used_once_however_it_is_written(warehouse: Harness) -> None:
    create_store(warehouse, code="CK-1")
    told = refusal(warehouse, "create_store", AlreadyExists, **store_fields(code="ｃｋ-1"))
    assert told == ("CODE_TAKEN", ["code"])


def test_a_store_nobody_made_is_not_found(warehouse: Harness) -> None:
    told = refusal(warehouse, "get_store", NotFound, store_id=NOBODY)
    assert told == ("NOT_FOUND", ["store_id"])


def test_stores_are_listed_by_code(warehouse: Harness) -> None:
    for code in "CAB":
        create_store(warehouse, code=code)
    first = warehouse.call("list_stores", page_size=2)
    rest = warehouse.call("list_stores", page_size=2, page_token=first.next_page_token)
    assert [each.code for each in (*first.stores, *rest.stores)] == ["A", "B", "C"]


def test_a_store_of_a_unit_the_directory_knows_is_that_unit_s(warehouse: Harness) -> None:
    unit = a_unit(warehouse, uscc="11330000002482301K", name="云澜市机关事务管理局")
    store = create_store(warehouse, owner_name="事务局", owner_uscc="11330000002482301k")
    assert (store.owner_name, store.owner_uscc) == (unit.unit_name, "11330000002482301K")
    renamed(warehouse, unit, "云澜市机关事务服务中心")
    shown = warehouse.call("get_store", store_id=store.id)
    assert shown.owner_name == "云澜市机关事务服务中心"


def test_a_store_of_a_unit_that_was_merged_is_its_successor_s(warehouse: Harness) -> None:
    unit = a_unit(warehouse, uscc="11330000002482301K")
    before = create_store(warehouse, owner_uscc="11330000002482301K")
    after = merges(warehouse, unit, a_unit(warehouse, name="云澜市机关事务服务中心"))
    late = create_store(warehouse, owner_uscc="11330000002482301K")
    assert late.owner_uscc not in ("", "11330000002482301K")
    for each in (warehouse.call("get_store", store_id=before.id), late):
        assert (each.owner_name, each.owner_uscc) == (after.unit_name, late.owner_uscc)


def test_a_store_is_made_within_the_region_one_answers_for(warehouse: Harness) -> None:
    fields = store_fields(region_code="990102")
    with pytest.raises(PermissionDenied):
        warehouse.call("create_store", user=keeper_of("990101"), **fields)
    assert warehouse.call("create_store", user=keeper_of("9901"), **fields).code
