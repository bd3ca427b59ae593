"""What a store does beside transfers, through the gateway: offers before purchase, savings,
stocktakes, labels, book values, disposal batches."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from guanjia.warehouse.v1 import disposals_pb2 as dp
from guanjia.warehouse.v1 import items_pb2 as ip
from guanjia.warehouse.v1 import purchases_pb2 as pp
from guanjia.warehouse.v1 import savings_pb2 as sp
from tests.journeys.ledgers import a_region, total
from tests.journeys.stores import a_clerk, a_store, approve, asked, opening_stock, received
from tests.processes import Caller, Refusal

DESK = "A05010201"


def refused(call: Any, name: str, **fields: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        call(name, **fields)
    return refusal.value.reason


def ask_to_buy(clerk: Any, quantity: int) -> Any:
    return clerk.call(
        "warehouse.request_purchase",
        need={"class_code": DESK, "quantity": quantity},
        description="办公桌 1.4 米",
        estimated_price_fen=250_000,
        reason="新增人员",
    )


@pytest.mark.row("W05")
def test_who_wants_to_buy_three_is_offered_the_three_there_are(caller: Caller, series: str) -> None:
    region = a_region()
    desks = opening_stock(caller, series, a_store(caller, series, region), 3)
    clerk = a_clerk(caller, f"{series}局", region)
    purchase = ask_to_buy(clerk, 3)
    assert purchase.state == pp.PURCHASE_STATE_PARKED
    assert {each.item_id for each in purchase.offers} == {each.id for each in desks}
    refuse = {"decision": "OFFER_DECISION_REFUSE"}
    uncoded = [{"offer_id": each.id, **refuse} for each in purchase.offers]
    answer = ("warehouse.answer_offers",)
    assert refused(clerk.call, *answer, purchase_id=purchase.id, answers=uncoded) == "REQUIRED"
    coded = [{**each, "refusal": "OFFER_REFUSAL_WRONG_SIZE"} for each in uncoded]
    reviewing = clerk.call(*answer, purchase_id=purchase.id, answers=coded)
    assert reviewing.state == pp.PURCHASE_STATE_REVIEWING
    approve(caller, reviewing)
    cleared = clerk.call("warehouse.get_purchase", purchase_id=purchase.id)
    proof = clerk.call("warehouse.get_clearance", number=cleared.clearance_number)
    assert (proof.quantity, proof.unit_name) == (3, clerk.office.unit.name)
    shown = {"content": proof.content.encode(), "signature": proof.signature}
    assert caller.call("warehouse.verify_clearance", **shown).number == proof.number
    shown["content"] = proof.content.replace(":3", ":4").encode()
    assert not caller.call("warehouse.verify_clearance", **shown).valid


@pytest.mark.row("W05")
def test_taken_offers_are_transfers_and_nothing_is_bought(caller: Caller, series: str) -> None:
    region = a_region()
    opening_stock(caller, series, a_store(caller, series, region), 2)
    clerk = a_clerk(caller, f"{series}局", region)
    purchase = ask_to_buy(clerk, 2)
    take = [{"offer_id": each.id, "decision": "OFFER_DECISION_TAKE"} for each in purchase.offers]
    met = clerk.call(
        "warehouse.answer_offers", purchase_id=purchase.id, answers=take, to_place="301 室"
    )
    assert (met.state, met.clearance_number) == (pp.PURCHASE_STATE_MET, "")
    [transfer_id] = {each.transfer_id for each in met.offers}
    transfer = clerk.call("warehouse.get_transfer", transfer_id=transfer_id)
    approve(caller, transfer)
    caller.call("warehouse.hand_over_transfer", transfer_id=transfer_id)
    done = clerk.call("warehouse.receive_transfer", transfer_id=transfer_id)
    assert len(done.lines) == 2


@pytest.mark.row("W04")
def test_a_years_savings_are_the_same_however_they_are_grouped(caller: Caller, series: str) -> None:
    region = a_region()
    store = a_store(caller, series, region)
    first, second, third = opening_stock(caller, series, store, 3)
    clerks = [a_clerk(caller, f"{series}{name}局", region) for name in "甲乙"]
    lines = [
        line
        for clerk, items in zip(clerks, ([first.id, second.id], [third.id]), strict=True)
        for line in received(caller, clerk, item_ids=items).lines
    ]
    book = {"market_price_fen": 250_000, "market_source": "电子卖场", "move_cost_fen": 5_000}
    booked = [
        caller.call("warehouse.book_saving", transfer_line_id=each.id, **book) for each in lines
    ]
    # The price is under the cap of 3,000 yuan; in good condition 0.8 of it counts.
    assert [each.saving_fen for each in booked] == [195_000] * 3
    again = {"transfer_line_id": lines[0].id, **book}
    assert refused(caller.call, "warehouse.book_saving", **again) == "ALREADY_BOOKED"
    caller.call("warehouse.reverse_saving", saving_id=booked[2].id, reason="票据有误")
    groupings = [number for number in sp.SavingGrouping.values() if number]
    totals = [
        total(caller.call("warehouse.report_savings", by=each))["saving_yuan"] for each in groupings
    ]
    assert len(groupings) == 5
    assert len(set(totals)) == 1
    listed = [
        each
        for clerk in clerks
        for each in clerk.call("warehouse.list_savings", page_size=100).savings
    ]
    assert sum(each.saving_fen for each in listed) == 390_000


@pytest.mark.row("W04")
def test_what_moves_again_is_a_saving_again_only_after_it_came_in_again(
    caller: Caller, series: str
) -> None:
    region = a_region()
    store = a_store(caller, series, region)
    [desk] = opening_stock(caller, series, store, 1)
    one, other = (a_clerk(caller, f"{series}{name}局", region) for name in "甲乙")
    book = {"market_price_fen": 100_000, "market_source": "电子卖场"}
    [line] = received(caller, one, item_ids=[desk.id]).lines
    caller.call("warehouse.book_saving", transfer_line_id=line.id, **book)
    asset = {
        "asset_code": desk.asset.asset_code,
        "name": desk.asset.name,
        "class_code": DESK,
        "original_value_fen": 180_000,
        "condition": "CONDITION_FAIR",
    }
    stranger = refused(other.call, "warehouse.offer_asset", asset=asset)
    assert stranger == "OWNED_BY_OTHER"
    offered = one.call("warehouse.offer_asset", asset=asset)
    caller.call(
        "warehouse.accept_intake",
        intake_id=offered.id,
        store_id=store.id,
        place="B-1",
        value_fen=60_000,
    )
    back = caller.call("warehouse.get_item", item_id=desk.id)
    assert (back.code, back.stay, back.state) == (desk.code, 2, ip.ITEM_STATE_IN_STOCK)
    [line] = received(caller, other, item_ids=[desk.id]).lines
    booked = caller.call("warehouse.book_saving", transfer_line_id=line.id, **book)
    assert (booked.stay, booked.saving_fen) == (2, 60_000)


@pytest.mark.row("W07")
def test_a_place_is_counted_adjusted_and_put_back(caller: Caller, series: str) -> None:
    region = a_region()
    store = a_store(caller, series, region)
    here = opening_stock(caller, series, store, 10)
    other = a_store(caller, f"{series}X", region)
    [stray] = opening_stock(caller, f"{series}X", other, 1, 库位="Z-9")
    count = caller.call(
        "warehouse.open_stocktake", store_id=store.id, place="A-01", reason="年度盘点"
    )
    scanned = [each.code for each in here[:9]] + [stray.asset.asset_code, f"{series}-NIL"]
    for _ in range(2):
        count = caller.call("warehouse.record_scans", stocktake_id=count.id, tags=scanned)
    shown = (count.found, count.missing, count.misplaced, count.unknown)
    assert shown == (9, 1, 1, 1)
    posted = caller.call("warehouse.post_stocktake", stocktake_id=count.id)
    assert posted.adjusted == 2
    moved = caller.call("warehouse.list_movements", document_id=count.id).movements
    assert {each.item_id for each in moved} == {here[9].id, stray.id}
    assert caller.call("warehouse.get_item", item_id=here[9].id).state == ip.ITEM_STATE_MISSING
    found = caller.call("warehouse.get_item", item_id=stray.id)
    assert (found.store_id, found.place) == (store.id, "A-01")
    caller.call("warehouse.undo_stocktake", stocktake_id=count.id, reason="复核有误")
    for before in (here[9], stray):
        after = caller.call("warehouse.get_item", item_id=before.id)
        assert (after.state, after.store_id, after.place) == (
            before.state,
            before.store_id,
            before.place,
        )
    undo = {"stocktake_id": count.id, "reason": "再次"}
    assert refused(caller.call, "warehouse.undo_stocktake", **undo) == "ILLEGAL_STATE"


@pytest.mark.row("W06")
def test_a_sheet_of_labels_is_printed_and_one_tag_binds_one_card(
    caller: Caller, series: str
) -> None:
    store = a_store(caller, series, a_region())
    first, second = opening_stock(caller, series, store, 2)
    sheet = caller.call("warehouse.print_labels", item_ids=[first.id, second.id])
    assert (sheet.content_type, sheet.content[:5]) == ("application/pdf", b"%PDF-")
    drawn = caller.call("warehouse.print_labels", item_ids=[first.id], format="LABEL_FORMAT_SVG")
    assert b"<svg" in drawn.content[:200]
    tag = f"RF{series}"
    caller.call("warehouse.bind_tag", item_id=first.id, tag=tag)
    taken = {"item_id": second.id, "tag": tag}
    assert refused(caller.call, "warehouse.bind_tag", **taken) == "TAG_TAKEN"
    [known] = caller.call("warehouse.list_items", tag=tag).items
    assert known.id == first.id


@pytest.mark.row("W15")
@pytest.mark.parametrize(
    ("on_day", "fen"),
    [
        ("2018-06-30", 600_000),
        ("2019-03-31", 600_000),
        ("2019-04-01", 591_667),
        ("2022-03-31", 300_000),
        ("2025-03-01", 0),
        ("2099-12-31", 0),
    ],
)
def test_a_computer_of_6000_yuan_is_written_down_over_72_months(
    caller: Caller, series: str, on_day: str, fen: int
) -> None:
    cells = {
        "资产名称": "台式计算机",
        "分类代码": "A02010105",
        "取得日期": "2019-03-15",
        "原值（元）": "6000",
    }
    [computer] = opening_stock(caller, series, a_store(caller, series, a_region()), 1, **cells)
    value = caller.call("warehouse.get_book_value", item_id=computer.id, on_day=on_day)
    assert (value.life_months, value.book_value_fen) == (72, fen)
    report = caller.call(
        "warehouse.report_depreciation", on_day=on_day, region_code=computer.region_code
    )
    assert total(report)["book_yuan"] == f"{fen / 100:.2f}"


@pytest.mark.row("W10")
def test_what_is_asked_for_is_not_sold_and_an_income_is_recorded_once(
    caller: Caller, series: str
) -> None:
    region = a_region()
    wanted, old = opening_stock(caller, series, a_store(caller, series, region), 2)
    transfer = asked(a_clerk(caller, f"{series}局", region), item_ids=[wanted.id])
    batch = {"kind": "DISPOSAL_KIND_AUCTION", "reason": "超过年限"}
    both = {**batch, "item_ids": [wanted.id, old.id]}
    assert refused(caller.call, "warehouse.create_disposal_batch", **both) == "ITEM_IN_TRANSFER"
    created = caller.call("warehouse.create_disposal_batch", **batch, item_ids=[old.id])
    caller.call(
        "warehouse.appraise_disposal_batch",
        disposal_batch_id=created.id,
        lines=[{"item_id": old.id, "appraised_fen": 30_000}],
        appraiser="云澜评估",
    )
    submitted = caller.call("warehouse.submit_disposal_batch", disposal_batch_id=created.id)
    approve(caller, submitted)
    sale = {
        "disposal_batch_id": created.id,
        "lines": [{"item_id": old.id, "income_fen": 32_000}],
        "buyer": "云澜回收公司",
        "voucher": f"PJ-{series}",
    }

    def sell(number: int) -> Any:
        try:
            return caller.call("warehouse.record_disposal_sale", **sale)
        except Refusal as refusal:
            return refusal.reason

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(sell, range(4)))
    [sold] = [each for each in outcomes if not isinstance(each, str)]
    assert (sold.state, sold.income_fen) == (dp.DISPOSAL_BATCH_STATE_COMPLETED, 32_000)
    assert caller.call("warehouse.get_item", item_id=old.id).state == ip.ITEM_STATE_GONE
    assert caller.call("warehouse.get_item", item_id=wanted.id).state == ip.ITEM_STATE_IN_STOCK
    assert transfer.lines[0].item_id == wanted.id
