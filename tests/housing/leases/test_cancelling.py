"""Leases taken back before they begin, and renewals that came to nothing."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import AlreadyExists, Conflict, IllegalState, InvalidInput
from chassis.testing import Harness
from guanjia.housing.v1 import leases_pb2 as pb
from guanjia.housing.v1 import properties_pb2 as pp
from tests.housing.factories import create_disposal, create_property
from tests.housing.leases.factories import on, receive, sign
from tests.refusals import refusal

pytestmark = pytest.mark.row("H12")


def cancel(housing: Harness, lease_id: str, **changes: Any) -> Any:
    return housing.call("cancel_lease", lease_id=lease_id, **{"reason": "承租方放弃"} | changes)


def renew(housing: Harness, lease: Any, code: str) -> Any:
    fields: dict[str, Any] = {
        "end_on": "2028-03-31",
        "tendered": True,
        "tender_number": "ZZ-2027-8",
    }
    return housing.call("renew_lease", lease_id=lease.id, code=code, **fields)


def test_a_lease_that_has_not_begun_is_cancelled_and_leaves_no_charges(housing: Harness) -> None:
    on(housing, "2026-03-31")
    id = create_property(housing, use_state="USE_STATE_IDLE").id
    lease = sign(housing, property_id=id, whole_property=True)
    gone = cancel(housing, lease.id)
    assert (gone.status, gone.termination_reason, gone.terminated_on) == (
        pb.LEASE_STATUS_CANCELLED,
        "承租方放弃",
        "",
    )
    assert (list(gone.charges), gone.charged_fen) == ([], 0)
    assert housing.call("get_lease", lease_id=lease.id) == gone
    assert housing.call("get_property", property_id=id).use_state == pp.USE_STATE_IDLE
    assert sign(housing, property_id=id, whole_property=True).whole_property


def test_what_is_cancelled_holds_nothing_and_counts_in_no_report(housing: Harness) -> None:
    on(housing, "2026-03-31")
    lease = sign(housing)
    cancel(housing, lease.id)
    assert not housing.call("report_rent", year=2026).lines
    assert not housing.call("list_leases", year=2026).leases
    assert not housing.call("list_charges").charges
    for status, ids in [("CANCELLED", [lease.id]), ("UPCOMING", []), ("TERMINATED", [])]:
        page = housing.call("list_leases", status=f"LEASE_STATUS_{status}")
        assert [each.id for each in page.leases] == ids
    draft = create_disposal(housing, property_id=lease.property_id)
    assert housing.call("submit_disposal", disposal_id=draft.id).id == draft.id


def test_a_lease_is_cancelled_until_the_day_before_it_begins(housing: Harness) -> None:
    on(housing, "2026-04-01")
    fields = {"lease_id": sign(housing).id, "reason": "误登"}
    assert refusal(housing, "cancel_lease", IllegalState, **fields)[0] == "ALREADY_BEGUN"


def test_a_lease_for_which_money_came_is_cancelled_once_that_is_reversed(housing: Harness) -> None:
    on(housing, "2026-03-31")
    lease = receive(housing, sign(housing).id, 3_000_000, in_advance=True)
    fields = {"lease_id": lease.id, "reason": "误登"}
    assert refusal(housing, "cancel_lease", IllegalState, **fields)[0] == "HAS_RECEIPTS"
    receipt = lease.receipts[0].id
    housing.call("reverse_receipt", lease_id=lease.id, receipt_id=receipt, reason="退回")
    gone = cancel(housing, lease.id)
    assert (gone.status, len(gone.receipts), gone.received_fen) == (pb.LEASE_STATUS_CANCELLED, 1, 0)


def test_a_cancellation_says_why_and_of_which_version(housing: Harness) -> None:
    lease = sign(housing)
    unsaid = {"lease_id": lease.id, "reason": ""}
    assert refusal(housing, "cancel_lease", InvalidInput, **unsaid) == ("REQUIRED", ["reason"])
    housing.call("update_lease", lease_id=lease.id, note="乙")
    stale = {"lease_id": lease.id, "etag": lease.etag, "reason": "误登"}
    assert refusal(housing, "cancel_lease", Conflict, **stale) == ("STALE", ["etag"])


def test_what_is_cancelled_does_not_go_on(housing: Harness) -> None:
    lease = sign(housing)
    cancel(housing, lease.id)
    on(housing, "2026-06-30")
    renewal = {"code": "X", "end_on": "2028-03-31"}
    for call, fields in [
        ("cancel_lease", {"reason": "再次"}),
        ("terminate_lease", {"terminated_on": "2026-06-30"}),
        ("renew_lease", renewal),
    ]:
        told = refusal(housing, call, IllegalState, lease_id=lease.id, **fields)
        assert told[0] == "ILLEGAL_STATE"
    money = {"lease_id": lease.id, "voucher": "PZ-1", "amount_fen": 1}
    told = refusal(housing, "record_receipt", InvalidInput, **money, in_advance=True)
    assert told == ("EXCEEDS_OWED", ["amount_fen"])


def test_a_lease_whose_renewal_was_cancelled_is_renewed_again_and_keeps_the_property(
    housing: Harness,
) -> None:
    id = create_property(housing, use_state="USE_STATE_IDLE").id
    lease = sign(housing, property_id=id, whole_property=True)
    cancel(housing, renew(housing, lease, "X1").id)
    assert housing.call("get_property", property_id=id).use_state == pp.USE_STATE_LET
    assert renew(housing, lease, "X2").renews_id == lease.id
    fields = {"code": "X3", "end_on": "2028-03-31", "lease_id": lease.id}
    told = refusal(housing, "renew_lease", AlreadyExists, **fields)
    assert told == ("ALREADY_RENEWED", ["lease_id"])


def test_a_lease_whose_renewal_was_terminated_is_renewed_again(housing: Harness) -> None:
    lease = sign(housing)
    first = renew(housing, lease, "X1")
    on(housing, "2027-04-01")
    housing.call("terminate_lease", lease_id=first.id, terminated_on="2027-04-01")
    assert renew(housing, lease, "X2").start_on == "2027-04-01"
