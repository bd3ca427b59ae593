"""先调剂后购置: a unit that wants to buy is offered first what the stores have."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.errors import IllegalState, InvalidInput, NotFound
from chassis.principal import HeldRole, Realm
from chassis.testing import Harness
from guanjia.warehouse.v1 import events_pb2
from guanjia.warehouse.v1 import purchases_pb2 as pb
from guanjia.warehouse.v1 import transfers_pb2 as tp
from tests.refusals import refusal
from tests.together import together
from tests.warehouse.factories import decide, granted, somebody, stocked
from tests.warehouse.purchases.factories import (
    answer,
    publish_calendar,
    refuse,
    seen,
    take,
    wanted,
)

pytestmark = pytest.mark.row("W05")


def state_of(message: Any) -> str:
    return pb.PurchaseState.Name(message.state).removeprefix("PURCHASE_STATE_")


def states_of(offers: Any) -> list[str]:
    return [pb.OfferState.Name(each.state).removeprefix("OFFER_STATE_") for each in offers]


def test_an_ask_for_three_that_fit_is_parked_with_the_three_offered(warehouse: Harness) -> None:
    desks = stocked(warehouse, 3)
    publish_calendar(warehouse, 2026, ["2026-03-03"])
    purchase = wanted(warehouse)
    assert state_of(purchase) == "PARKED"
    assert {each.item_id for each in purchase.offers} == {each.id for each in desks}
    # From Monday 2 March: 4, 5, 6, 9, 10 March; the 3rd is a holiday here.
    assert (purchase.code, purchase.answer_by) == ("CG-2026-000001", "2026-03-10")
    [told] = warehouse.facts(events_pb2.OfferMade)
    assert sorted(told.item_ids) == sorted(each.id for each in desks)
    [asked] = warehouse.facts(events_pb2.PurchaseRequested)
    assert (asked.unit_id, asked.quantity) == ("u-7", 3)


def test_all_taken_is_met_by_one_transfer(warehouse: Harness) -> None:
    desks = stocked(warehouse, 3)
    purchase = wanted(warehouse)
    met = answer(warehouse, purchase, take(*purchase.offers))
    assert (state_of(met), met.shortfall, met.clearance_number) == ("MET", 0, "")
    [transfer] = warehouse.call("list_transfers").transfers
    assert {each.transfer_id for each in met.offers} == {transfer.id}
    assert {each.item_id for each in transfer.lines} == {each.id for each in desks}
    assert (transfer.state, transfer.unit_id) == (tp.TRANSFER_STATE_SUBMITTED, "u-7")
    decide(warehouse, transfer.approval_id)
    approved = warehouse.call("get_transfer", transfer_id=transfer.id)
    assert approved.state == tp.TRANSFER_STATE_APPROVED
    [told] = warehouse.facts(events_pb2.OfferTaken)
    assert (len(told.item_ids), told.transfer_id) == (3, transfer.id)


def test_all_refused_is_cleared_once_the_bureau_agrees(warehouse: Harness) -> None:
    stocked(warehouse, 3)
    purchase = wanted(warehouse)
    reviewing = answer(warehouse, purchase, refuse(*purchase.offers))
    assert (state_of(reviewing), reviewing.answer_by) == ("REVIEWING", "")
    approval = warehouse.call("get_approval", approval_id=reviewing.approval_id)
    assert (approval.kind, approval.amount_fen) == ("warehouse.purchase", 600_000)
    decide(warehouse, reviewing.approval_id)
    cleared = seen(warehouse, purchase)
    assert (state_of(cleared), cleared.decided_by) == ("CLEARED", "chief")
    assert cleared.clearance_number == "GZ-2026-000001"
    assert [each.consented for each in cleared.offers] == [True] * 3
    [told] = warehouse.facts(events_pb2.PurchaseCleared)
    assert (told.number, told.quantity, told.unit_id) == ("GZ-2026-000001", 3, "u-7")


def test_what_is_short_is_cleared_and_what_was_taken_is_transferred(warehouse: Harness) -> None:
    stocked(warehouse, 2)
    purchase = wanted(warehouse)
    assert len(purchase.offers) == 2
    done = answer(warehouse, purchase, take(*purchase.offers))
    assert (state_of(done), done.shortfall) == ("CLEARED", 1)
    assert warehouse.call("get_clearance", number=done.clearance_number).quantity == 1
    assert len(warehouse.call("list_transfers").transfers[0].lines) == 2


def test_where_nothing_fits_it_is_cleared_at_once(warehouse: Harness) -> None:
    stocked(warehouse, 1, 成色="较差")
    purchase = wanted(warehouse)
    assert (state_of(purchase), purchase.clearance_number) == ("CLEARED", "GZ-2026-000001")
    assert not purchase.offers
    assert purchase.answer_by == ""


def test_it_is_told_as_lapsed_after_its_last_day_in_china(warehouse: Harness) -> None:
    stocked(warehouse, 3)
    publish_calendar(warehouse, 2026, [])
    purchase = wanted(warehouse)
    assert purchase.answer_by == "2026-03-09"
    warehouse.clock.at = datetime(2026, 3, 9, 15, 59, tzinfo=UTC)
    assert state_of(seen(warehouse, purchase)) == "PARKED"
    warehouse.clock.at = datetime(2026, 3, 9, 16, 0, tzinfo=UTC)  # the 10th in China
    assert state_of(seen(warehouse, purchase)) == "LAPSED"
    for state, number in (("LAPSED", 1), ("PARKED", 0)):
        found = warehouse.call("list_purchases", state=f"PURCHASE_STATE_{state}")
        assert len(found.purchases) == number
    request = {"purchase_id": purchase.id, "to_place": "301", "user": somebody()}
    for answers in (take(*purchase.offers), refuse(*purchase.offers)):
        told = refusal(warehouse, "answer_offers", IllegalState, answers=answers, **request)
        assert told == ("ILLEGAL_STATE", ["state"])


def test_a_renewal_offers_anew_with_a_new_deadline(warehouse: Harness) -> None:
    stocked(warehouse, 3)
    publish_calendar(warehouse, 2026, [])
    purchase = wanted(warehouse)
    request = {"purchase_id": purchase.id, "user": somebody()}
    told = refusal(warehouse, "renew_purchase", IllegalState, **request)
    assert told == ("ILLEGAL_STATE", ["state"])
    warehouse.clock.advance(days=9)  # Wednesday 11 March
    renewed = warehouse.call("renew_purchase", **request)
    assert (state_of(renewed), renewed.answer_by) == ("PARKED", "2026-03-18")
    assert states_of(renewed.offers) == ["LAPSED"] * 3 + ["OFFERED"] * 3
    met = answer(warehouse, renewed, take(*renewed.offers[3:]))
    assert state_of(met) == "MET"


def test_a_deadline_into_a_year_without_calendar_is_set_once_it_is_known(
    warehouse: Harness,
) -> None:
    stocked(warehouse, 3)
    publish_calendar(warehouse, 2026, [])
    warehouse.clock.at = datetime(2026, 12, 30, 1, 0, tzinfo=UTC)  # Wednesday
    purchase = wanted(warehouse)
    assert (state_of(purchase), purchase.answer_by) == ("PARKED", "")
    publish_calendar(warehouse, 2027, ["2027-01-01"])
    warehouse.clock.at = datetime(2027, 1, 8, 1, 0, tzinfo=UTC)  # due by the 7th
    request = {"purchase_id": purchase.id, "answers": refuse(*purchase.offers)}
    told = refusal(warehouse, "answer_offers", IllegalState, user=somebody(), **request)
    assert told == ("ILLEGAL_STATE", ["state"])
    renewed = warehouse.call("renew_purchase", user=somebody(), purchase_id=purchase.id)
    assert (state_of(renewed), renewed.answer_by) == ("PARKED", "2027-01-15")


def test_what_came_into_store_meanwhile_is_offered_before_anything_is_cleared(
    warehouse: Harness,
) -> None:
    stocked(warehouse, 3)
    purchase = wanted(warehouse)
    [later] = stocked(warehouse, 1)
    again = answer(warehouse, purchase, refuse(*purchase.offers))
    assert (state_of(again), again.approval_id) == ("PARKED", "")
    assert states_of(again.offers) == ["REFUSED"] * 3 + ["OFFERED"]
    assert again.offers[3].item_id == later.id
    reviewing = answer(warehouse, again, refuse(again.offers[3]))
    [latest] = stocked(warehouse, 1)  # while the bureau thinks about it
    decide(warehouse, reviewing.approval_id)
    parked = seen(warehouse, purchase)
    assert (state_of(parked), parked.offers[4].item_id) == ("PARKED", latest.id)
    done = answer(warehouse, parked, take(parked.offers[4]))
    assert (state_of(done), done.shortfall) == ("CLEARED", 2), "the refusals are agreed to already"


def test_what_somebody_else_got_is_told_as_gone_and_need_not_be_answered(
    warehouse: Harness,
) -> None:
    desk, *_ = stocked(warehouse, 3)
    purchase = wanted(warehouse)
    granted(warehouse, somebody("u-8"), item_ids=[desk.id])
    told = seen(warehouse, purchase)
    assert sorted(states_of(told.offers)) == ["GONE", "OFFERED", "OFFERED"]
    there = [each for each in told.offers if each.item_id != desk.id]
    done = answer(warehouse, purchase, take(*there))
    assert (state_of(done), done.shortfall) == ("CLEARED", 1)
    assert sorted(states_of(done.offers)) == ["GONE", "TAKEN", "TAKEN"]


def test_two_units_may_take_the_same_item_and_one_gets_it(warehouse: Harness) -> None:
    [desk] = stocked(warehouse, 1)
    need = {"class_code": "A0501", "quantity": 1}
    units = [somebody("u-1"), somebody("u-2")]
    asked = [wanted(warehouse, each, need=need) for each in units]
    for purchase, unit in zip(asked, units, strict=True):
        met = answer(warehouse, purchase, take(*purchase.offers), unit)
        assert state_of(met) == "MET"
    transfers = warehouse.call("list_transfers", item_id=desk.id).transfers
    together(*(lambda each=each: decide(warehouse, each.approval_id) for each in transfers))
    states = [warehouse.call("get_transfer", transfer_id=each.id).state for each in transfers]
    assert sorted(states) == [tp.TRANSFER_STATE_APPROVED, tp.TRANSFER_STATE_UNMET]


def test_of_two_answers_at_once_one_wins(warehouse: Harness) -> None:
    stocked(warehouse, 3)
    purchase = wanted(warehouse)
    answers = [take(*purchase.offers), refuse(*purchase.offers)]
    outcomes = together(*(lambda each=each: answer(warehouse, purchase, each) for each in answers))
    assert sorted(isinstance(each, IllegalState) for each in outcomes) == [False, True]
    state = state_of(seen(warehouse, purchase))
    transfers = len(warehouse.call("list_transfers").transfers)
    assert (state, transfers) in (("MET", 1), ("REVIEWING", 0))


@pytest.mark.parametrize("decision", ["RETURN", "RECALL"])
def test_a_review_that_comes_back_is_answered_once_more(warehouse: Harness, decision: str) -> None:
    stocked(warehouse, 3)
    publish_calendar(warehouse, 2026, [])
    purchase = wanted(warehouse)
    mine = [*take(purchase.offers[0]), *refuse(*purchase.offers[1:])]
    reviewing = answer(warehouse, purchase, mine)
    warehouse.clock.advance(days=1)
    if decision == "RECALL":
        asked = {"approval_id": reviewing.approval_id, "user": somebody()}
        warehouse.call("recall_approval", **asked)
    else:
        decide(warehouse, reviewing.approval_id, "RETURN", "二楼电梯可用，请再考虑")
    parked = seen(warehouse, purchase)
    assert (state_of(parked), parked.answer_by) == ("PARKED", "2026-03-10")
    assert states_of(parked.offers) == ["TAKEN", "OFFERED", "OFFERED"]
    assert state_of(answer(warehouse, parked, take(*parked.offers[1:]))) == "MET"
    assert len(warehouse.call("list_transfers").transfers) == 2


def test_a_rejected_review_clears_nothing(warehouse: Harness) -> None:
    stocked(warehouse, 3)
    purchase = wanted(warehouse)
    reviewing = answer(warehouse, purchase, refuse(*purchase.offers))
    decide(warehouse, reviewing.approval_id, "REJECT", "仓内资产可用")
    told = seen(warehouse, purchase)
    assert (state_of(told), told.decision_note) == ("REJECTED", "仓内资产可用")
    assert warehouse.count("clearances") == 0


def test_a_withdrawn_purchase_is_reviewed_no_more(warehouse: Harness) -> None:
    stocked(warehouse, 3)
    purchase = wanted(warehouse)
    reviewing = answer(warehouse, purchase, refuse(*purchase.offers))
    request = {"purchase_id": purchase.id, "user": somebody()}
    assert state_of(warehouse.call("withdraw_purchase", **request)) == "WITHDRAWN"
    told = refusal(
        warehouse,
        "decide_approval",
        IllegalState,
        user="chief",
        approval_id=reviewing.approval_id,
        decision="DECISION_APPROVE",
    )
    assert told == ("ILLEGAL_STATE", ["state"])


def test_another_unit_neither_sees_nor_answers_it(warehouse: Harness) -> None:
    stocked(warehouse, 3)
    purchase = wanted(warehouse)
    realm = Realm("9901", ("u-8",))
    other = somebody("u-8", scope=(realm,), roles=(HeldRole("unit_clerk", realm),))
    assert not warehouse.call("list_purchases", user=other).purchases
    request = {"user": other, "purchase_id": purchase.id}
    for method in ("get_purchase", "renew_purchase", "withdraw_purchase"):
        told = refusal(warehouse, method, NotFound, **request)
        assert told == ("NOT_FOUND", ["purchase_id"])
    more = {"answers": take(*purchase.offers), "to_place": "301"}
    told = refusal(warehouse, "answer_offers", NotFound, **request, **more)
    assert told == ("NOT_FOUND", ["purchase_id"])


def test_every_offer_is_answered_once_in_one_call(warehouse: Harness) -> None:
    stocked(warehouse, 3)
    first, second, third = (purchase := wanted(warehouse)).offers
    nobody = pb.PurchaseOffer(id="0190b6e0-7d5c-7a3e-8f00-0123456789ab")
    for answers, kind, wrong in (
        (take(first, second), InvalidInput, ("UNANSWERED", ["answers"])),
        ([], InvalidInput, ("UNANSWERED", ["answers"] * 3)),
        (
            [*take(first, second, third), *refuse(first)],
            InvalidInput,
            ("DUPLICATE", ["answers"]),
        ),
        (take(first, second, third, nobody), NotFound, ("NOT_FOUND", ["answers.3.offer_id"])),
    ):
        request = {"purchase_id": purchase.id, "answers": answers, "to_place": "301"}
        assert refusal(warehouse, "answer_offers", kind, user=somebody(), **request) == wrong
