"""W12: what is shared upwards goes to one who asks, wherever they are; who may see what."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import DomainError, InvalidInput, NotFound
from chassis.testing import Harness
from guanjia.warehouse.v1 import events_pb2
from guanjia.warehouse.v1 import items_pb2 as ip
from guanjia.warehouse.v1 import transfers_pb2 as pb
from tests.refusals import refusal
from tests.together import together
from tests.warehouse.factories import (
    a_unit,
    asked,
    card,
    decide,
    granted,
    in_virtual_store,
    keeper_of,
    merges,
    stocked,
)

pytestmark = pytest.mark.row("W12")


@pytest.fixture
def desk(warehouse: Harness) -> Any:
    """The desk of a district, shared with its whole city."""
    [only] = stocked(warehouse, 1, region_code="990101")
    warehouse.call("share_items", user=keeper_of("990101"), item_ids=[only.id], reach="9901")
    [told] = warehouse.facts(events_pb2.ItemShared)
    assert (told.item_id, told.reach, told.asset) == (only.id, "9901", only.asset)
    return card(warehouse, only.id)


def fields(desk: Any) -> dict[str, Any]:
    return {"reason": "新增", "to_place": "301", "item_ids": [desk.id]}


def test_of_the_city_and_the_district_that_ask_at_once_one_gets_it_and_the_other_is_told(
    warehouse: Harness, desk: Any
) -> None:
    above, own = a_unit(warehouse, region_code="990100"), a_unit(warehouse, region_code="990101")
    transfers = [asked(warehouse, each, item_ids=[desk.id]) for each in (above, own)]
    outcomes = together(
        *(lambda each=each: decide(warehouse, each.approval_id) for each in transfers)
    )
    assert not [each for each in outcomes if isinstance(each, DomainError)]
    ends = {
        user.unit_id: warehouse.call("get_transfer", user=user, transfer_id=each.id)
        for user, each in zip((above, own), transfers, strict=True)
    }
    by_state = {each.state: each for each in ends.values()}
    assert set(by_state) == {pb.TRANSFER_STATE_APPROVED, pb.TRANSFER_STATE_UNMET}
    lost = by_state[pb.TRANSFER_STATE_UNMET]
    told = {each.unit_id: each for each in warehouse.facts(events_pb2.TransferDecided)}
    assert set(told) == {above.unit_id, own.unit_id}
    assert list(told[lost.unit_id].missed_item_ids) == [desk.id]
    assert told[lost.unit_id].state == pb.TRANSFER_STATE_UNMET
    won = by_state[pb.TRANSFER_STATE_APPROVED]
    warehouse.call("hand_over_transfer", user=keeper_of("990101"), transfer_id=won.id)
    winner = {above.unit_id: above, own.unit_id: own}[won.unit_id]
    warehouse.call("receive_transfer", user=winner, transfer_id=won.id)
    for side in (keeper_of("9901"), keeper_of("990101"), above, own):
        in_use = warehouse.call("list_items", user=side, state="ITEM_STATE_IN_USE").items
        assert [each.unit_id for each in in_use] == [won.unit_id]
        stock = warehouse.call("report_stock", user=side)
        assert list(stock.lines[-1].figures)[::2] == ["0", "1", "1", "0"]


def test_what_is_not_shared_beyond_its_district_is_not_asked_for_from_elsewhere(
    warehouse: Harness,
) -> None:
    [desk] = stocked(warehouse, 1, region_code="990101")
    for region in ("990102", "990100", "990201"):
        user = a_unit(warehouse, region_code=region)
        told = refusal(warehouse, "create_transfer", InvalidInput, user=user, **fields(desk))
        assert told == ("OUT_OF_REACH", ["item_ids.0"])
    inside = a_unit(warehouse, region_code="990101002")
    assert granted(warehouse, inside, item_ids=[desk.id]).state == pb.TRANSFER_STATE_APPROVED


def test_a_reach_that_was_reduced_counts_when_it_is_asked_for_and_when_it_is_decided(
    warehouse: Harness, desk: Any
) -> None:
    other = a_unit(warehouse, region_code="990102")
    own = a_unit(warehouse, region_code="990101")
    draft = warehouse.call("create_transfer", user=other, **fields(desk))
    far, near = (asked(warehouse, each, item_ids=[desk.id]) for each in (other, own))
    warehouse.call("share_items", item_ids=[desk.id], reach="990101")
    told = refusal(warehouse, "submit_transfer", InvalidInput, transfer_id=draft.id)
    assert told == ("OUT_OF_REACH", ["lines.0.item_id"])
    decide(warehouse, far.approval_id)
    end = warehouse.call("get_transfer", transfer_id=far.id)
    assert end.state == pb.TRANSFER_STATE_UNMET
    assert card(warehouse, desk.id).state == ip.ITEM_STATE_IN_STOCK
    decide(warehouse, near.approval_id)
    assert warehouse.call("get_transfer", transfer_id=near.id).state == pb.TRANSFER_STATE_APPROVED


def test_a_unit_does_not_ask_for_its_own(warehouse: Harness) -> None:
    unit = a_unit(warehouse)
    own = in_virtual_store(warehouse, unit)
    told = refusal(warehouse, "create_transfer", InvalidInput, user=unit, **fields(own))
    assert told == ("OWN_ITEM", ["item_ids.0"])


@pytest.mark.row("W03")
def test_a_unit_sees_its_own_transfers_and_who_gives_sees_the_lines_alone(
    warehouse: Harness, desk: Any
) -> None:
    one, two = a_unit(warehouse), a_unit(warehouse, region_code="990102")
    first = asked(warehouse, two, item_ids=[desk.id])
    giver = keeper_of("990101")
    assert not warehouse.call("list_custody_lines", user=giver).lines
    decide(warehouse, first.approval_id)
    assert [each.id for each in warehouse.call("list_transfers", user=two).transfers] == [first.id]
    for user in (one, giver):
        assert not warehouse.call("list_transfers", user=user).transfers
        told = refusal(warehouse, "get_transfer", NotFound, user=user, transfer_id=first.id)
        assert told == ("NOT_FOUND", ["transfer_id"])
    for method in ("withdraw_transfer", "receive_transfer"):
        told = refusal(warehouse, method, NotFound, user=giver, transfer_id=first.id)
        assert told == ("NOT_FOUND", ["transfer_id"])
    [line] = warehouse.call("list_custody_lines", user=giver).lines
    assert (line.transfer_code, line.to_unit_id) == (first.code, two.unit_id)
    assert warehouse.call("list_custody_lines", user=two).lines == [line]
    assert not warehouse.call("list_custody_lines", user=one).lines


def test_transfers_are_found_by_item_and_state_page_by_page(warehouse: Harness) -> None:
    desks = stocked(warehouse, 3)
    unit = a_unit(warehouse)
    made = [asked(warehouse, unit, item_ids=[each.id]) for each in desks]
    granted(warehouse, unit, item_ids=[desks[0].id])
    by_item = warehouse.call("list_transfers", item_id=desks[0].id).transfers
    assert [each.code for each in by_item] == ["DB-2026-000001", "DB-2026-000004"]
    by_state = warehouse.call(
        "list_transfers", state="TRANSFER_STATE_SUBMITTED", unit_id=unit.unit_id
    )
    assert [each.id for each in by_state.transfers] == [each.id for each in made]
    first = warehouse.call("list_transfers", page_size=3)
    rest = warehouse.call("list_transfers", page_size=3, page_token=first.next_page_token)
    assert len({each.id for each in (*first.transfers, *rest.transfers)}) == 4


def test_a_unit_merged_into_the_owner_gets_nothing_of_its_own(warehouse: Harness) -> None:
    owner, asker = a_unit(warehouse), a_unit(warehouse)
    own = in_virtual_store(warehouse, owner)
    transfer = asked(warehouse, asker, item_ids=[own.id])
    draft = warehouse.call("create_transfer", user=asker, **fields(own))
    heir = merges(warehouse, asker, owner)
    decide(warehouse, transfer.approval_id)
    ended = warehouse.call("get_transfer", user=heir, transfer_id=transfer.id)
    assert ended.state == pb.TRANSFER_STATE_UNMET
    assert card(warehouse, own.id).state == ip.ITEM_STATE_IN_STOCK
    request = {"user": heir, "transfer_id": draft.id}
    told = refusal(warehouse, "submit_transfer", InvalidInput, **request)
    assert told == ("OWN_ITEM", ["lines.0.item_id"])
    told = refusal(warehouse, "update_transfer", InvalidInput, **request, **fields(own))
    assert told == ("OWN_ITEM", ["item_ids.0"])
