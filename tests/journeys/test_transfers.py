"""Items on their way from store to unit and from unit to unit, through the gateway."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from guanjia.warehouse.v1 import items_pb2 as ip
from guanjia.warehouse.v1 import transfers_pb2 as pb
from tests.journeys.ledgers import a_region
from tests.journeys.stores import Clerk, a_clerk, a_store, approve, asked, opening_stock
from tests.processes import Caller, Refusal


@pytest.mark.row("W02")
def test_what_is_virtual_goes_from_unit_to_unit_and_never_through_the_base(
    caller: Caller, series: str
) -> None:
    region = a_region()
    giver, taker = (a_clerk(caller, f"{series}{name}局", region) for name in "甲乙")
    base, virtual = (a_store(caller, series, region, kind) for kind in ("PHYSICAL", "VIRTUAL"))
    asset = {
        "asset_code": f"{series}-1",
        "name": "投影仪",
        "class_code": "A02020200",
        "original_value_fen": 800_000,
        "condition": "CONDITION_GOOD",
    }
    offered = giver.call("warehouse.offer_asset", asset=asset)
    accepted = caller.call(
        "warehouse.accept_intake",
        intake_id=offered.id,
        store_id=virtual.id,
        place="甲局 5 楼",
        value_fen=300_000,
    )
    found = taker.call("warehouse.list_items", words="投影", region_code=region).items
    assert [(each.id, each.owner_name) for each in found] == [
        (accepted.item_id, giver.office.unit.name)
    ]
    transfer = asked(taker, item_ids=[accepted.item_id])
    approve(caller, transfer)
    [order] = giver.call("warehouse.list_custody_lines").lines
    assert (order.line.from_unit_id, order.to_unit_id) == (
        giver.office.unit.id,
        taker.office.unit.id,
    )
    with pytest.raises(Refusal) as refused:
        taker.call("warehouse.hand_over_transfer", transfer_id=transfer.id)
    assert refused.value.reason == "NOT_FOUND"
    giver.call("warehouse.hand_over_transfer", transfer_id=transfer.id)
    taker.call("warehouse.receive_transfer", transfer_id=transfer.id)
    item = caller.call("warehouse.get_item", item_id=accepted.item_id)
    assert (item.state, item.unit_id, item.place) == (
        ip.ITEM_STATE_IN_USE,
        taker.office.unit.id,
        "301 室",
    )
    life = caller.call("warehouse.list_movements", item_id=item.id).movements
    standings = [side for each in life for side in (each.before, each.after)]
    assert base.id not in {each.store_id for each in standings}
    assert {each.owner_name for each in standings} == {
        "",
        giver.office.unit.name,
        taker.office.unit.name,
    }


@pytest.mark.row("W03")
def test_fifty_units_that_ask_for_the_same_twenty_desks_at_once_are_twenty_transfers(
    caller: Caller, series: str
) -> None:
    region = a_region()
    store = a_store(caller, series, region)
    desks = opening_stock(caller, series, store, 20)
    clerks = [a_clerk(caller, f"{series}{number}局", region) for number in range(50)]
    need = {"class_code": "A05010201", "quantity": 1}

    def ask_and_approve(clerk: Clerk) -> Any:
        transfer = asked(clerk, need=need)
        approve(caller, transfer)
        return clerk.call("warehouse.get_transfer", transfer_id=transfer.id)

    def outcome(clerk: Clerk) -> Any:
        try:
            return ask_and_approve(clerk)
        except Refusal as refused:
            return refused.reason

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(outcome, clerks))
    got = [each for each in outcomes if getattr(each, "state", 0) == pb.TRANSFER_STATE_APPROVED]
    others = {each if isinstance(each, str) else each.state for each in outcomes if each not in got}
    assert len(got) == 20
    assert others <= {"NOTHING_FITS", pb.TRANSFER_STATE_UNMET}
    assert {each.lines[0].item_id for each in got} == {each.id for each in desks}
    held = caller.call("warehouse.list_items", store_id=store.id, page_size=100).items
    assert {each.state for each in held} == {ip.ITEM_STATE_RESERVED}


@pytest.mark.row("W03")
def test_of_two_that_are_approved_together_for_the_last_desk_one_gets_it(
    caller: Caller, series: str
) -> None:
    region = a_region()
    [desk] = opening_stock(caller, series, a_store(caller, series, region), 1)
    clerks = [a_clerk(caller, f"{series}{name}局", region) for name in "甲乙"]
    transfers = [asked(each, item_ids=[desk.id]) for each in clerks]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda each: approve(caller, each), transfers))
    shown = [
        clerk.call("warehouse.get_transfer", transfer_id=each.id)
        for clerk, each in zip(clerks, transfers, strict=True)
    ]
    assert sorted(each.state for each in shown) == [
        pb.TRANSFER_STATE_APPROVED,
        pb.TRANSFER_STATE_UNMET,
    ]
    [winner] = [each for each in shown if each.state == pb.TRANSFER_STATE_APPROVED]
    clerk = clerks[shown.index(winner)]
    assert caller.call("warehouse.get_item", item_id=desk.id).owner_name == desk.owner_name
    caller.call("warehouse.hand_over_transfer", transfer_id=winner.id)
    refusal = {"line_id": winner.lines[0].id, "reason": "REFUSAL_REASON_DAMAGED"}
    clerk.call("warehouse.receive_transfer", transfer_id=winner.id, refusals=[refusal])
    back = caller.call("warehouse.get_item", item_id=desk.id)
    assert (back.state, back.place, back.owner_name) == (
        ip.ITEM_STATE_IN_STOCK,
        desk.place,
        desk.owner_name,
    )


@pytest.mark.row("W12")
def test_an_item_shared_upward_goes_to_one_of_both_levels_and_the_loser_is_told(
    caller: Caller, series: str
) -> None:
    county = a_region()
    city = f"{county[:4]}00"
    [desk] = opening_stock(caller, series, a_store(caller, series, county), 1)
    above, here = a_clerk(caller, f"{series}市局", city), a_clerk(caller, f"{series}区局", county)
    with pytest.raises(Refusal) as refused:
        asked(above, item_ids=[desk.id])
    assert (refused.value.reason, refused.value.fields) == ("OUT_OF_REACH", ["item_ids.0"])
    caller.call("warehouse.share_items", item_ids=[desk.id], reach=county[:4])
    need = {"class_code": "A05010201", "quantity": 1}
    found = [
        clerk.call("warehouse.find_items", need=need, region_code=county).items
        for clerk in (above, here)
    ]
    assert [[each.id for each in items] for items in found] == [[desk.id], [desk.id]]
    transfers = [asked(clerk, item_ids=[desk.id]) for clerk in (above, here)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda each: approve(caller, each), transfers))
    shown = [
        clerk.call("warehouse.get_transfer", transfer_id=each.id)
        for clerk, each in zip((above, here), transfers, strict=True)
    ]
    assert sorted(each.state for each in shown) == [
        pb.TRANSFER_STATE_APPROVED,
        pb.TRANSFER_STATE_UNMET,
    ]
    assert sorted(each.lines[0].state for each in shown) == [
        pb.TRANSFER_LINE_STATE_RESERVED,
        pb.TRANSFER_LINE_STATE_MISSED,
    ]
