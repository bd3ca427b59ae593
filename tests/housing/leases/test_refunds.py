"""Money given back after a lease was terminated."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import AlreadyExists, Conflict, IllegalState, InvalidInput
from chassis.testing import Harness
from tests.housing.leases.factories import on, receive, refund, sign
from tests.refusals import refusal
from tests.together import together

pytestmark = pytest.mark.row("H12")


@pytest.fixture
def ended(housing: Harness) -> Any:
    """100,000 yuan came in two receipts, of which 45,000 were owed in the end."""
    on(housing, "2026-04-01")
    lease = sign(housing)
    receive(housing, lease.id, 9_000_000, in_advance=True, voucher="PZ-1")
    receive(housing, lease.id, 1_000_000, in_advance=True, voucher="PZ-2")
    on(housing, "2026-08-15")
    return housing.call("terminate_lease", lease_id=lease.id, terminated_on="2026-08-15")


def test_what_is_given_back_is_no_longer_refundable(housing: Harness, ended: Any) -> None:
    assert ended.refundable_fen == 5_500_000
    told = refund(housing, ended.id, 5_000_000, voucher="ｔk-1", refunded_on="2026-08-14")
    assert (told.refundable_fen, told.refunded_fen, told.received_fen) == (
        500_000,
        5_000_000,
        10_000_000,
    )
    [kept] = told.refunds
    assert (kept.voucher, kept.refunded_on, kept.amount_fen, kept.payee, kept.recorded_by) == (
        "TK-1",
        "2026-08-14",
        5_000_000,
        "云澜市惠民超市有限公司",
        "clerk",
    )
    assert housing.call("get_lease", lease_id=ended.id) == told
    [listed] = housing.call("list_leases").leases
    assert (listed.refundable_fen, listed.refunded_fen) == (500_000, 5_000_000)
    assert refund(housing, ended.id, 500_000).refundable_fen == 0


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"voucher": ""}, "voucher", "REQUIRED"),
        ({"amount_fen": 0}, "amount_fen", "OUT_OF_RANGE"),
        ({"amount_fen": 5_500_001}, "amount_fen", "EXCEEDS_REFUNDABLE"),
        ({"refunded_on": "2026-08-16"}, "refunded_on", "IN_FUTURE"),
        ({"payee": "长" * 201}, "payee", "TOO_LONG"),
    ],
    ids=["voucher", "nothing", "too_much", "ahead", "payee"],
)
def test_a_refund_that_breaks_a_rule_is_refused_by_field(
    housing: Harness, ended: Any, changes: dict[str, Any], field: str, reason: str
) -> None:
    fields = {"lease_id": ended.id, "voucher": "TK-1", "amount_fen": 1} | changes
    assert refusal(housing, "record_refund", InvalidInput, **fields) == (reason, [field])


def test_nothing_is_given_back_of_a_lease_that_runs(housing: Harness) -> None:
    on(housing, "2026-04-01")
    id = receive(housing, sign(housing).id, 3_000_000).id
    fields = {"lease_id": id, "voucher": "TK-1", "amount_fen": 1}
    assert refusal(housing, "record_refund", IllegalState, **fields)[0] == "NOT_TERMINATED"


def test_a_voucher_is_that_of_one_refund_or_receipt(housing: Harness, ended: Any) -> None:
    refund(housing, ended.id, 1, voucher="TK-1")
    other = sign(housing).id
    for call, id, voucher in [
        ("record_refund", ended.id, "TK-1"),
        ("record_refund", ended.id, "PZ-1"),
        ("record_receipt", other, "TK-1"),
    ]:
        fields = {"lease_id": id, "voucher": voucher, "amount_fen": 1}
        assert refusal(housing, call, AlreadyExists, **fields) == ("VOUCHER_TAKEN", ["voucher"])


def test_what_was_given_back_is_not_reversed(housing: Harness, ended: Any) -> None:
    refund(housing, ended.id, 5_000_000)
    large, small = (each.id for each in ended.receipts)
    for id in (large, small):
        fields = {"lease_id": ended.id, "receipt_id": id, "reason": "退票"}
        assert refusal(housing, "reverse_receipt", IllegalState, **fields)[0] == "ALREADY_REFUNDED"


def test_what_is_still_refundable_may_be_reversed(housing: Harness, ended: Any) -> None:
    refund(housing, ended.id, 4_500_000)
    small = ended.receipts[1].id
    told = housing.call("reverse_receipt", lease_id=ended.id, receipt_id=small, reason="退票")
    assert (told.received_fen, told.refundable_fen, told.overdue_fen) == (9_000_000, 0, 0)


def test_r22_a_refund_for_what_somebody_changed_is_refused(housing: Harness, ended: Any) -> None:
    refund(housing, ended.id, 1)
    stale = {"lease_id": ended.id, "etag": ended.etag, "voucher": "TK-1", "amount_fen": 1}
    assert refusal(housing, "record_refund", Conflict, **stale) == ("STALE", ["etag"])


def test_r22_two_refunds_at_once_give_back_what_is_refundable_once(
    housing: Harness, ended: Any
) -> None:
    outcomes = together(*[lambda: refund(housing, ended.id, 5_500_000)] * 2)
    refused = [each for each in outcomes if isinstance(each, Exception)]
    assert [each.reason for each in refused] == ["EXCEEDS_REFUNDABLE"]  # type: ignore[attr-defined]
    assert housing.call("get_lease", lease_id=ended.id).refunded_fen == 5_500_000
