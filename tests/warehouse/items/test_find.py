"""What the stores have for a need: the nearest first, of those the oldest."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import IllegalState, InvalidInput, NotFound, PermissionDenied
from chassis.testing import Harness
from tests.refusals import refusal
from tests.warehouse.factories import (
    a_unit,
    card,
    granted,
    in_virtual_store,
    keeper_of,
    somebody,
    stocked,
)

pytestmark = pytest.mark.row("W03")
NEED: dict[str, Any] = {"class_code": "A0501", "quantity": 9}


def found(warehouse: Harness, user: Any = "clerk", region_code: str = "", **need: Any) -> list[str]:
    reply = warehouse.call("find_items", user=user, need=NEED | need, region_code=region_code)
    assert reply.short == (NEED | need)["quantity"] - len(reply.items)
    return [each.id for each in reply.items]


def share(warehouse: Harness, reach: str, *cards: Any) -> None:
    warehouse.call("share_items", item_ids=[each.id for each in cards], reach=reach)


def test_the_nearest_come_first_and_of_those_the_oldest(warehouse: Harness) -> None:
    [there] = stocked(warehouse, 1, region_code="990102")
    city = stocked(warehouse, 2, region_code="990100")
    here = stocked(warehouse, 2, region_code="990101")
    [far] = stocked(warehouse, 1, region_code="990200")
    share(warehouse, "9901", there, *here)
    share(warehouse, "99", far)
    expected = [each.id for each in (*here, there, *city, far)]
    assert found(warehouse, region_code="990101") == expected
    assert found(warehouse, region_code="990101", quantity=3) == expected[:3]
    assert found(warehouse, somebody(region_code="990101")) == expected


def test_what_is_not_shared_with_a_region_is_not_found_from_there(warehouse: Harness) -> None:
    [desk] = stocked(warehouse, 1, region_code="990101")
    assert desk.reach == "990101"
    assert found(warehouse, region_code="990101") == [desk.id]
    assert found(warehouse, region_code="990101003") == [desk.id]
    for elsewhere in ("990102", "990100", "990000", "980101"):
        assert found(warehouse, region_code=elsewhere) == []
    share(warehouse, "9901", desk)
    assert found(warehouse, region_code="990102") == found(warehouse, region_code="990100")
    assert found(warehouse, region_code="990201") == []
    share(warehouse, "", desk)
    assert found(warehouse, region_code="980101") == [desk.id]


def test_a_unit_does_not_find_what_is_its_own(warehouse: Harness) -> None:
    unit, other = a_unit(warehouse), a_unit(warehouse)
    desk = in_virtual_store(warehouse, unit)
    assert found(warehouse, unit) == []
    assert found(warehouse, other) == [desk.id]


def test_only_what_is_in_stock_and_good_enough_is_found(warehouse: Harness) -> None:
    lent, reserved, left = stocked(warehouse, 3)
    stocked(warehouse, 1, 成色="较差")
    warehouse.call("lend_item", item_id=lent.id, borrower_name="云澜市档案馆")
    granted(warehouse, somebody(), item_ids=[reserved.id])
    assert found(warehouse) == [left.id]
    assert found(warehouse, least_condition="CONDITION_NEW") == []
    assert len(found(warehouse, least_condition="CONDITION_POOR")) == 2


def test_words_and_class_must_both_fit(warehouse: Harness) -> None:
    [desk] = stocked(warehouse, 1)
    stocked(warehouse, 1, 资产名称="办公桌", 分类代码="A02")
    stocked(warehouse, 1, 资产名称="会议桌")
    assert found(warehouse, words="办公") == [desk.id]


@pytest.mark.parametrize(
    ("need", "field", "reason"),
    [
        (None, "need", "REQUIRED"),
        ({"quantity": 1}, "need.class_code", "REQUIRED"),
        ({"words": "%", "quantity": 1}, "need.words", "NO_WORDS"),
        ({"class_code": "A05", "quantity": 201}, "need.quantity", "OUT_OF_RANGE"),
        ({"class_code": "A'5", "quantity": 1}, "need.class_code", "INVALID_CODE"),
    ],
    ids=["nothing", "what", "sign", "many", "quote"],
)
def test_a_need_that_breaks_a_rule_is_refused(
    warehouse: Harness, need: Any, field: str, reason: str
) -> None:
    assert refusal(warehouse, "find_items", InvalidInput, need=need) == (reason, [field])


def test_a_reach_written_in_six_digits_is_that_region(warehouse: Harness) -> None:
    [desk] = stocked(warehouse, 1, region_code="990100")
    share(warehouse, "990100", desk)
    assert card(warehouse, desk.id).reach == "9901"
    assert found(warehouse, region_code="990101") == [desk.id]


def test_a_reach_must_be_around_the_item_and_of_one_who_keeps_it(warehouse: Harness) -> None:
    desk, other = stocked(warehouse, 2, region_code="990101")
    both = {"item_ids": [desk.id, other.id]}
    told = refusal(warehouse, "share_items", InvalidInput, **both, reach="9902")
    assert told == ("NOT_AROUND", ["reach"])
    told = refusal(warehouse, "share_items", InvalidInput, **both, reach="99010")
    assert told == ("INVALID_REGION_CODE", ["reach"])
    told = refusal(warehouse, "share_items", InvalidInput, item_ids=[], reach="")
    assert told == ("REQUIRED", ["item_ids"])
    told = refusal(warehouse, "share_items", InvalidInput, item_ids=[desk.id] * 2, reach="")
    assert told == ("DUPLICATE", ["item_ids"])
    nobody = "0190b6e0-7d5c-7a3e-8f00-0123456789ab"
    told = refusal(warehouse, "share_items", NotFound, item_ids=[desk.id, nobody], reach="")
    assert told == ("NOT_FOUND", ["item_ids.1"])
    warehouse.call("lend_item", item_id=other.id, borrower_name="云澜市档案馆")
    assert refusal(warehouse, "share_items", IllegalState, **both, reach="")[0] == "ILLEGAL_STATE"
    assert card(warehouse, desk.id).reach == "990101"
    with pytest.raises(PermissionDenied):
        warehouse.call("share_items", user=keeper_of("990102"), item_ids=[desk.id], reach="9901")
    shared = warehouse.call("share_items", user=keeper_of("9901"), item_ids=[desk.id], reach="99")
    assert [each.reach for each in shared.items] == ["99"]
