"""How a lease goes on, or ends before its time."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import AlreadyExists, IllegalState, InvalidInput
from chassis.testing import Harness
from guanjia.housing.v1 import leases_pb2 as pb
from guanjia.housing.v1 import properties_pb2 as pp
from tests.housing.factories import create_property
from tests.housing.leases.factories import got, on, receive, rented, sign
from tests.refusals import refusal
from tests.together import together

pytestmark = pytest.mark.row("H12")


def renewal(lease: Any, **changes: Any) -> dict[str, Any]:
    """What RenewLease takes: another year, after a tender."""
    return {
        "lease_id": lease.id,
        "code": f"{lease.code}-2",
        "end_on": "2028-03-31",
        "tendered": True,
        "tender_number": "ZZ-2027-8",
    } | changes


def set_norm(housing: Harness, **changes: Any) -> None:
    fields = {
        "service": "housing",
        "kind": "housing.lease_renewal_needs_tender",
        "value": "0",
        "region_code": "990101",
        "valid_from": "2020-01-01",
        "source": "云澜市试点办法",
    }
    housing.call("set_norm", **fields | changes)


def test_a_renewal_follows_without_a_gap_and_keeps_what_is_not_said_anew(housing: Harness) -> None:
    before = sign(housing, pay_within_days=10, deposit_fen=500)
    renewed = housing.call("renew_lease", **renewal(before, rent_fen=3_300_000))
    assert (renewed.start_on, renewed.end_on) == ("2027-04-01", "2028-03-31")
    assert (renewed.renews_id, renewed.rent_fen, renewed.deposit_fen) == (before.id, 3_300_000, 500)
    kept = ("direction", "property_id", "premises", "counterparty", "area_m2", "period_months")
    assert all(getattr(renewed, name) == getattr(before, name) for name in kept)
    revealed = housing.call("reveal_lease", lease_id=renewed.id)
    assert revealed.contact_phone == "13812345678"
    assert [each.due_on for each in renewed.charges][:2] == ["2027-04-11", "2027-07-11"]


def test_a_renewal_without_a_tender_is_blocked_by_the_rule(housing: Harness) -> None:
    lease = sign(housing)
    untendered = renewal(lease, tendered=False, tender_number="")
    assert refusal(housing, "renew_lease", IllegalState, **untendered)[0] == "TENDER_REQUIRED"
    assert housing.call("renew_lease", **renewal(lease)).tendered


def test_the_rule_is_that_of_the_region_on_the_first_day(housing: Harness) -> None:
    inside = sign(housing)
    outside = sign(housing, region_code="990201")
    set_norm(housing, valid_from="2027-04-02")
    untendered = {"tendered": False, "tender_number": ""}
    fields = renewal(inside, **untendered)
    assert refusal(housing, "renew_lease", IllegalState, **fields)[0] == "TENDER_REQUIRED"
    later = sign(housing, end_on="2027-04-01")
    assert housing.call("renew_lease", **renewal(later, **untendered)).start_on == "2027-04-02"
    fields = renewal(outside, **untendered)
    assert refusal(housing, "renew_lease", IllegalState, **fields)[0] == "TENDER_REQUIRED"


def test_leases_from_before_the_rule_are_not_under_it(housing: Harness) -> None:
    old = sign(housing, start_on="2005-07-01", end_on="2006-06-29")
    untendered = {"tendered": False, "tender_number": ""}
    fields = renewal(old, end_on="2006-12-31", **untendered)
    assert housing.call("renew_lease", **fields).start_on == "2006-06-30"


@pytest.mark.parametrize("direction", ["LENT", "IN", "OUT"])
def test_what_brings_no_rent_or_is_rented_needs_no_tender(housing: Harness, direction: str) -> None:
    if direction == "IN":
        lease = housing.call("sign_lease", **rented())
    else:
        lease = sign(housing, direction=f"LEASE_DIRECTION_{direction}", rent_fen=0)
    fields = renewal(lease, tendered=False, tender_number="")
    assert housing.call("renew_lease", **fields).renews_id == lease.id


def test_a_lease_is_renewed_once(housing: Harness) -> None:
    lease = sign(housing)
    acts = [lambda n=n: housing.call("renew_lease", **renewal(lease, code=f"X{n}")) for n in "12"]
    outcomes = together(*acts)
    refused = [each for each in outcomes if isinstance(each, Exception)]
    assert [each.reason for each in refused] == ["ALREADY_RENEWED"]  # type: ignore[attr-defined]
    told = refusal(housing, "renew_lease", AlreadyExists, **renewal(lease, code="X3"))
    assert told == ("ALREADY_RENEWED", ["lease_id"])


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"code": ""}, "code", "REQUIRED"),
        ({"end_on": "2027-03-31"}, "end_on", "ENDS_BEFORE_START"),
        ({"rent_fen": -1}, "rent_fen", "OUT_OF_RANGE"),
        ({"period_months": 0}, "period_months", "REQUIRED"),
        ({"tender_number": ""}, "tender_number", "REQUIRED"),
    ],
    ids=str,
)
def test_a_renewal_that_breaks_a_rule_is_refused_by_field(
    housing: Harness, changes: dict[str, Any], field: str, reason: str
) -> None:
    fields = renewal(sign(housing), **changes)
    assert refusal(housing, "renew_lease", InvalidInput, **fields) == (reason, [field])


def test_termination_cuts_the_plan_and_prorates_the_running_quarter(housing: Harness) -> None:
    """1 July to 15 August has 46 of the quarter's 92 days: 30,000 × 46 ÷ 92 = 15,000."""
    lease = sign(housing)
    on(housing, "2026-08-20")
    ended = housing.call(
        "terminate_lease", lease_id=lease.id, terminated_on="2026-08-15", reason="提前退租"
    )
    assert (ended.status, ended.terminated_on) == (pb.LEASE_STATUS_TERMINATED, "2026-08-15")
    assert (ended.end_on, ended.termination_reason) == ("2027-03-31", "提前退租")
    assert [(each.to_on, each.amount_fen) for each in ended.charges] == [
        ("2026-06-30", 3_000_000),
        ("2026-08-15", 1_500_000),
    ]
    assert (ended.charged_fen, ended.refundable_fen) == (4_500_000, 0)


