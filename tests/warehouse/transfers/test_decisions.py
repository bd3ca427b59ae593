"""What becomes of a request: withdrawn, returned, answered anew, never for more than consented."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import Conflict, DomainError, IllegalState, InvalidInput
from chassis.testing import Harness
from guanjia.warehouse.v1 import events_pb2
from guanjia.warehouse.v1 import items_pb2 as ip
from guanjia.warehouse.v1 import transfers_pb2 as pb
from tests.refusals import refusal
from tests.together import together
from tests.warehouse.factories import (
    accept,
    asked,
    card,
    create_store,
    decide,
    granted,
    imported,
    item_cells,
    offer,
    received,
    somebody,
    stocked,
)

pytestmark = pytest.mark.row("W03")
UNIT, OTHER = somebody("u-7"), somebody("u-8")
NEED = {"class_code": "A0501", "quantity": 1}


def read(warehouse: Harness, transfer: Any) -> Any:
    return warehouse.call("get_transfer", transfer_id=transfer.id)


def got(transfer: Any) -> list[str]:
    """The items of the lines that are reserved."""
    reserved = pb.TRANSFER_LINE_STATE_RESERVED
    return [each.item_id for each in transfer.lines if each.state == reserved]


def change(warehouse: Harness, method: str, transfer: Any, **fields: Any) -> Any:
    return warehouse.call(method, user=UNIT, transfer_id=transfer.id, **fields)


@pytest.mark.parametrize("begun", ["draft", "submitted", "approved"])
def test_a_request_is_withdrawn_before_anything_is_handed_over(
    warehouse: Harness, begun: str
) -> None:
    [desk] = stocked(warehouse, 1)
    fields = {"reason": "新增", "to_place": "301", "item_ids": [desk.id]}
    if begun == "draft":
        transfer = warehouse.call("create_transfer", user=UNIT, **fields)
    else:
        transfer = (asked if begun == "submitted" else granted)(warehouse, UNIT, **fields)
    ended = change(warehouse, "withdraw_transfer", transfer)
    assert ended.state == pb.TRANSFER_STATE_WITHDRAWN
    assert [each.state for each in ended.lines] == [pb.TRANSFER_LINE_STATE_DROPPED]
    assert not ended.HasField("due_at")
    assert card(warehouse, desk.id).state == ip.ITEM_STATE_IN_STOCK
    assert not warehouse.call("list_custody_lines").lines
    if begun == "submitted":
        given = {"approval_id": transfer.approval_id, "decision": "DECISION_APPROVE"}
        told = refusal(warehouse, "decide_approval", IllegalState, **given)
        assert told[0] == "ILLEGAL_STATE"
    assert granted(warehouse, OTHER, item_ids=[desk.id]).state == pb.TRANSFER_STATE_APPROVED


@pytest.mark.parametrize("end", ["completed", "rejected", "withdrawn"])
def test_what_ended_is_changed_no_more(warehouse: Harness, end: str) -> None:
    [desk] = stocked(warehouse, 1)
    if end == "completed":
        transfer = received(warehouse, UNIT, item_ids=[desk.id])
    else:
        transfer = asked(warehouse, UNIT, item_ids=[desk.id])
        if end == "rejected":
            decide(warehouse, transfer.approval_id, "REJECT")
        else:
            change(warehouse, "withdraw_transfer", transfer)
    again = {"reason": "新增", "to_place": "301", "item_ids": [desk.id]}
    for method, fields in (
        ("submit_transfer", {}),
        ("update_transfer", again),
        ("withdraw_transfer", {}),
        ("receive_transfer", {}),
    ):
        told = refusal(warehouse, method, IllegalState, transfer_id=transfer.id, **fields)
        assert told == ("ILLEGAL_STATE", ["state"])


def test_a_returned_request_is_corrected_and_submitted_again(warehouse: Harness) -> None:
    desk, chair = stocked(warehouse, 2)
    transfer = asked(warehouse, UNIT, item_ids=[desk.id])
    decide(warehouse, transfer.approval_id, "RETURN")
    back = read(warehouse, transfer)
    assert (back.state, back.decision_note) == (pb.TRANSFER_STATE_DRAFT, "材料不全")
    corrected = change(
        warehouse,
        "update_transfer",
        back,
        reason="调整",
        to_place="五楼",
        item_ids=[chair.id],
        etag=back.etag,
    )
    assert [each.item_id for each in corrected.lines] == [chair.id]
    stale = {"transfer_id": back.id, "etag": back.etag, "reason": "再调", "to_place": "一楼"}
    told = refusal(warehouse, "update_transfer", Conflict, item_ids=[desk.id], **stale)
    assert told == ("STALE", ["etag"])
    again = change(warehouse, "submit_transfer", corrected)
    assert again.approval_id != transfer.approval_id
    decide(warehouse, again.approval_id)
    assert got(read(warehouse, again)) == [chair.id]
    assert card(warehouse, desk.id).state == ip.ITEM_STATE_IN_STOCK
    assert len(warehouse.facts(events_pb2.TransferRequested)) == 2


def test_who_corrected_a_request_does_not_decide_it(warehouse: Harness) -> None:
    [desk] = stocked(warehouse, 1)
    draft = warehouse.call(
        "create_transfer", user=UNIT, reason="新增", to_place="301", item_ids=[desk.id]
    )
    helper = somebody("u-7", subject="helper")
    again = {"reason": "新增", "to_place": "302", "item_ids": [desk.id]}
    warehouse.call("update_transfer", user=helper, transfer_id=draft.id, **again)
    transfer = change(warehouse, "submit_transfer", draft)
    for user in (UNIT, helper):
        with pytest.raises(DomainError):
            decide(warehouse, transfer.approval_id, user=user)
    decide(warehouse, transfer.approval_id)
    assert read(warehouse, transfer).state == pb.TRANSFER_STATE_APPROVED


def test_a_rejected_request_is_told_and_its_lines_are_no_custody(warehouse: Harness) -> None:
    [desk] = stocked(warehouse, 1)
    transfer = asked(warehouse, UNIT, item_ids=[desk.id])
    decide(warehouse, transfer.approval_id, "REJECT")
    [told] = warehouse.facts(events_pb2.TransferDecided)
    assert (told.state, list(told.item_ids)) == (pb.TRANSFER_STATE_REJECTED, [])
    assert not warehouse.call("list_custody_lines").lines


def test_what_somebody_else_got_is_asked_for_no_more(warehouse: Harness) -> None:
    [desk] = stocked(warehouse, 1)
    fields = {"reason": "新增", "to_place": "301", "item_ids": [desk.id]}
    draft = warehouse.call("create_transfer", user=UNIT, **fields)
    granted(warehouse, OTHER, item_ids=[desk.id])
    told = refusal(warehouse, "submit_transfer", InvalidInput, transfer_id=draft.id)
    assert told == ("ITEM_NOT_IN_STOCK", ["lines.0.item_id"])
    told = refusal(warehouse, "create_transfer", InvalidInput, user=UNIT, **fields)
    assert told == ("ITEM_NOT_IN_STOCK", ["item_ids.0"])


def test_a_need_is_answered_anew_when_its_item_is_gone(warehouse: Harness) -> None:
    first, second = stocked(warehouse, 2)
    transfer = asked(warehouse, UNIT, need=NEED)
    assert [each.item_id for each in transfer.lines] == [first.id]
    granted(warehouse, OTHER, item_ids=[first.id])
    decide(warehouse, transfer.approval_id)
    assert got(read(warehouse, transfer)) == [second.id]


def priced(warehouse: Harness, *yuan: str) -> list[str]:
    """The ids of desks worth so much, in one store."""
    store = create_store(warehouse)
    imported(warehouse, *(item_cells(store.code, **{"入仓价值（元）": each}) for each in yuan))
    return [each.id for each in warehouse.call("list_items", store_id=store.id).items]


def test_what_replaces_is_worth_no_more_and_as_many_as_can_be_are_replaced(
    warehouse: Harness,
) -> None:
    cheap, dear, *rest = priced(warehouse, "100", "900", "800", "800", "50", "901")
    near = {"need": NEED | {"quantity": 2}}
    transfer = asked(warehouse, UNIT, **near)
    assert {each.item_id for each in transfer.lines} == {cheap, dear}
    granted(warehouse, OTHER, item_ids=[cheap, dear])
    decide(warehouse, transfer.approval_id)
    found = {each.value_fen for each in read(warehouse, transfer).lines}
    assert found == {5_000, 80_000}
    assert rest[3] not in got(read(warehouse, transfer))


def test_nothing_dearer_is_given_instead(warehouse: Harness) -> None:
    [desk, *_] = priced(warehouse, "100", "101")
    transfer = asked(warehouse, UNIT, need=NEED)
    granted(warehouse, OTHER, item_ids=[desk])
    decide(warehouse, transfer.approval_id)
    assert read(warehouse, transfer).state == pb.TRANSFER_STATE_UNMET
    [*_, told] = warehouse.facts(events_pb2.TransferDecided)
    assert list(told.missed_item_ids) == [desk]


def test_a_card_that_came_back_dearer_was_not_consented_to(warehouse: Harness) -> None:
    [desk] = priced(warehouse, "100")
    fields = {"reason": "新增", "to_place": "301", "item_ids": [desk]}
    draft = warehouse.call("create_transfer", user=UNIT, **fields)
    submitted = asked(warehouse, UNIT, item_ids=[desk])
    received(warehouse, OTHER, item_ids=[desk])
    code = card(warehouse, desk).asset.asset_code
    accept(warehouse, offer(warehouse, user=OTHER, asset_code=code), value_fen=90_000)
    decide(warehouse, submitted.approval_id)
    assert read(warehouse, submitted).state == pb.TRANSFER_STATE_UNMET
    again = change(warehouse, "submit_transfer", draft)
    assert [each.value_fen for each in again.lines] == [90_000]
    approval = warehouse.call("get_approval", approval_id=again.approval_id)
    assert approval.amount_fen == 90_000


def test_approval_and_withdrawal_at_once_leave_one_truth(warehouse: Harness) -> None:
    [desk] = stocked(warehouse, 1)
    transfer = asked(warehouse, UNIT, item_ids=[desk.id])
    together(
        lambda: decide(warehouse, transfer.approval_id),
        lambda: change(warehouse, "withdraw_transfer", transfer),
    )
    end, held = read(warehouse, transfer).state, card(warehouse, desk.id).state
    assert (end, held) in (
        (pb.TRANSFER_STATE_WITHDRAWN, ip.ITEM_STATE_IN_STOCK),
        (pb.TRANSFER_STATE_APPROVED, ip.ITEM_STATE_RESERVED),
    )


def test_a_need_nothing_answers_and_a_caller_of_no_unit_are_told_so(warehouse: Harness) -> None:
    fields = {"reason": "新增", "to_place": "301", "need": NEED}
    told = refusal(warehouse, "create_transfer", IllegalState, user=UNIT, **fields)
    assert told == ("NOTHING_FITS", [])
    stocked(warehouse, 1)
    told = refusal(warehouse, "create_transfer", IllegalState, **fields)
    assert told == ("NO_UNIT", [])
