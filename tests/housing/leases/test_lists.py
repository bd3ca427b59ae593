"""Finding leases and charges."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import InvalidInput
from chassis.principal import Principal, Realm
from chassis.testing import Harness
from tests.housing.factories import create_property
from tests.housing.leases.factories import on, receive, rented, sign
from tests.refusals import refusal

pytestmark = pytest.mark.row("H12")


@pytest.fixture
def ledger(housing: Harness) -> Harness:
    """A let until March 2027, B lent until 2030, C rented until June 2026, D over, E upcoming,
    F terminated in May 2026; on 15 May 2026 A and C are in arrears."""
    on(housing, "2026-05-15")
    land = create_property(housing, kind="PROPERTY_KIND_LAND").id
    sign(housing, code="A", region_code="990102")
    sign(
        housing,
        code="B",
        direction="LEASE_DIRECTION_LENT",
        rent_fen=0,
        end_on="2030-12-31",
        property_id=land,
    )
    housing.call("sign_lease", **rented(code="C", end_on="2026-06-30"))
    paid = sign(housing, code="D", start_on="2025-01-01", end_on="2025-12-31", rent_fen=100)
    receive(housing, paid.id, 400)
    sign(housing, code="E", start_on="2026-06-01", end_on="2027-05-31")
    cut = sign(housing, code="F", rent_fen=0)
    housing.call("terminate_lease", lease_id=cut.id, terminated_on="2026-05-10")
    return housing


def codes(housing: Harness, **filters: Any) -> str:
    return "".join(each.code for each in housing.call("list_leases", **filters).leases)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, "DFCAEB"),
        ({"direction": "LEASE_DIRECTION_OUT"}, "DFAE"),
        ({"direction": "LEASE_DIRECTION_IN"}, "C"),
        ({"region_code": "990102"}, "A"),
        ({"region_code": "9901"}, "DFCAEB"),
        ({"ends_to": "2026-06-30"}, "DFC"),
        ({"ends_from": "2026-06-30", "ends_to": "2027-03-31"}, "CA"),
        ({"ends_from": "2027-04-01"}, "EB"),
        ({"status": "LEASE_STATUS_UPCOMING"}, "E"),
        ({"status": "LEASE_STATUS_RUNNING"}, "CAB"),
        ({"status": "LEASE_STATUS_ENDED"}, "D"),
        ({"status": "LEASE_STATUS_TERMINATED"}, "F"),
        ({"in_arrears": True}, "CA"),
        ({"in_arrears": True, "direction": "LEASE_DIRECTION_OUT"}, "A"),
        ({"code": "ｂ"}, "B"),
        ({"year": 2025}, "D"),
        ({"year": 2027}, "AEB"),
        ({"property_kind": "PROPERTY_KIND_LAND"}, "B"),
        ({"unit_id": "x"}, ""),
    ],
    ids=str,
)
def test_a_list_holds_what_its_filters_name_by_the_last_day(
    ledger: Harness, filters: dict[str, Any], expected: str
) -> None:
    assert codes(ledger, **filters) == expected


def test_leases_of_one_property_are_found(ledger: Harness) -> None:
    [lent] = ledger.call("list_leases", code="B").leases
    assert codes(ledger, property_id=lent.property_id) == "B"


def test_a_list_tells_the_same_totals_as_one_lease_and_leaves_its_parts_out(
    ledger: Harness,
) -> None:
    for listed in ledger.call("list_leases").leases:
        read = ledger.call("get_lease", lease_id=listed.id)
        for parts in ("charges", "years", "receipts", "reminders"):
            read.ClearField(parts)
        assert listed == read


def test_every_lease_is_on_exactly_one_page(ledger: Harness) -> None:
    found, token = "", ""
    while not found or token:
        page = ledger.call("list_leases", page_size=2, page_token=token)
        found += "".join(each.code for each in page.leases)
        token = page.next_page_token
    assert found == "DFCAEB"


def test_charges_are_told_as_they_stood_on_a_day(ledger: Harness) -> None:
    [lease] = ledger.call("list_leases", code="A").leases
    receive(ledger, lease.id, 1_000_000)
    for day, got, days in [("2026-05-14", 0, 43), ("2026-05-15", 1_000_000, 44)]:
        page = ledger.call("list_charges", lease_id=lease.id, day=day)
        assert [(each.position, each.lease_code) for each in page.charges] == [
            (number, "A") for number in (1, 2, 3, 4)
        ]
        first = page.charges[0]
        assert (first.received_fen, first.open_fen, first.overdue_days) == (
            got,
            3_000_000 - got,
            days,
        )
        assert page.charges[1].overdue_days == 0


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"in_arrears": True}, ["A", "C"]),
        ({"age": "ARREARS_AGE_UP_TO_60"}, ["A", "C"]),
        ({"age": "ARREARS_AGE_UP_TO_30"}, []),
        ({"in_arrears": True, "direction": "LEASE_DIRECTION_OUT"}, ["A"]),
        ({"in_arrears": True, "region_code": "990101"}, ["C"]),
        ({"in_arrears": True, "day": "2025-01-01"}, []),
        # D was paid on 15 May 2026.
        ({"in_arrears": True, "day": "2026-04-01"}, ["D"] * 4),
    ],
    ids=str,
)
def test_charges_are_found_by_arrears(
    ledger: Harness, filters: dict[str, Any], expected: list[str]
) -> None:
    page = ledger.call("list_charges", **filters)
    assert sorted(each.lease_code for each in page.charges) == expected


@pytest.mark.parametrize(
    ("method", "filters", "field", "reason"),
    [
        ("list_leases", {"ends_to": "soon"}, "ends_to", "INVALID_DATE"),
        ("list_leases", {"page_size": 501}, "page_size", "OUT_OF_RANGE"),
        ("list_leases", {"page_token": "x"}, "page_token", "INVALID_PAGE_TOKEN"),
        ("list_leases", {"status": 9}, "status", "UNKNOWN_VALUE"),
        ("list_charges", {"age": 9}, "age", "UNKNOWN_VALUE"),
        ("list_charges", {"day": "2026-02-30"}, "day", "INVALID_DATE"),
    ],
)
def test_a_filter_that_means_nothing_is_refused(
    housing: Harness, method: str, filters: dict[str, Any], field: str, reason: str
) -> None:
    assert refusal(housing, method, InvalidInput, **filters) == (reason, [field])


def test_a_unit_sees_its_own_leases_charges_and_arrears_only(ledger: Harness) -> None:
    scope = (Realm("990102"),)
    clerk = Principal("li", scope=scope)
    leases = ledger.call("list_leases", user=clerk).leases
    charges = ledger.call("list_charges", user=clerk, in_arrears=True).charges
    report = ledger.call("report_arrears", user=clerk)
    assert [each.code for each in leases] == ["A"]
    assert [each.lease_code for each in charges] == ["A"]
    assert list(report.lines[-1].figures) == ["1", "1", "30000.00", "0.00", "30000.00"]


def test_a_unit_sees_only_its_own_charges_of_a_day_past(ledger: Harness) -> None:
    [lease] = ledger.call("list_leases", code="A").leases
    receive(ledger, lease.id, 1_000_000)
    clerk = Principal("li", scope=(Realm("990102"),))
    for day, got in [("2026-05-14", 0), ("2026-05-15", 1_000_000)]:
        page = ledger.call("list_charges", user=clerk, day=day, in_arrears=True)
        assert [(each.lease_code, each.received_fen) for each in page.charges] == [("A", got)]
        report = ledger.call("report_arrears", user=clerk, day=day)
        assert report.lines[-1].figures[3] == f"{got // 100}.00"


def test_charges_of_a_day_past_are_each_on_exactly_one_page(ledger: Harness) -> None:
    on(ledger, "2026-06-01")
    found, token = [], ""
    while not found or token:
        page = ledger.call("list_charges", day="2026-05-14", page_size=3, page_token=token)
        found += [(each.lease_id, each.position) for each in page.charges]
        token = page.next_page_token
    assert len(found) == len(set(found)) == ledger.count("lease_charges")
