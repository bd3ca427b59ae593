"""What may be done with savings."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.errors import (
    AlreadyExists,
    Conflict,
    DomainError,
    IllegalState,
    InvalidInput,
    NotFound,
)
from chassis.principal import Principal, Realm
from chassis.testing import Harness
from guanjia.warehouse.v1 import savings_pb2 as pb
from tests.refusals import refusal
from tests.together import together
from tests.warehouse.factories import (
    accept,
    asked,
    asset_fields,
    decide,
    granted,
    received,
    somebody,
    stocked,
)

NOBODY = "0190b6e0-7d5c-7a3e-8f00-0123456789ab"
UNITS = ("0190b6e0-7d5c-7a3e-8f00-000000000007", "0190b6e0-7d5c-7a3e-8f00-000000000008")
pytestmark = pytest.mark.row("W04")


def owner(number: int = 0, **changes: Any) -> Principal:
    return somebody(UNITS[number], **changes)


def book(warehouse: Harness, line: Any, **fields: Any) -> Any:
    fields = {"market_price_fen": 450_000, "market_source": "电商平台询价"} | fields
    return warehouse.call("book_saving", transfer_line_id=line.id, **fields)


def received_line(warehouse: Harness, user: Principal | None = None, **changes: Any) -> Any:
    [item] = stocked(warehouse, 1, **changes)
    return received(warehouse, user or owner(), item_ids=[item.id]).lines[0]


def set_norm(warehouse: Harness, kind: str, key: str, value: str, **fields: Any) -> None:
    given = {"valid_from": "2026-01-01", "source": "云资〔2026〕1号"} | fields
    warehouse.call("set_norm", kind=f"warehouse.{kind}", key=key, value=value, **given)


def test_a_saving_keeps_its_whole_basis(warehouse: Harness) -> None:
    [desk] = stocked(warehouse, 1)
    transfer = received(warehouse, owner(), item_ids=[desk.id])
    [line] = transfer.lines
    saved = book(warehouse, line, move_cost_fen=5_000, repair_cost_fen=10_000)
    assert warehouse.call("get_saving", saving_id=saved.id) == saved
    assert (saved.price_cap_fen, saved.market_price_fen, saved.price_fen) == (
        300_000,
        450_000,
        300_000,
    )
    assert "财资〔2016〕27号" in saved.price_cap_source
    assert (saved.market_source, saved.condition_ratio) == ("电商平台询价", 0.8)
    assert saved.condition_ratio_source == "本平台建议值，启用前由本级机关事务管理部门核定"
    assert (saved.move_cost_fen, saved.repair_cost_fen, saved.saving_fen) == (
        5_000,
        10_000,
        225_000,
    )
    assert (saved.code, saved.transfer_code, saved.item_id) == (
        "JY-2026-000001",
        transfer.code,
        desk.id,
    )
    assert (saved.unit_id, saved.unit_name, saved.from_unit_name) == (
        UNITS[0],
        f"单位 {UNITS[0]}",
        "云澜市机关事务管理局",
    )
    assert (saved.store_id, saved.store_name) == (desk.store_id, "公物仓一号库")
    assert (saved.class_code, saved.stay, saved.booked_by) == ("A05010201", 1, "clerk")
    assert (saved.received_on, saved.booked_on) == ("2026-03-02", "2026-03-02")


@pytest.mark.parametrize(
    ("changes", "market", "price", "saving"),
    [
        ({}, 260_000, 260_000, 208_000),
        ({}, 0, 300_000, 240_000),
        ({"分类代码": "A02010299", "成色": "全新"}, 99_999, 99_999, 99_999),
        ({"分类代码": "A02010299", "成色": "一般"}, 12_345, 12_345, 7_407),
    ],
    ids=["market-below-cap", "no-market", "no-cap", "rounded"],
)
def test_the_lower_one_of_cap_and_market_price_counts(
    warehouse: Harness, changes: dict[str, str], market: int, price: int, saving: int
) -> None:
    line = received_line(warehouse, **changes)
    saved = book(warehouse, line, market_price_fen=market)
    assert (saved.price_fen, saved.saving_fen) == (price, saving)
    assert saved.HasField("price_cap_fen") == ("分类代码" not in changes)


def test_the_nearest_cap_of_the_day_of_receipt_counts(warehouse: Harness) -> None:
    set_norm(warehouse, "price_cap", "A05", "100")
    set_norm(warehouse, "price_cap", "A05010201", "2000", region_code="990100")
    set_norm(warehouse, "price_cap", "A05010201", "1000", region_code="990200")
    line = received_line(warehouse)
    warehouse.clock.advance(days=2)
    later = {"region_code": "990100", "valid_from": "2026-03-03"}
    set_norm(warehouse, "price_cap", "A05010201", "1500", **later)
    saved = book(warehouse, line)
    assert (saved.price_cap_fen, saved.price_cap_source) == (200_000, "云资〔2026〕1号")
    other = received_line(warehouse)
    assert book(warehouse, other).price_cap_fen == 150_000
    shelf = received_line(warehouse, 分类代码="A05010599")
    assert book(warehouse, shelf).price_cap_fen == 10_000


def test_a_factor_that_makes_more_of_a_price_than_it_is_is_refused(warehouse: Harness) -> None:
    line = received_line(warehouse)
    set_norm(warehouse, "condition_factor", "good", "80")
    told = refusal(warehouse, "book_saving", IllegalState, transfer_line_id=line.id)
    assert told[0] == "FACTOR_ABOVE_ONE"
    assert warehouse.count("savings") == 0


def test_costs_above_the_worth_are_booked_as_they_are(warehouse: Harness) -> None:
    saved = book(warehouse, received_line(warehouse, 成色="损坏"), move_cost_fen=2_500)
    assert saved.saving_fen == -2_500


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        ({"transfer_line_id": "1"}, "transfer_line_id", "INVALID_ID"),
        ({"market_price_fen": -1}, "market_price_fen", "OUT_OF_RANGE"),
        ({"market_source": " "}, "market_source", "REQUIRED"),
        ({"move_cost_fen": -1}, "move_cost_fen", "OUT_OF_RANGE"),
        ({"repair_cost_fen": -1}, "repair_cost_fen", "OUT_OF_RANGE"),
    ],
)
def test_what_breaks_a_rule_is_refused_by_field(
    warehouse: Harness, fields: dict[str, Any], field: str, reason: str
) -> None:
    given = {"transfer_line_id": NOBODY, "market_price_fen": 1, "market_source": "询价"} | fields
    assert refusal(warehouse, "book_saving", InvalidInput, **given) == (reason, [field])


def test_without_cap_and_market_price_nothing_is_booked(warehouse: Harness) -> None:
    line = received_line(warehouse, 分类代码="A02010299")
    told = refusal(warehouse, "book_saving", InvalidInput, transfer_line_id=line.id)
    assert told == ("NO_PRICE", ["market_price_fen"])


def test_only_what_was_received_is_booked(warehouse: Harness) -> None:
    desks = stocked(warehouse, 2)
    ids = [each.id for each in desks]
    [first, second] = (asked(warehouse, owner(n), item_ids=ids[:1]) for n in (0, 1))
    decide(warehouse, first.approval_id)
    decide(warehouse, second.approval_id)
    missed = warehouse.call("get_transfer", transfer_id=second.id).lines[0]
    reserved = warehouse.call("get_transfer", transfer_id=first.id).lines[0]
    transfer = granted(warehouse, owner(), item_ids=ids[1:])
    warehouse.call("hand_over_transfer", user="keeper", transfer_id=transfer.id)
    bad = {"line_id": transfer.lines[0].id, "reason": "REFUSAL_REASON_DAMAGED"}
    warehouse.call("receive_transfer", transfer_id=transfer.id, refusals=[bad])
    for line in (missed, reserved, transfer.lines[0]):
        told = refusal(warehouse, "book_saving", IllegalState, transfer_line_id=line.id)
        assert told == ("ILLEGAL_STATE", ["state"])
    told = refusal(warehouse, "book_saving", NotFound, transfer_line_id=NOBODY)
    assert told == ("NOT_FOUND", ["transfer_line_id"])


def test_a_line_is_booked_once_however_many_ask_at_once(warehouse: Harness) -> None:
    line = received_line(warehouse)
    outcomes = together(*(lambda: book(warehouse, line) for _ in range(4)))
    assert len([each for each in outcomes if isinstance(each, pb.Saving)]) == 1
    refused = [each.reason for each in outcomes if isinstance(each, DomainError)]
    assert refused == ["ALREADY_BOOKED"] * 3
    told = refusal(warehouse, "book_saving", AlreadyExists, transfer_line_id=line.id)
    assert told == ("ALREADY_BOOKED", ["transfer_line_id"])
    assert len(warehouse.call("list_savings").savings) == 1


def test_an_item_counts_again_only_after_it_came_in_again(warehouse: Harness) -> None:
    [desk] = stocked(warehouse, 1)
    [line] = received(warehouse, owner(), item_ids=[desk.id]).lines
    book(warehouse, line)
    given = {"item_ids": [desk.id], "reason": "调剂", "to_place": "301"}
    told = refusal(warehouse, "create_transfer", InvalidInput, user=owner(1), **given)
    assert told[0] == "ITEM_NOT_IN_STOCK"
    come_in_again(warehouse, desk, owner())
    told = refusal(warehouse, "book_saving", IllegalState, transfer_line_id=line.id)
    assert told[0] == "CAME_IN_AGAIN"
    [again] = received(warehouse, owner(1), item_ids=[desk.id]).lines
    second = book(warehouse, again)
    assert (second.stay, second.unit_id) == (2, UNITS[1])
    assert len(warehouse.call("list_savings", item_id=desk.id).savings) == 2


def come_in_again(warehouse: Harness, desk: Any, user: Principal) -> None:
    fields = asset_fields(asset_code=desk.asset.asset_code)
    accept(warehouse, warehouse.call("offer_asset", user=user, asset=fields))


def test_a_reversal_takes_an_entry_back_once_and_it_may_be_booked_anew(warehouse: Harness) -> None:
    line = received_line(warehouse)
    saved = book(warehouse, line, move_cost_fen=5_000, repair_cost_fen=10_000)
    warehouse.clock.advance(days=1)
    taken = warehouse.call("reverse_saving", saving_id=saved.id, reason="成色登记有误", user="wang")
    assert (taken.reverses_id, taken.reason, taken.booked_by) == (saved.id, "成色登记有误", "wang")
    assert (taken.booked_on, taken.saving_fen, taken.price_fen) == (
        "2026-03-03",
        -225_000,
        -300_000,
    )
    assert (taken.price_cap_fen, taken.market_price_fen) == (300_000, 450_000)
    kept = warehouse.call("get_saving", saving_id=saved.id)
    assert (kept.reversal_id, kept.saving_fen) == (taken.id, 225_000)
    for each, reason in ((saved, "ALREADY_REVERSED"), (taken, "IS_REVERSAL")):
        fields = {"saving_id": each.id, "reason": "重复"}
        assert refusal(warehouse, "reverse_saving", IllegalState, **fields)[0] == reason
    anew = book(warehouse, line, market_price_fen=100_000)
    assert anew.saving_fen == 80_000
    told = refusal(warehouse, "book_saving", AlreadyExists, transfer_line_id=line.id)
    assert told[0] == "ALREADY_BOOKED"
    assert sum(each.saving_fen for each in warehouse.call("list_savings").savings) == 80_000


def test_of_four_who_reverse_at_once_one_does(warehouse: Harness) -> None:
    saved = book(warehouse, received_line(warehouse))
    given = {"saving_id": saved.id, "reason": "误登"}
    outcomes = together(*(lambda: warehouse.call("reverse_saving", **given) for _ in range(4)))
    assert len([each for each in outcomes if isinstance(each, pb.Saving)]) == 1
    reasons = [each.reason for each in outcomes if isinstance(each, DomainError)]
    assert reasons == ["ALREADY_REVERSED"] * 3


def test_a_reversal_says_why_and_of_which_entry(warehouse: Harness) -> None:
    saved = book(warehouse, received_line(warehouse))
    no_reason = {"saving_id": saved.id, "reason": " "}
    told = refusal(warehouse, "reverse_saving", InvalidInput, **no_reason)
    assert told == ("REQUIRED", ["reason"])
    stale = {"saving_id": saved.id, "reason": "误登", "etag": "9"}
    assert refusal(warehouse, "reverse_saving", Conflict, **stale) == ("STALE", ["etag"])
    nobody = {"saving_id": NOBODY, "reason": "误登"}
    assert refusal(warehouse, "reverse_saving", NotFound, **nobody)[0] == "NOT_FOUND"
    assert refusal(warehouse, "get_saving", NotFound, saving_id=NOBODY)[0] == "NOT_FOUND"


def test_what_is_received_on_the_last_day_and_booked_on_the_first_is_of_the_new_year(
    warehouse: Harness,
) -> None:
    warehouse.clock.at = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
    line = received_line(warehouse)
    warehouse.clock.at = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    saved = book(warehouse, line)
    assert (saved.received_on, saved.booked_on) == ("2026-12-31", "2027-01-01")
    assert saved.code == "JY-2027-000001"
    assert not warehouse.call("list_savings", year=2026).savings
    assert warehouse.call("list_savings", year=2027, month=1).savings == [saved]


def test_a_unit_sees_its_own_savings(warehouse: Harness) -> None:
    saved = book(warehouse, received_line(warehouse))
    theirs = replace(owner(), scope=(Realm("990101", frozenset({UNITS[0]})),))
    others = replace(owner(1), scope=(Realm("990101", frozenset({UNITS[1]})),))
    assert warehouse.call("list_savings", user=theirs).savings == [saved]
    assert not warehouse.call("list_savings", user=others).savings


def test_a_month_is_asked_for_with_its_year(warehouse: Harness) -> None:
    told = refusal(warehouse, "list_savings", InvalidInput, month=3)
    assert told == ("REQUIRED", ["year"])