def test_what_was_received_beyond_what_is_then_owed_is_refundable(housing: Harness) -> None:
    on(housing, "2026-04-01")
    lease = sign(housing)
    receive(housing, lease.id, 10_000_000, in_advance=True)
    on(housing, "2026-08-15")
    ended = housing.call("terminate_lease", lease_id=lease.id, terminated_on="2026-08-15")
    assert got(ended) == [30_000, 70_000]
    assert (ended.received_fen, ended.refundable_fen, ended.overdue_fen) == (
        10_000_000,
        5_500_000,
        0,
    )
    undone = housing.call(
        "reverse_receipt", lease_id=lease.id, receipt_id=ended.receipts[0].id, reason="退款"
    )
    assert (got(undone), undone.refundable_fen) == ([0, 0], 0)


def test_money_for_charges_that_fall_away_pays_what_is_still_open(housing: Harness) -> None:
    """A bounced cheque left the first quarter open while the second was paid."""
    on(housing, "2026-04-01")
    lease = sign(housing)
    first = receive(housing, lease.id, 3_000_000).receipts[0].id
    receive(housing, lease.id, 3_000_000, in_advance=True)
    housing.call("reverse_receipt", lease_id=lease.id, receipt_id=first, reason="退票")
    on(housing, "2026-06-30")
    ended = housing.call("terminate_lease", lease_id=lease.id, terminated_on="2026-06-30")
    assert got(ended) == [30_000]
    assert (ended.refundable_fen, ended.overdue_fen) == (0, 0)


@pytest.mark.parametrize("day", ["2026-03-31", "2027-04-01"])
def test_a_lease_is_terminated_within_its_term(housing: Harness, day: str) -> None:
    on(housing, "2027-05-01")
    fields = {"lease_id": sign(housing).id, "terminated_on": day}
    told = refusal(housing, "terminate_lease", InvalidInput, **fields)
    assert told == ("OUTSIDE_TERM", ["terminated_on"])


def test_an_end_to_come_is_recorded_on_its_day_and_the_property_stays_let_until_then(
    housing: Harness,
) -> None:
    on(housing, "2026-06-29")
    id = create_property(housing, use_state="USE_STATE_IDLE").id
    fields = {
        "lease_id": sign(housing, property_id=id, whole_property=True).id,
        "terminated_on": "2026-06-30",
    }
    told = refusal(housing, "terminate_lease", InvalidInput, **fields)
    assert told == ("IN_FUTURE", ["terminated_on"])
    assert housing.call("get_property", property_id=id).use_state == pp.USE_STATE_LET
    on(housing, "2026-06-30")
    housing.call("terminate_lease", **fields)
    assert housing.call("get_property", property_id=id).use_state == pp.USE_STATE_IDLE


def test_what_is_terminated_is_neither_terminated_again_nor_renewed(housing: Harness) -> None:
    lease = sign(housing)
    fields = {"lease_id": lease.id, "terminated_on": "2026-06-30"}
    on(housing, "2026-06-30")
    housing.call("terminate_lease", **fields)
    assert refusal(housing, "terminate_lease", IllegalState, **fields)[0] == "ILLEGAL_STATE"
    fields = renewal(lease)
    assert refusal(housing, "renew_lease", IllegalState, **fields)[0] == "ILLEGAL_STATE"


def test_a_property_stays_let_when_the_lease_before_its_renewal_is_cut_short(
    housing: Harness,
) -> None:
    id = create_property(housing, use_state="USE_STATE_IDLE").id
    lease = sign(housing, property_id=id, whole_property=True)
    renewed = housing.call("renew_lease", **renewal(lease))
    on(housing, "2026-06-30")
    housing.call("terminate_lease", lease_id=lease.id, terminated_on="2026-06-30")
    assert housing.call("get_property", property_id=id).use_state == pp.USE_STATE_LET
    on(housing, "2027-04-30")
    housing.call("terminate_lease", lease_id=renewed.id, terminated_on="2027-04-30")
    assert housing.call("get_property", property_id=id).use_state == pp.USE_STATE_IDLE


def test_a_property_put_to_other_use_meanwhile_stays_so(housing: Harness) -> None:
    id = create_property(housing, use_state="USE_STATE_IDLE").id
    lease = sign(housing, property_id=id, whole_property=True)
    housing.call("update_property", property_id=id, use_state="USE_STATE_DANGEROUS")
    on(housing, "2026-06-30")
    housing.call("terminate_lease", lease_id=lease.id, terminated_on="2026-06-30")
    assert housing.call("get_property", property_id=id).use_state == pp.USE_STATE_DANGEROUS
