"""Which unit a purchase is for, and whose items it is offered."""

from __future__ import annotations

import pytest

from chassis.errors import IllegalState
from chassis.testing import Harness
from guanjia.warehouse.v1 import purchases_pb2 as pb
from tests.refusals import refusal
from tests.warehouse.factories import a_unit, in_virtual_store, merges
from tests.warehouse.purchases.factories import answer, refuse, take, wanted

pytestmark = pytest.mark.row("W05")
NEED = {"class_code": "A0501", "quantity": 1}


def test_a_caller_of_no_unit_asks_for_nothing(warehouse: Harness) -> None:
    fields = {"need": NEED, "description": "办公桌", "estimated_price_fen": 1, "reason": "新增"}
    told = refusal(warehouse, "request_purchase", IllegalState, **fields)
    assert told == ("NO_UNIT", [])


def test_what_is_the_unit_s_own_since_a_merger_is_gone_and_not_offered_again(
    warehouse: Harness,
) -> None:
    owner, asker = a_unit(warehouse), a_unit(warehouse)
    in_virtual_store(warehouse, owner)
    purchase = wanted(warehouse, asker, need=NEED)
    heir = merges(warehouse, asker, owner)
    done = answer(warehouse, purchase, take(*purchase.offers), heir)
    assert [each.state for each in done.offers] == [pb.OFFER_STATE_GONE]
    assert (done.state, done.shortfall) == (pb.PURCHASE_STATE_CLEARED, 1)


def test_a_unit_does_it_all_within_its_own_scope(warehouse: Harness) -> None:
    owner, asker = a_unit(warehouse), a_unit(warehouse)
    in_virtual_store(warehouse, owner)
    purchase = wanted(warehouse, asker, need=NEED)
    reviewing = answer(warehouse, purchase, refuse(*purchase.offers), asker)
    request = {"user": asker, "approval_id": reviewing.approval_id}
    warehouse.call("recall_approval", **request)
    again = warehouse.call("get_purchase", user=asker, purchase_id=purchase.id)
    met = answer(warehouse, again, take(*again.offers), asker)
    assert met.state == pb.PURCHASE_STATE_MET
    [transfer] = warehouse.call("list_transfers", user=asker).transfers
    assert transfer.id == met.offers[0].transfer_id
