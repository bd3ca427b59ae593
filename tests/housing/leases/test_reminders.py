"""Reminders of rent that is overdue."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import IllegalState, InvalidInput
from chassis.testing import Harness
from guanjia.housing.v1 import leases_pb2 as pb
from tests.housing.leases.factories import on, receive, rented, sign
from tests.refusals import refusal

pytestmark = pytest.mark.row("H12")


def remind(housing: Harness, lease_id: str, level: str = "PHONE", **changes: Any) -> Any:
    fields = {"level": f"REMINDER_LEVEL_{level}", "text": "请于三日内缴清"} | changes
    return housing.call("send_reminder", lease_id=lease_id, **fields)


def test_a_reminder_keeps_what_was_overdue_then(housing: Harness) -> None:
    on(housing, "2026-04-02")
    lease = sign(housing)
    remind(housing, lease.id)
    receive(housing, lease.id, 2_000_000)
    on(housing, "2026-05-02")
    reminded = remind(housing, lease.id, "WRITTEN", sent_on="2026-05-01")
    assert [(each.level, each.sent_on, each.arrears_fen) for each in reminded.reminders] == [
        (pb.REMINDER_LEVEL_PHONE, "2026-04-02", 3_000_000),
        (pb.REMINDER_LEVEL_WRITTEN, "2026-05-01", 1_000_000),
    ]
    assert {(each.text, each.sent_by) for each in reminded.reminders} == {
        ("请于三日内缴清", "clerk")
    }
    assert housing.call("get_lease", lease_id=lease.id) == reminded


def test_a_reminder_of_an_earlier_day_keeps_what_was_overdue_on_that_day(
    housing: Harness,
) -> None:
    """The first quarter was open until 10,000 came on 20 April; 20,000 came on 2 May, when what
    came in April was undone."""
    on(housing, "2026-04-20")
    lease = sign(housing)
    first = receive(housing, lease.id, 1_000_000).receipts[0].id
    on(housing, "2026-05-02")
    receive(housing, lease.id, 2_000_000)
    for day in ("2026-04-19", "2026-04-20"):
        remind(housing, lease.id, sent_on=day)
    housing.call("reverse_receipt", lease_id=lease.id, receipt_id=first, reason="退票")
    for day in ("2026-05-01", "2026-05-02"):
        remind(housing, lease.id, sent_on=day)
    told = housing.call("get_lease", lease_id=lease.id).reminders
    assert [each.arrears_fen for each in told] == [3_000_000, 2_000_000, 2_000_000, 1_000_000]
    fields = {"level": "REMINDER_LEVEL_PHONE", "text": "催", "sent_on": "2026-04-01"}
    refused = refusal(housing, "send_reminder", IllegalState, lease_id=lease.id, **fields)
    assert refused[0] == "NOT_IN_ARREARS"


def test_only_who_is_in_arrears_is_reminded(housing: Harness) -> None:
    on(housing, "2026-04-01")
    lease = sign(housing)
    fields = {"lease_id": lease.id, "level": "REMINDER_LEVEL_LAWYER", "text": "函"}
    assert refusal(housing, "send_reminder", IllegalState, **fields)[0] == "NOT_IN_ARREARS"
    on(housing, "2026-04-02")
    receive(housing, lease.id, 3_000_000)
    assert refusal(housing, "send_reminder", IllegalState, **fields)[0] == "NOT_IN_ARREARS"


def test_a_unit_does_not_remind_itself_of_what_it_rents(housing: Harness) -> None:
    lease = housing.call("sign_lease", **rented())
    on(housing, "2026-05-01")
    fields = {"lease_id": lease.id, "level": "REMINDER_LEVEL_PHONE", "text": "催"}
    assert refusal(housing, "send_reminder", IllegalState, **fields)[0] == "ILLEGAL_STATE"


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"level": 0}, "level", "REQUIRED"),
        ({"text": ""}, "text", "REQUIRED"),
        ({"text": "长" * 1_001}, "text", "TOO_LONG"),
        ({"sent_on": "2026-05-03"}, "sent_on", "IN_FUTURE"),
    ],
)
def test_a_reminder_that_breaks_a_rule_is_refused_by_field(
    housing: Harness, changes: dict[str, Any], field: str, reason: str
) -> None:
    on(housing, "2026-05-02")
    fields = {"lease_id": sign(housing).id, "level": "REMINDER_LEVEL_PHONE", "text": "催"}
    told = refusal(housing, "send_reminder", InvalidInput, **fields | changes)
    assert told == (reason, [field])
