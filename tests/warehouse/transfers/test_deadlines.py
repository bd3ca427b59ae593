"""Until when a transfer is to be handed over, and received."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.testing import Harness
from guanjia.directory.v1 import directory_pb2, events_pb2
from tests.warehouse.factories import granted, somebody, stocked

pytestmark = pytest.mark.row("W03")
UNIT = somebody()


@pytest.fixture
def published(warehouse: Harness) -> Harness:
    """A warehouse that knows the workdays of 2026: 6 April and 1 October are free."""
    told = directory_pb2.CalendarYear(
        year=2026, holidays=["2026-04-06", "2026-10-01"], source="通知", etag="1"
    )
    fact = events_pb2.CalendarYearPublished(calendar=told)
    warehouse.react("on_calendar_year_published", fact)
    return warehouse


def due(transfer: Any) -> str:
    return str(transfer.due_at.ToJsonString()) if transfer.HasField("due_at") else ""


def approved(warehouse: Harness, number: int = 2) -> Any:
    desks = stocked(warehouse, number)
    return granted(warehouse, UNIT, item_ids=[each.id for each in desks])


def hand_over(warehouse: Harness, transfer: Any, *lines: int) -> Any:
    ids = [transfer.lines[each].id for each in lines]
    return warehouse.call("hand_over_transfer", transfer_id=transfer.id, line_ids=ids)


def overdue(warehouse: Harness) -> list[str]:
    return [each.code for each in warehouse.call("list_transfers", overdue=True).transfers]


def test_five_workdays_each_to_hand_over_and_to_receive(published: Harness) -> None:
    published.clock.at = datetime(2026, 4, 2, 1, 0, tzinfo=UTC)  # a Thursday
    transfer = approved(published)
    # 3, 7, 8, 9 and 10 April: due as the 10th ends in China.
    assert due(transfer) == "2026-04-10T16:00:00Z"
    published.clock.at = datetime(2026, 4, 13, 1, 0, tzinfo=UTC)
    assert overdue(published) == [transfer.code]
    part = hand_over(published, transfer, 0)
    assert due(part) == due(transfer), "who did nothing yet does not get more time"
    rest = hand_over(published, transfer, 1)
    assert due(rest) == "2026-04-20T16:00:00Z"
    assert overdue(published) == []
    published.clock.at = datetime(2026, 4, 20, 16, 0, tzinfo=UTC)
    assert overdue(published) == [transfer.code]
    done = published.call("receive_transfer", user=UNIT, transfer_id=transfer.id)
    assert (due(done), overdue(published)) == ("", [])


def test_what_is_left_after_a_withdrawal_is_to_be_received(published: Harness) -> None:
    transfer = approved(published)
    hand_over(published, transfer, 0)
    published.clock.advance(days=7)
    rest = published.call("withdraw_transfer", user=UNIT, transfer_id=transfer.id)
    assert (due(transfer), due(rest)) == ("2026-03-09T16:00:00Z", "2026-03-16T16:00:00Z")


def test_nobody_guesses_the_workdays_of_a_year_that_is_not_published(published: Harness) -> None:
    published.clock.at = datetime(2026, 12, 31, 1, 0, tzinfo=UTC)
    transfer = approved(published)
    assert due(transfer) == ""
    published.clock.advance(days=90)
    assert overdue(published) == []


def test_a_region_may_set_its_own_days(published: Harness) -> None:
    norm = {
        "kind": "warehouse.transfer_workdays",
        "key": "hand_over",
        "value": "2",
        "service": "warehouse",
        "region_code": "990100",
        "valid_from": "2026-01-01",
        "source": "云澜市公物仓管理办法",
    }
    published.call("set_norm", **norm)
    assert due(approved(published)) == "2026-03-04T16:00:00Z"
