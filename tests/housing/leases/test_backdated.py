"""Receipts of days before others that are known."""

from __future__ import annotations

import pytest

from chassis.testing import Harness
from tests.housing.factories import create_property
from tests.housing.leases.factories import cells, got, on, receive, sent, sign
from tests.housing.leases.test_reports import ages

pytestmark = pytest.mark.row("H12")


def test_an_older_receipt_recorded_after_a_younger_one_pays_first(housing: Harness) -> None:
    on(housing, "2026-07-05")
    lease = sign(housing)
    receive(housing, lease.id, 3_000_000)
    on(housing, "2026-07-10")
    paid = receive(housing, lease.id, 3_000_000, received_on="2026-04-01")
    told = [[(a.position, a.amount_fen) for a in each.allotments] for each in paid.receipts]
    assert told == [[(2, 3_000_000)], [(1, 3_000_000)]]
    assert got(paid) == [30_000, 30_000, 0, 0]
    told_of = [ages(housing, day).get("合计") for day in ("2026-05-01", "2026-07-04", "2026-07-05")]
    assert told_of == [None, 30_000, None]


def test_an_older_receipt_leaves_what_was_undone_undone_from_its_day_on(housing: Harness) -> None:
    """20,000 of 10 April bounced on 1 May; on 1 June 5,000 are found that came on 5 April."""
    on(housing, "2026-04-10")
    lease = sign(housing)
    id = receive(housing, lease.id, 2_000_000).receipts[0].id
    on(housing, "2026-05-01")
    housing.call("reverse_receipt", lease_id=lease.id, receipt_id=id, reason="退票")
    on(housing, "2026-06-01")
    receive(housing, lease.id, 500_000, received_on="2026-04-05")
    days = ("2026-04-04", "2026-04-05", "2026-04-10", "2026-04-30", "2026-05-01", "2026-06-01")
    told = [ages(housing, day)["合计"] for day in days]
    assert told == [30_000, 25_000, 5_000, 5_000, 25_000, 25_000]


def test_an_older_receipt_leaves_what_a_lease_came_with_before_all_others(
    housing: Harness,
) -> None:
    """The ledger came on 1 August with the first quarter paid; what is found pays the second."""
    on(housing, "2026-08-01")
    create_property(housing, code="YL-1", use_state="USE_STATE_IDLE")
    sent(housing, [cells("HT-1", opening_received_fen="30000", tendered="否")])
    [lease] = housing.call("list_leases", code="HT-1").leases
    receive(housing, lease.id, 3_000_000, received_on="2026-07-05")
    told = [ages(housing, day).get("合计") for day in ("2026-05-01", "2026-07-04", "2026-07-05")]
    assert told == [None, 30_000, None]
