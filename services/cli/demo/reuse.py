"""Re-use before purchase: a unit wants to buy, takes what the store has, and saves money."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chassis.contract import label_of_value
from cli.demo.cast import Cast
from cli.demo.story import Person, Story, expect
from cli.render.tables import tables_of
from cli.sample.city import CITY
from cli.screen import out
from guanjia.warehouse.v1 import items_pb2, purchases_pb2, savings_pb2, transfers_pb2

UNIT = "云澜市档案馆"
WANTED, TAKEN = 5, 3
PRICE_FEN = 1_150_00
_CABINETS = "A05010502"


def buy_or_reuse(story: Story, cast: Cast) -> None:
    clerk = _clerk_of(story, cast.admin, UNIT)
    purchase = _ask_to_buy(clerk)
    answered = _answer(clerk, purchase)
    _receive(story, cast, clerk, answered.offers[0].transfer_id)
    _clear(story, cast, clerk, answered)
    report = cast.keeper.asks(
        "warehouse.ReportSavings",
        "本年度节约资金，按资产分类",
        by=savings_pb2.SAVING_GROUPING_CLASS,
    )
    story.show(*tables_of(report, out.width))


def _clerk_of(story: Story, admin: Person, name: str) -> Person:
    listed = admin.asks("directory.ListUnits", page_size=100).units
    [unit] = [each for each in listed if each.name == name]
    held = {"role": "unit_clerk", "region": CITY, "units": [unit.id]}
    rights = {
        "name": "刘洋",
        "region": CITY,
        "units": [unit.id],
        "unit_id": unit.id,
        "unit_name": unit.name,
        "permissions": ["warehouse.*"],
        "roles": [held],
    }
    return Person(story, "刘洋", rights)


def _ask_to_buy(clerk: Person) -> Any:
    purchase = clerk.asks(
        "warehouse.RequestPurchase",
        lambda reply: (
            f"{UNIT}申请购置文件柜 {WANTED} 件：公物仓有 {len(reply.offers)} 件可调剂，"
            f"{reply.code} {_state(reply)}"
        ),
        need={"class_code": _CABINETS, "quantity": WANTED},
        description="文件柜，四门",
        estimated_price_fen=PRICE_FEN,
        reason="新增档案库房",
    )
    expect(purchase.state == purchases_pb2.PURCHASE_STATE_PARKED, "有可调剂资产时应先答复")
    expect(len(purchase.offers) > TAKEN, f"应至少推荐 {TAKEN + 1} 件")
    return purchase


def _answer(clerk: Person, purchase: Any) -> Any:
    """Takes three cabinets; what is left does not fit."""
    take = purchases_pb2.OFFER_DECISION_TAKE
    answers = [
        {"offer_id": each.id, "decision": take}
        if number < TAKEN
        else {
            "offer_id": each.id,
            "decision": purchases_pb2.OFFER_DECISION_REFUSE,
            "refusal": purchases_pb2.OFFER_REFUSAL_WRONG_SIZE,
        }
        for number, each in enumerate(purchase.offers)
    ]
    answered = clerk.asks(
        "warehouse.AnswerOffers",
        lambda reply: f"接受 {TAKEN} 件，其余尺寸规格不符：{_state(reply)}",
        purchase_id=purchase.id,
        to_place="档案库房 B1",
        answers=answers,
    )
    expect(answered.state == purchases_pb2.PURCHASE_STATE_REVIEWING, "不接受的应待核准")
    return answered


def _receive(story: Story, cast: Cast, clerk: Person, transfer_id: str) -> None:
    transfer = clerk.asks("warehouse.GetTransfer", transfer_id=transfer_id)
    _consent(cast.bureau_head, transfer.approval_id, f"同意 {transfer.code}")
    cast.keeper.asks(
        "warehouse.HandOverTransfer",
        lambda reply: f"移交 {len(reply.lines)} 件  {reply.code}",
        transfer_id=transfer_id,
    )
    received = clerk.asks(
        "warehouse.ReceiveTransfer",
        lambda reply: f"签收 {len(reply.lines)} 件，权属转至{reply.unit_name}",
        transfer_id=transfer_id,
    )
    expect(received.state == transfers_pb2.TRANSFER_STATE_COMPLETED, "调剂单应已完成")
    _book(cast.keeper, received.lines)
    item = cast.keeper.asks("warehouse.GetItem", item_id=received.lines[0].item_id)
    expect(item.state == items_pb2.ITEM_STATE_IN_USE, "签收后的资产应在用")


def _book(keeper: Person, lines: Sequence[Any]) -> None:
    for line in lines:
        keeper.asks(
            "warehouse.BookSaving",
            lambda reply: f"节约 {reply.saving_fen / 100:,.2f} 元：{reply.item_name}",
            transfer_line_id=line.id,
            market_price_fen=PRICE_FEN,
            market_source="政府采购电子卖场，同规格三家均价",
            move_cost_fen=20_00,
        )


def _clear(story: Story, cast: Cast, clerk: Person, purchase: Any) -> None:
    _consent(cast.bureau_head, purchase.approval_id, f"同意 {purchase.code} 的缺口另行购置")
    cleared = clerk.asks("warehouse.GetPurchase", purchase_id=purchase.id)
    expect(cleared.state == purchases_pb2.PURCHASE_STATE_CLEARED, "核准后应准予购置")
    clearance = clerk.asks(
        "warehouse.GetClearance",
        lambda reply: f"可购置证明 {reply.number}：{reply.unit_name}，{reply.quantity} 件",
        number=cleared.clearance_number,
    )
    expect(clearance.quantity == WANTED - TAKEN, f"应准予购置 {WANTED - TAKEN} 件")
    for content, sound in ((clearance.content, True), (clearance.content + " ", False)):
        checked = cast.keeper.asks(
            "warehouse.VerifyClearance",
            content=content.encode(),
            signature=clearance.signature,
        )
        expect(checked.valid is sound, "证明的验签结果不符")
    story.told("", "证明签名可验；改动一字即不符 signed, and a changed copy does not verify")


def _consent(head: Person, approval_id: str, told: str) -> None:
    head.asks(
        "approvals.DecideApproval",
        told,
        service="warehouse",
        approval_id=approval_id,
        decision="DECISION_APPROVE",
        note="同意",
    )


def _state(purchase: Any) -> str:
    return label_of_value(purchases_pb2.PurchaseState.DESCRIPTOR, purchase.state)
