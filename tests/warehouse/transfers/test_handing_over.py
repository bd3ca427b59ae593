"""Who hands over, who receives, what is refused: line by line."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import Conflict, IllegalState, InvalidInput, NotFound, PermissionDenied
from chassis.testing import Harness
from guanjia.warehouse.v1 import events_pb2
from guanjia.warehouse.v1 import items_pb2 as ip
from guanjia.warehouse.v1 import transfers_pb2 as pb
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
UNIT = somebody()


def states(transfer: Any) -> list[str]:
    names = (pb.TransferLineState.Name(each.state) for each in transfer.lines)
    return [each.removeprefix("TRANSFER_LINE_STATE_") for each in names]


def hand_over(warehouse: Harness, transfer: Any, *lines: int, user: Any = "keeper") -> Any:
    ids = [transfer.lines[each].id for each in lines]
    return warehouse.call("hand_over_transfer", user=user, transfer_id=transfer.id, line_ids=ids)


def receive(warehouse: Harness, transfer: Any, *lines: int, refuses: tuple[int, ...] = ()) -> Any:
    return warehouse.call(
        "receive_transfer",
        user=UNIT,
        transfer_id=transfer.id,
        line_ids=[transfer.lines[each].id for each in lines],
        refusals=[refused(transfer, each) for each in refuses],
    )


def refused(transfer: Any, number: int, **changes: Any) -> dict[str, Any]:
    line = transfer.lines[number].id
    return {"line_id": line, "reason": "REFUSAL_REASON_DAMAGED", "remark": "缺腿"} | changes


@pytest.fixture
def three(warehouse: Harness) -> Any:
    """A transfer of three desks that was approved."""
    desks = stocked(warehouse, 3)
    return granted(warehouse, UNIT, item_ids=[each.id for each in desks])


def test_who_gives_is_told_of_the_transfer_what_custody_lines_tell(warehouse: Harness) -> None:
    giver, other = a_unit(warehouse), a_unit(warehouse)
    own, foreign = (in_virtual_store(warehouse, each) for each in (giver, other))
    transfer = granted(warehouse, UNIT, item_ids=[foreign.id, own.id], reason="涉密搬迁")
    told = hand_over(warehouse, transfer, user=giver)
    after = warehouse.call("get_transfer", transfer_id=transfer.id)
    assert told == pb.Transfer(
        id=transfer.id,
        code=transfer.code,
        state=pb.TRANSFER_STATE_APPROVED,
        unit_id=UNIT.unit_id,
        unit_name=UNIT.unit_name,
        to_place=transfer.to_place,
        lines=[after.lines[1]],
        etag=after.etag,
    )


def test_a_stranger_does_not_learn_of_a_transfer_by_its_etag(
    warehouse: Harness, three: Any
) -> None:
    fields = {"user": a_unit(warehouse), "transfer_id": three.id, "etag": "999"}
    told = refusal(warehouse, "hand_over_transfer", NotFound, **fields)
    assert told == ("NOT_FOUND", ["transfer_id"])


def test_each_keeper_hands_over_what_is_theirs(warehouse: Harness) -> None:
    city = keeper_of("9901")
    [desk] = stocked(warehouse, 1, region_code="990100")
    giver = a_unit(warehouse, region_code="990103")
    theirs = in_virtual_store(warehouse, giver)
    transfer = granted(warehouse, UNIT, item_ids=[desk.id, theirs.id])
    with pytest.raises(PermissionDenied):
        hand_over(warehouse, transfer, 0, user=giver)
    first = hand_over(warehouse, transfer, user=giver)
    assert states(first) == ["IN_TRANSIT"]
    assert first.state == pb.TRANSFER_STATE_APPROVED
    again = refusal(
        warehouse, "hand_over_transfer", IllegalState, user=giver, transfer_id=transfer.id
    )
    assert again == ("ILLEGAL_STATE", ["state"])
    both = hand_over(warehouse, transfer, user=city)
    assert states(both) == ["IN_TRANSIT", "IN_TRANSIT"]
    assert both.state == pb.TRANSFER_STATE_IN_TRANSIT
    assert [each.handed_over_by for each in both.lines] == [city.subject, giver.subject]


def test_what_arrives_first_is_received_first(warehouse: Harness, three: Any) -> None:
    hand_over(warehouse, three, 0, 1)
    part = receive(warehouse, three, 1)
    assert states(part) == ["IN_TRANSIT", "RECEIVED", "RESERVED"]
    assert part.state == pb.TRANSFER_STATE_APPROVED
    hand_over(warehouse, three, 2)
    done = receive(warehouse, three, refuses=(2,))
    assert states(done) == ["RECEIVED", "RECEIVED", "REFUSED"]
    assert done.state == pb.TRANSFER_STATE_COMPLETED
    told = [
        (len(each.item_ids), len(each.refused_item_ids))
        for each in warehouse.facts(events_pb2.TransferReceived)
    ]
    assert told == [(1, 0), (1, 1)]


def test_all_may_be_refused_and_all_are_back_in_stock(warehouse: Harness, three: Any) -> None:
    hand_over(warehouse, three)
    done = receive(warehouse, three, refuses=(0, 1, 2))
    assert done.state == pb.TRANSFER_STATE_REFUSED
    assert states(done) == ["REFUSED"] * 3
    assert not done.HasField("due_at")
    for line in done.lines:
        assert card(warehouse, line.item_id).state == ip.ITEM_STATE_IN_STOCK
    [told] = warehouse.facts(events_pb2.TransferReceived)
    assert (len(told.item_ids), len(told.refused_item_ids)) == (0, 3)


def test_nothing_is_received_before_it_is_handed_over(warehouse: Harness, three: Any) -> None:
    for fields, reason in (
        ({}, "NOTHING_IN_TRANSIT"),
        ({"line_ids": [three.lines[0].id]}, "ILLEGAL_STATE"),
        ({"refusals": [refused(three, 0)]}, "ILLEGAL_STATE"),
    ):
        told = refusal(warehouse, "receive_transfer", IllegalState, transfer_id=three.id, **fields)
        assert told[0] == reason
    hand_over(warehouse, three, 0)
    receive(warehouse, three)
    told = refusal(warehouse, "receive_transfer", IllegalState, transfer_id=three.id)
    assert told[0] == "NOTHING_IN_TRANSIT"


def test_a_refusal_says_which_line_and_why(warehouse: Harness, three: Any) -> None:
    hand_over(warehouse, three)
    nobody = "0190b6e0-7d5c-7a3e-8f00-0123456789ab"
    for kind, fields, expected in (
        (
            InvalidInput,
            {"refusals": [refused(three, 0, reason="REFUSAL_REASON_OTHER", remark=" ")]},
            ("REQUIRED", ["refusals.0.remark"]),
        ),
        (
            InvalidInput,
            {"refusals": [refused(three, 0, reason=0)]},
            ("REQUIRED", ["refusals.0.reason"]),
        ),
        (
            InvalidInput,
            {"refusals": [refused(three, 0), refused(three, 0, remark="掉漆")]},
            ("DUPLICATE", ["refusals"]),
        ),
        (
            InvalidInput,
            {"refusals": [refused(three, 0)], "line_ids": [three.lines[0].id]},
            ("DUPLICATE", ["line_ids.0"]),
        ),
        (
            NotFound,
            {"refusals": [refused(three, 0, line_id=nobody)]},
            ("NOT_FOUND", ["refusals.0.line_id"]),
        ),
        (NotFound, {"line_ids": [nobody]}, ("NOT_FOUND", ["line_ids.0"])),
        (Conflict, {"etag": "1"}, ("STALE", ["etag"])),
    ):
        told = refusal(warehouse, "receive_transfer", kind, transfer_id=three.id, **fields)
        assert told == expected


def test_a_request_that_comes_twice_counts_once(warehouse: Harness, three: Any) -> None:
    for method, user in (("hand_over_transfer", "keeper"), ("receive_transfer", UNIT)):
        given = {"user": user, "transfer_id": three.id, "request_id": "same"}
        assert warehouse.call(method, **given) == warehouse.call(method, **given)
    assert len(warehouse.facts(events_pb2.TransferReceived)) == 1
    assert warehouse.count("movements") == 3 * 4


def test_r22_an_etag_somebody_overtook_is_refused(warehouse: Harness, three: Any) -> None:
    hand_over(warehouse, three, 0)
    stale = {"transfer_id": three.id, "etag": three.etag}
    for method in ("hand_over_transfer", "receive_transfer", "withdraw_transfer"):
        assert refusal(warehouse, method, Conflict, **stale) == ("STALE", ["etag"])


def test_what_is_handed_over_is_withdrawn_no_more_and_the_rest_is(
    warehouse: Harness, three: Any
) -> None:
    hand_over(warehouse, three, 0)
    rest = warehouse.call("withdraw_transfer", user=UNIT, transfer_id=three.id)
    assert rest.state == pb.TRANSFER_STATE_IN_TRANSIT
    assert states(rest) == ["IN_TRANSIT", "DROPPED", "DROPPED"]
    assert card(warehouse, three.lines[1].item_id).state == ip.ITEM_STATE_IN_STOCK
    told = refusal(warehouse, "withdraw_transfer", IllegalState, transfer_id=three.id)
    assert told == ("ILLEGAL_STATE", ["state"])
    assert receive(warehouse, three).state == pb.TRANSFER_STATE_COMPLETED
