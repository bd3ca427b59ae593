"""The search of a clerk: by class, words, condition, place, region, state and owner."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import InvalidInput
from chassis.testing import Harness
from tests.refusals import refusal
from tests.warehouse.factories import (
    a_unit,
    accept,
    create_store,
    imported,
    item_cells,
    keeper_of,
    offer,
    received,
    somebody,
    stocked,
)

pytestmark = pytest.mark.row("W03")

CARDS = {
    "desk": {"资产名称": "办公桌", "分类代码": "A05010201", "成色": "良好", "库位": "A-01"},
    "meeting": {"资产名称": "会议桌 A3型", "分类代码": "A05010203", "成色": "全新"},
    "chair": {"资产名称": "办公椅（皮）", "分类代码": "A05010301", "成色": "较差"},
    "printer": {"资产名称": "激光打印机 HP LaserJet 1020", "分类代码": "A02010601"},
    "odd": {"资产名称": "100%纯棉_被服", "分类代码": "A05", "标签号": "T-1", "库位": "B_02"},
    "special": {"资产名称": "保密柜", "分类代码": "A0501专", "成色": "损坏"},
}


@pytest.fixture
def cards(warehouse: Harness) -> Harness:
    store = create_store(warehouse, code="CK-A", region_code="990101").code
    rows = [item_cells(store, 资产编号=f"ZC-{key}", **said) for key, said in CARDS.items()]
    assert not imported(warehouse, *rows).problems
    return warehouse


def found(warehouse: Harness, **fields: Any) -> list[str]:
    """Which cards a search finds, in its order."""
    listed = warehouse.call("list_items", **fields).items
    return [each.asset.asset_code.removeprefix("ZC-").lower() for each in listed]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("办公桌", ["desk"]),
        ("桌", ["desk", "meeting"]),
        ("办公", ["desk", "chair"]),
        ("公 办", ["desk", "chair"]),
        ("桌 会议", ["meeting"]),
        ("ａ３", ["meeting"]),
        ("laserjet 打印", ["printer"]),
        ("1020", ["printer"]),
        ("102", []),
        ("（皮）", ["chair"]),
        ("100%", ["odd"]),
        ("10%20", []),
        ("10_0", []),
        ("%桌_", ["desk", "meeting"]),
        ("保险柜", []),
        ("沙发", []),
    ],
)
def test_words_are_found_wherever_they_stand_and_nothing_else(
    cards: Harness, words: str, expected: list[str]
) -> None:
    assert found(cards, words=words) == expected


@pytest.mark.parametrize(
    "words", ["%", "_", "  -  ", "（）"], ids=["percent", "line", "dash", "brackets"]
)
def test_words_without_a_letter_are_refused(cards: Harness, words: str) -> None:
    assert refusal(cards, "list_items", InvalidInput, words=words) == ("NO_WORDS", ["words"])


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"class_code": "A0501"}, ["desk", "meeting", "chair", "special"]),
        ({"class_code": "a05010201"}, ["desk"]),
        ({"class_code": "A0501专"}, ["special"]),
        ({"class_code": "A050"}, ["desk", "meeting", "chair", "special"]),
        ({"class_code": "A9"}, []),
        ({"class_code": "A_501"}, []),
        ({"least_condition": "CONDITION_NEW"}, ["meeting"]),
        ({"least_condition": "CONDITION_GOOD"}, ["desk", "meeting", "printer", "odd"]),
        ({"least_condition": "CONDITION_BROKEN"}, list(CARDS)),
        ({"place": "B_02"}, ["odd"]),
        ({"place": "A-01"}, ["desk", "meeting", "chair", "printer", "special"]),
        ({"tag": "t-1"}, ["odd"]),
        ({"asset_code": "zc-chair"}, ["chair"]),
        ({"region_code": "990101"}, list(CARDS)),
        ({"region_code": "9901"}, list(CARDS)),
        ({"region_code": "990102"}, []),
        ({"class_code": "A0501", "words": "桌", "least_condition": "CONDITION_NEW"}, ["meeting"]),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else "",
)
def test_a_search_finds_what_its_filters_say(
    cards: Harness, fields: dict[str, str], expected: list[str]
) -> None:
    assert found(cards, **fields) == expected


def test_cards_are_found_by_their_owner(warehouse: Harness) -> None:
    unit, other = a_unit(warehouse), a_unit(warehouse)
    store = create_store(warehouse, kind="STORE_KIND_VIRTUAL").code
    rows = [
        item_cells(store, 资产编号=each.unit_name, 权属单位=each.unit_name)
        for each in (unit, other)
    ]
    imported(warehouse, *rows)
    [own] = warehouse.call("list_items", unit_id=unit.unit_id).items
    assert (own.owner_name, own.unit_id) == (unit.unit_name, unit.unit_id)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"class_code": "A05"},
        {"words": "桌"},
        {"state": "ITEM_STATE_IN_STOCK", "class_code": "A05"},
    ],
    ids=["all", "class", "words", "state"],
)
def test_paging_through_a_search_gives_each_card_once(
    warehouse: Harness, fields: dict[str, str]
) -> None:
    store = create_store(warehouse).code
    kinds = ("A05010201", "A05", "A05010203")
    imported(warehouse, *(item_cells(store, 分类代码=kinds[n % 3]) for n in range(11)))
    seen, token = [], ""
    while True:
        page = warehouse.call("list_items", page_size=3, page_token=token, **fields)
        seen += [each.code for each in page.items]
        token = page.next_page_token
        if not token:
            break
    assert sorted(seen) == [f"GW-2026-{number:06}" for number in range(1, 12)]


def test_what_the_stores_have_is_seen_by_all_and_by_those_of_another_region(
    cards: Harness,
) -> None:
    assert found(cards, user=keeper_of("990102"), words="办公桌") == ["desk"]


def test_a_card_that_comes_in_again_is_found_by_its_new_name_alone(warehouse: Harness) -> None:
    [desk] = stocked(warehouse, 1, 资产名称="旧办公桌")
    received(warehouse, somebody(), item_ids=[desk.id])
    again = offer(warehouse, user=somebody(), asset_code=desk.asset.asset_code, name="会议桌")
    accept(warehouse, again)
    assert found(warehouse, words="旧") == found(warehouse, words="办公") == []
    assert found(warehouse, words="会议") == [desk.asset.asset_code.lower()]
    assert found(warehouse, words="桌") == [desk.asset.asset_code.lower()]
