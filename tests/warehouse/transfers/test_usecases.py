"""What may be done with transfers, from asking to receiving."""

from __future__ import annotations

import pytest

from chassis.errors import DomainError, IllegalState, InvalidInput, NotFound
from chassis.testing import Harness
from guanjia.warehouse.v1 import events_pb2
from guanjia.warehouse.v1 import items_pb2 as ip
from guanjia.warehouse.v1 import transfers_pb2 as pb
from tests.refusals import refusal
from tests.together import together
from tests.warehouse.factories import asked, decide, granted, received, somebody, stocked

pytestmark = pytest.mark.row("W03")


def item(warehouse: Harness, item_id: str) -> ip.Item:
    found: ip.Item = warehouse.call("get_item", item_id=item_id)
    return found


def test_ownership_changes_at_receipt_not_at_approval(warehouse: Harness) -> None:
    [desk] = stocked(warehouse, 1)
    unit = somebody("u-7")
    transfer = granted(warehouse, unit, item_ids=[desk.id])
    reserved = item(warehouse, desk.id)
    assert (reserved.state, reserved.owner_name) == (ip.ITEM_STATE_RESERVED, desk.owner_name)
    sent = warehouse.call("hand_over_transfer", user="keeper", transfer_id=transfer.id)
    assert sent.state == pb.TRANSFER_STATE_IN_TRANSIT
    under_way = item(warehouse, desk.id)
    assert (under_way.state, under_way.owner_name) == (ip.ITEM_STATE_IN_TRANSIT, desk.owner_name)
    done = warehouse.call("receive_transfer", user=unit, transfer_id=transfer.id)
    assert done.state == pb.TRANSFER_STATE_COMPLETED
    theirs = item(warehouse, desk.id)
    assert (theirs.state, theirs.owner_name) == (ip.ITEM_STATE_IN_USE, "单位 u-7")
    assert (theirs.store_id, theirs.place, theirs.unit_id) == ("", "三楼 301", "u-7")


def test_of_two_units_that_ask_for_the_last_desk_one_gets_it(warehouse: Harness) -> None:
    [desk] = stocked(warehouse, 1)
    transfers = [asked(warehouse, somebody(f"u-{n}"), item_ids=[desk.id]) for n in (1, 2)]
    outcomes = together(
        *(lambda each=each: decide(warehouse, each.approval_id) for each in transfers)
    )
    assert not [each for each in outcomes if isinstance(each, DomainError)]
    states = [warehouse.call("get_transfer", transfer_id=each.id).state for each in transfers]
    assert sorted(states) == [pb.TRANSFER_STATE_APPROVED, pb.TRANSFER_STATE_UNMET]
    told = {each.transfer_code: each for each in warehouse.facts(events_pb2.TransferDecided)}
    assert sorted(list(each.item_ids) for each in told.values()) == [[], [desk.id]]
    assert sorted(list(each.missed_item_ids) for each in told.values()) == [[], [desk.id]]


def test_fifty_units_that_need_one_of_twenty_desks_get_exactly_twenty(warehouse: Harness) -> None:
    stocked(warehouse, 20)
    need = {"class_code": "A0501", "quantity": 1}
    transfers = [asked(warehouse, somebody(f"u-{n}"), need=need) for n in range(50)]
    together(*(lambda each=each: decide(warehouse, each.approval_id) for each in transfers))
    found = [warehouse.call("get_transfer", transfer_id=each.id) for each in transfers]
    got = [each for each in found if each.state == pb.TRANSFER_STATE_APPROVED]
    missed = [each for each in found if each.state == pb.TRANSFER_STATE_UNMET]
    assert (len(got), len(missed)) == (20, 30)
    assert len({line.item_id for each in got for line in each.lines}) == 20


def test_a_refused_receipt_returns_the_item(warehouse: Harness) -> None:
    desk, chair = stocked(warehouse, 2)
    unit = somebody()
    transfer = granted(warehouse, unit, item_ids=[desk.id, chair.id])
    warehouse.call("hand_over_transfer", user="keeper", transfer_id=transfer.id)
    bad = {"line_id": transfer.lines[0].id, "reason": "REFUSAL_REASON_DAMAGED", "remark": "缺腿"}
    done = warehouse.call("receive_transfer", user=unit, transfer_id=transfer.id, refusals=[bad])
    assert done.state == pb.TRANSFER_STATE_COMPLETED
    back = item(warehouse, desk.id)
    assert (back.state, back.store_id, back.place) == (
        ip.ITEM_STATE_IN_STOCK,
        desk.store_id,
        desk.place,
    )
    assert back.owner_name == desk.owner_name
    assert item(warehouse, chair.id).unit_id == "u-7"
    [told] = warehouse.facts(events_pb2.TransferReceived)
    assert (list(told.item_ids), list(told.refused_item_ids)) == ([chair.id], [desk.id])


def test_a_withdrawn_transfer_frees_what_is_reserved(warehouse: Harness) -> None:
    [desk] = stocked(warehouse, 1)
    transfer = granted(warehouse, somebody(), item_ids=[desk.id])
    ended = warehouse.call("withdraw_transfer", user=somebody(), transfer_id=transfer.id)
    assert ended.state == pb.TRANSFER_STATE_WITHDRAWN
    assert item(warehouse, desk.id).state == ip.ITEM_STATE_IN_STOCK
    [fact] = warehouse.facts(events_pb2.TransferWithdrawn)
    assert (fact.transfer_id, list(fact.item_ids)) == (transfer.id, [desk.id])
    told = refusal(warehouse, "withdraw_transfer", IllegalState, transfer_id=transfer.id)
    assert told == ("ILLEGAL_STATE", ["state"])


def test_the_life_of_a_card_is_told_in_order(warehouse: Harness) -> None:
    [desk] = stocked(warehouse, 1)
    transfer = received(warehouse, somebody(), item_ids=[desk.id])
    life = warehouse.call("list_movements", item_id=desk.id).movements
    assert [ip.MovementKind.Name(each.kind).removeprefix("MOVEMENT_KIND_") for each in life] == [
        "OPENING",
        "RESERVATION",
        "HAND_OVER",
        "RECEIPT",
    ]
    assert not life[0].HasField("before")
    assert {each.document_code for each in life[1:]} == {transfer.code}
    assert (life[-1].before.store_id, life[-1].after.store_id) == (desk.store_id, "")


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        ({}, "item_ids", "ONE_OF_BOTH"),
        ({"item_ids": ["1"]}, "item_ids.0", "INVALID_ID"),
        ({"need": {"quantity": 1}}, "need.class_code", "REQUIRED"),
        ({"need": {"class_code": "A05"}}, "need.quantity", "OUT_OF_RANGE"),
        ({"need": {"class_code": "A05", "quantity": 201}}, "need.quantity", "OUT_OF_RANGE"),
    ],
    ids=["nothing", "no-id", "no-class", "none", "too-many"],
)
def test_what_is_asked_for_must_be_said(
    warehouse: Harness, fields: dict[str, object], field: str, reason: str
) -> None:
    given = {"reason": "新增", "to_place": "301", **fields}
    assert refusal(warehouse, "create_transfer", InvalidInput, **given) == (reason, [field])


def test_what_is_not_there_is_not_found(warehouse: Harness) -> None:
    nobody = "0190b6e0-7d5c-7a3e-8f00-0123456789ab"
    for method in ("get_transfer", "submit_transfer", "withdraw_transfer", "receive_transfer"):
        told = refusal(warehouse, method, NotFound, transfer_id=nobody)
        assert told == ("NOT_FOUND", ["transfer_id"])
