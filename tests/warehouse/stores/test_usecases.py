"""What may be done with stores."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import AlreadyExists, InvalidInput, NotFound
from chassis.testing import Harness
from guanjia.warehouse.v1 import stores_pb2 as pb
from tests.refusals import refusal
from tests.warehouse.factories import create_store, store_fields

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
