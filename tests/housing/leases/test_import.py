"""Ledgers of leases come in by spreadsheet."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.contract import heading_of
from chassis.testing import Harness
from chassis.testing.reports import figures
from guanjia.housing.v1 import leases_pb2 as pb
from guanjia.housing.v1 import properties_pb2 as pp
from guanjia.sheet.v1 import sheet_pb2
from housing.leases.importing import HEADINGS
from tests.housing.factories import create_property
from tests.housing.leases.factories import cells, on, sent, sign
from tests.together import together

pytestmark = pytest.mark.row("H12")


@pytest.fixture
def registered(housing: Harness) -> Harness:
    create_property(housing, code="YL-1", use_state="USE_STATE_IDLE")
    return housing


def counts(reply: sheet_pb2.ImportResponse) -> tuple[int, int, int]:
    return reply.created, reply.unchanged, reply.refused


def only(housing: Harness) -> Any:
    [listed] = housing.call("list_leases").leases
    return housing.call("get_lease", lease_id=listed.id)


def test_1001_leases_are_taken_and_again_none(registered: Harness) -> None:
    rows = [
        cells(f"HT-{number:05}", rent_fen=str(number), end_on="2026-12-31")
        for number in range(1_001)
    ]
    for expected in ((1_001, 0, 0), (0, 1_001, 0)):
        replies = [
            sent(registered, rows[first : first + 500], first=first + 2)
            for first in range(0, len(rows), 500)
        ]
        assert tuple(map(sum, zip(*map(counts, replies), strict=True))) == expected
    assert registered.count("leases") == 1_001
    assert registered.count("lease_charges") == 1_000 * 3


def test_a_row_is_read_into_a_lease(registered: Harness) -> None:
    told = {
        "pay_within_days": "10",
        "deposit_fen": "5,000.50",
        "tender_number": "zz-1",
        "note": "临街",
    }
    assert counts(sent(registered, [cells("ｈｔ-1", **told)])) == (1, 0, 0)
    lease = only(registered)
    assert (lease.code, lease.direction, lease.property_code) == (
        "HT-1",
        pb.LEASE_DIRECTION_OUT,
        "YL-1",
    )
    assert (lease.rent_fen, lease.period_months, lease.pay_within_days) == (3_000_000, 3, 10)
    assert (lease.deposit_fen, lease.tendered, lease.tender_number) == (500_050, True, "ZZ-1")
    assert (lease.area_m2, lease.note, lease.unit_name) == (320.5, "临街", "云澜市财政局")
    assert [each.due_on for each in lease.charges][:2] == ["2026-04-11", "2026-07-11"]


def test_cells_that_may_be_empty_have_a_meaning(registered: Harness) -> None:
    names = ("rent_fen", "period_months", "address", "region_code", "unit_name", "tendered")
    row = cells("HT-1", direction="出借", **dict.fromkeys(names, " "))
    assert counts(sent(registered, [row])) == (1, 0, 0)
    lease = only(registered)
    assert (lease.rent_fen, list(lease.charges), lease.tendered) == (0, [], False)
    assert (lease.address, lease.region_code) == ("云澜市政通路12号", "990101")
    assert lease.unit_name == "云澜市财政局"
    assert counts(sent(registered, [row])) == (0, 1, 0)


def test_the_register_keeps_its_use_states_and_nobody_is_told(registered: Harness) -> None:
    facts = len(registered.facts())
    sent(registered, [cells("HT-1")])
    [building] = registered.call("list_properties").properties
    assert building.use_state == pp.USE_STATE_IDLE
    assert len(registered.facts()) == facts


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"code": ""}, "code", "REQUIRED"),
        ({"direction": "转租"}, "direction", "UNKNOWN_VALUE"),
        ({"property_code": ""}, "property_code", "REQUIRED"),
        ({"property_code": "YL-9"}, "property_code", "NOT_FOUND"),
        ({"area_m2": ""}, "area_m2", "REQUIRED"),
        ({"end_on": "2026-03-31"}, "end_on", "ENDS_BEFORE_START"),
        ({"start_on": "2026年4月1日"}, "start_on", "INVALID_DATE"),
        ({"rent_fen": "1.234"}, "rent_fen", "TOO_FINE"),
        ({"rent_fen": "10000000000.01"}, "rent_fen", "OUT_OF_RANGE"),
        ({"period_months": ""}, "period_months", "REQUIRED"),
        ({"period_months": "4"}, "period_months", "UNKNOWN_PERIOD"),
        ({"direction": "出借"}, "rent_fen", "LENT_WITHOUT_RENT"),
        ({"tendered": "也许"}, "tendered", "UNKNOWN_VALUE"),
        ({"unit_uscc": "1"}, "unit_uscc", "INVALID_USCC"),
        ({"direction": "租入", "property_code": "", "address": ""}, "address", "REQUIRED"),
    ],
    ids=str,
)
def test_a_row_that_breaks_a_rule_is_refused_by_field(
    registered: Harness, changes: dict[str, str], field: str, reason: str
) -> None:
    reply = sent(registered, [cells("A") | cells("HT-1", **changes), cells("HT-2")], first=7)
    assert counts(reply) == (1, 0, 1)
    assert [(each.row, each.field, each.reason) for each in reply.problems] == [(7, field, reason)]


def test_what_is_dangerous_is_not_let_by_a_file(registered: Harness) -> None:
    create_property(registered, code="YL-2", use_state="USE_STATE_DANGEROUS")
    reply = sent(registered, [cells("HT-1", property_code="YL-2")])
    assert [each.reason for each in reply.problems] == ["ILLEGAL_STATE"]


def test_a_number_that_is_known_with_other_content_is_refused_and_kept(
    registered: Harness,
) -> None:
    signed = sign(registered, code="HT-1")
    rows = [cells("HT-1"), cells("HT-2"), cells("HT-2"), cells("HT-2", note="另")]
    reply = sent(registered, rows)
    assert counts(reply) == (1, 1, 2)
    assert [(each.row, each.reason) for each in reply.problems] == [
        (2, "CODE_TAKEN"),
        (5, "CODE_TAKEN"),
    ]
    assert registered.call("get_lease", lease_id=signed.id) == signed


def test_r22_two_files_with_the_same_leases_at_once_take_each_once(registered: Harness) -> None:
    rows = [cells(f"HT-{number}") for number in range(10)]
    replies = together(lambda: sent(registered, rows), lambda: sent(registered, rows))
    assert sorted(map(counts, replies)) == [(0, 10, 0), (10, 0, 0)]  # type: ignore[arg-type]


def test_what_was_received_before_pays_the_oldest_charges_once(registered: Harness) -> None:
    row = cells("HT-1", opening_received_fen="45,000.00")
    assert counts(sent(registered, [row, row])) == (1, 1, 0)
    lease = only(registered)
    assert [each.received_fen for each in lease.charges] == [3_000_000, 1_500_000, 0, 0]
    [receipt] = lease.receipts
    assert (receipt.amount_fen, receipt.received_on) == (4_500_000, "2026-03-02")
    silent = cells("HT-1")
    assert counts(sent(registered, [silent, row])) == (0, 2, 0)


@pytest.mark.parametrize("opening", ["45,000.01", "0"])
def test_another_opening_amount_is_other_content(registered: Harness, opening: str) -> None:
    sent(registered, [cells("HT-1", opening_received_fen="45,000.00")])
    reply = sent(registered, [cells("HT-1", opening_received_fen=opening)])
    assert [each.reason for each in reply.problems] == ["CODE_TAKEN"]


def test_no_opening_amount_is_0(registered: Harness) -> None:
    sent(registered, [cells("HT-1")])
    rows = [cells("HT-1", opening_received_fen=told) for told in ("0", "0.01")]
    assert counts(sent(registered, rows)) == (0, 1, 1)


def test_old_rent_that_was_received_before_is_in_arrears_on_no_day(registered: Harness) -> None:
    """Of four quarters, due on 1 April, July, October and January, two and a half were paid."""
    on(registered, "2027-02-01")
    sent(registered, [cells("HT-1", opening_received_fen="75,000.00")])
    days = ("2026-04-02", "2026-07-02", "2026-10-01", "2026-10-02", "2027-02-01")
    arrears = [figures(registered.call("report_arrears", day=day))[("合计",)] for day in days]
    assert [each["arrears_yuan"] for each in arrears] == [0, 0, 0, 15_000, 45_000]
    [receipt] = only(registered).receipts
    assert receipt.received_on == "2027-02-01"


def test_what_was_received_before_for_rent_to_come_counts_from_today(registered: Harness) -> None:
    on(registered, "2026-05-01")
    sent(registered, [cells("HT-1", opening_received_fen="60,000.00")])
    told = [
        [each.received_fen for each in registered.call("list_charges", day=day).charges]
        for day in ("2026-03-31", "2026-04-30", "2026-05-01")
    ]
    assert told == [[0] * 4, [3_000_000, 0, 0, 0], [3_000_000, 3_000_000, 0, 0]]


def test_what_is_given_as_a_whole_is_not_given_again_by_a_file_meanwhile(
    registered: Harness,
) -> None:
    [building] = registered.call("list_properties").properties
    sign(registered, property_id=building.id, code="W", whole_property=True)
    later = {"start_on": "2027-04-01", "end_on": "2027-12-31"}
    lent = {"direction": "出借", "rent_fen": "", "period_months": ""}
    rows = [
        cells("HT-1"),
        cells("HT-2", start_on="2025-04-01", end_on="2026-04-01", **lent),
        cells("HT-3", start_on="2025-04-01", end_on="2026-03-31"),
        cells("HT-4", **later),
        cells("HT-5", **later),
        cells("HT-6", direction="租入"),
    ]
    reply = sent(registered, rows)
    assert counts(reply) == (4, 0, 2)
    assert [(each.row, each.field, each.reason) for each in reply.problems] == [
        (2, "property_code", "ALREADY_LET"),
        (3, "property_code", "ALREADY_LET"),
    ]


def test_a_lease_as_a_whole_and_a_file_at_once_do_not_give_the_same_twice(
    registered: Harness,
) -> None:
    [building] = registered.call("list_properties").properties
    whole = {"property_id": building.id, "whole_property": True}
    together(
        lambda: sign(registered, **whole), lambda: sent(registered, [cells("HT-1"), cells("HT-2")])
    )
    given = registered.call("list_leases").leases
    assert [each.whole_property for each in given] in ([True], [False, False])


def test_what_is_listed_has_the_columns_of_a_ledger() -> None:
    told = {field.name: heading_of(field) for field in pb.Lease.DESCRIPTOR.fields}
    missing = {name: heading for name, heading in HEADINGS.items() if told.get(name) != heading}
    assert missing == {"opening_received_fen": "期初已收租金（元）"}


def test_no_more_was_received_than_the_whole_term_owes(registered: Harness) -> None:
    exact, more = "120,000.00", "120,000.01"
    rows = [
        cells("HT-1", opening_received_fen=exact),
        cells("HT-2", opening_received_fen=more),
        cells("HT-3", rent_fen="", period_months="", opening_received_fen="0.01"),
    ]
    reply = sent(registered, rows)
    assert counts(reply) == (1, 0, 2)
    assert [(each.row, each.field, each.reason) for each in reply.problems] == [
        (3, "opening_received_fen", "EXCEEDS_OWED"),
        (4, "opening_received_fen", "EXCEEDS_OWED"),
    ]
