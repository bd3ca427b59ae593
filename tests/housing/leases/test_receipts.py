"""Money received for rent."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import AlreadyExists, Conflict, IllegalState, InvalidInput, NotFound
from chassis.testing import Harness
from tests.housing.leases.factories import got, on, receive, rented, sign
from tests.refusals import refusal
from tests.together import together

NOBODY = "0190b6e0-7d5c-7a3e-8f00-0123456789ab"
pytestmark = pytest.mark.row("H12")


@pytest.fixture
def lease(housing: Harness) -> Any:
    """30,000 yuan a quarter from 1 April 2026; two quarters have begun."""
    on(housing, "2026-08-01")
    return sign(housing)


def test_money_pays_the_oldest_open_charges_first(housing: Harness, lease: Any) -> None:
    paid = receive(housing, lease.id, 2_000_000, received_on="2026-04-01")
    assert got(paid) == [20_000, 0, 0, 0]
    paid = receive(housing, lease.id, 1_500_000, received_on="2026-07-20")
    assert got(paid) == [30_000, 5_000, 0, 0]
    assert (paid.charged_fen, paid.received_fen, paid.overdue_fen) == (
        12_000_000,
        3_500_000,
        2_500_000,
    )
    told = [[(a.position, a.amount_fen) for a in each.allotments] for each in paid.receipts]
    assert told == [[(1, 2_000_000)], [(1, 1_000_000), (2, 500_000)]]
    assert [(each.received_on, each.recorded_by) for each in paid.receipts] == [
        ("2026-04-01", "clerk"),
        ("2026-07-20", "clerk"),
    ]
    assert housing.call("get_lease", lease_id=lease.id) == paid


def test_more_than_is_owed_is_refused_unless_it_is_in_advance(housing: Harness, lease: Any) -> None:
    fields = {"lease_id": lease.id, "voucher": "PZ-1", "amount_fen": 6_000_001}
    told = refusal(housing, "record_receipt", InvalidInput, **fields)
    assert told == ("EXCEEDS_OWED", ["amount_fen"])
    paid = housing.call("record_receipt", **fields, in_advance=True)
    assert [each.received_fen for each in paid.charges] == [3_000_000, 3_000_000, 1, 0]
    fields = {"lease_id": lease.id, "voucher": "PZ-2", "amount_fen": 6_000_000}
    told = refusal(housing, "record_receipt", InvalidInput, **fields, in_advance=True)
    assert told == ("EXCEEDS_OWED", ["amount_fen"])


def test_a_period_is_owed_from_its_first_day(housing: Harness) -> None:
    on(housing, "2026-03-31")
    lease = sign(housing, pay_within_days=10)
    fields = {"lease_id": lease.id, "voucher": "PZ-1", "amount_fen": 1}
    refusal(housing, "record_receipt", InvalidInput, **fields)
    on(housing, "2026-04-01")
    assert housing.call("record_receipt", **fields).charges[0].received_fen == 1


def test_a_reversal_opens_exactly_what_the_receipt_paid(housing: Harness, lease: Any) -> None:
    first = receive(housing, lease.id, 3_000_000)
    receive(housing, lease.id, 1_000_000)
    id = first.receipts[0].id
    undone = housing.call("reverse_receipt", lease_id=lease.id, receipt_id=id, reason="支票退票")
    assert got(undone) == [0, 10_000, 0, 0]
    [gone, kept] = undone.receipts
    assert (gone.reversed_by, gone.reversal_reason) == ("clerk", "支票退票")
    assert gone.reversed_at.ToSeconds() == int(housing.clock.at.timestamp())
    assert not gone.allotments
    assert not kept.reversed_by
    again = {"lease_id": lease.id, "receipt_id": id, "reason": "再次"}
    reason, _ = refusal(housing, "reverse_receipt", IllegalState, **again)
    assert reason == "ILLEGAL_STATE"
    assert got(receive(housing, lease.id, 3_500_000)) == [30_000, 15_000, 0, 0]


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"voucher": ""}, "voucher", "REQUIRED"),
        ({"amount_fen": 0}, "amount_fen", "OUT_OF_RANGE"),
        ({"amount_fen": -1}, "amount_fen", "OUT_OF_RANGE"),
        ({"received_on": "2026-08-02"}, "received_on", "IN_FUTURE"),
        ({"received_on": "2026-02-30"}, "received_on", "INVALID_DATE"),
        ({"payer": "长" * 201}, "payer", "TOO_LONG"),
    ],
)
def test_a_receipt_that_breaks_a_rule_is_refused_by_field(
    housing: Harness, lease: Any, changes: dict[str, Any], field: str, reason: str
) -> None:
    fields = {"lease_id": lease.id, "voucher": "PZ-1", "amount_fen": 1} | changes
    assert refusal(housing, "record_receipt", InvalidInput, **fields) == (reason, [field])


def test_a_voucher_is_recorded_once_whatever_the_lease(housing: Harness, lease: Any) -> None:
    receive(housing, lease.id, 1, voucher="ｐz-1")
    fields = {"lease_id": sign(housing).id, "voucher": "PZ-1", "amount_fen": 1}
    told = refusal(housing, "record_receipt", AlreadyExists, **fields)
    assert told == ("VOUCHER_TAKEN", ["voucher"])


def test_the_voucher_of_a_reversed_receipt_is_recorded_again(housing: Harness, lease: Any) -> None:
    id = receive(housing, lease.id, 1, voucher="PZ-1").receipts[0].id
    housing.call("reverse_receipt", lease_id=lease.id, receipt_id=id, reason="金额有误")
    again = receive(housing, lease.id, 2, voucher="PZ-1")
    assert [each.voucher for each in again.receipts] == ["PZ-1", "PZ-1"]
    fields = {"lease_id": lease.id, "voucher": "PZ-1", "amount_fen": 3}
    told = refusal(housing, "record_receipt", AlreadyExists, **fields)
    assert told == ("VOUCHER_TAKEN", ["voucher"])


def test_a_receipt_nobody_recorded_is_not_reversed(housing: Harness, lease: Any) -> None:
    fields = {"lease_id": lease.id, "receipt_id": NOBODY, "reason": "无"}
    told = refusal(housing, "reverse_receipt", NotFound, **fields)
    assert told == ("NOT_FOUND", ["receipt_id"])


def test_what_a_unit_pays_for_what_it_rents_is_kept_the_same_way(housing: Harness) -> None:
    on(housing, "2026-04-01")
    lease = housing.call("sign_lease", **rented())
    assert got(receive(housing, lease.id, 3_000_000)) == [30_000, 0, 0, 0]


def test_r22_a_receipt_for_what_somebody_changed_is_refused(housing: Harness, lease: Any) -> None:
    receive(housing, lease.id, 1)
    stale = {"lease_id": lease.id, "etag": lease.etag, "voucher": "PZ-1", "amount_fen": 1}
    assert refusal(housing, "record_receipt", Conflict, **stale) == ("STALE", ["etag"])


def test_r22_two_receipts_at_once_for_the_last_charge_pay_it_once(housing: Harness) -> None:
    on(housing, "2027-01-01")
    lease = sign(housing)
    receive(housing, lease.id, 9_000_000)
    outcomes = together(*[lambda: receive(housing, lease.id, 3_000_000)] * 2)
    refused = [each for each in outcomes if isinstance(each, Exception)]
    assert [each.reason for each in refused] == ["EXCEEDS_OWED"]  # type: ignore[attr-defined]
    told = housing.call("get_lease", lease_id=lease.id)
    assert got(told) == [30_000] * 4
    assert len(told.receipts) == 2


def test_r22_receipts_at_once_each_pay_what_the_other_left(housing: Harness, lease: Any) -> None:
    together(*[lambda: receive(housing, lease.id, 700_000)] * 4)
    told = housing.call("get_lease", lease_id=lease.id)
    assert [each.received_fen for each in told.charges] == [2_800_000, 0, 0, 0]


def test_r12_the_same_receipt_at_once_is_one_receipt(housing: Harness, lease: Any) -> None:
    fields = {"voucher": "PZ-1", "request_id": "one"}
    replies = together(*[lambda: receive(housing, lease.id, 1_000_000, **fields)] * 3)
    assert replies == [replies[0]] * 3
    assert housing.count("lease_receipts") == 1
