"""Arrears by age, and rent of a year."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from chassis.errors import InvalidInput
from chassis.principal import Principal, Realm
from chassis.testing import Harness
from chassis.testing.reports import figures, rows_behind
from tests.housing.factories import create_property
from tests.housing.leases.factories import on, receive, rented, sign
from tests.refusals import refusal

pytestmark = pytest.mark.row("H12")


def ages(housing: Harness, day: str, **filters: Any) -> dict[str, int]:
    """Arrears in yuan by age on a day, without empty ages."""
    found = figures(housing.call("report_arrears", day=day, **filters))
    told = {about: int(each["arrears_yuan"] or 0) for (about,), each in found.items()}
    return {about: yuan for about, yuan in told.items() if yuan}


@pytest.mark.parametrize(
    ("day", "age"),
    [
        ("2026-04-01", None),
        ("2026-04-02", "0—30天"),
        ("2026-05-01", "0—30天"),
        ("2026-05-02", "31—60天"),
        ("2026-05-31", "31—60天"),
        ("2026-06-01", "61—90天"),
        ("2026-06-30", "61—90天"),
        ("2026-07-01", "90天以上"),
    ],
)
def test_a_quarter_of_30000_due_on_1_april_of_which_20000_came_is_10000_overdue_by_age(
    housing: Harness, day: str, age: str | None
) -> None:
    """Days 0, 1, 30, 31, 60, 61, 90 and 91 after it was due."""
    on(housing, "2026-04-01")
    lease = sign(housing, end_on="2026-06-30")
    receive(housing, lease.id, 2_000_000)
    assert ages(housing, day) == ({age: 10_000, "合计": 10_000} if age else {})
    on(housing, day)
    assert ages(housing, "") == ages(housing, day)
    overdue = housing.call("get_lease", lease_id=lease.id).overdue_fen
    assert overdue == (1_000_000 if age else 0)


def test_a_day_of_the_past_is_told_of_as_it_was(housing: Harness) -> None:
    on(housing, "2026-04-01")
    lease = sign(housing)
    on(housing, "2026-06-15")
    receive(housing, lease.id, 1_000_000, received_on="2026-04-10")
    receive(housing, lease.id, 2_000_000, received_on="2026-06-10")
    assert [
        ages(housing, day).get("合计") for day in ("2026-04-09", "2026-04-10", "2026-06-10")
    ] == [30_000, 20_000, None]


def test_a_reversal_opens_rent_from_its_day_on_and_leaves_the_days_before(
    housing: Harness,
) -> None:
    on(housing, "2026-04-10")
    lease = sign(housing)
    id = receive(housing, lease.id, 2_000_000).receipts[0].id
    on(housing, "2026-05-01")
    housing.call("reverse_receipt", lease_id=lease.id, receipt_id=id, reason="退票")
    receive(housing, lease.id, 500_000)
    on(housing, "2026-06-01")
    told = [
        ages(housing, day)["合计"]
        for day in ("2026-04-09", "2026-04-10", "2026-04-30", "2026-05-01", "2026-06-01")
    ]
    assert told == [30_000, 10_000, 10_000, 25_000, 25_000]


def test_money_a_termination_moves_counts_from_its_day_on(housing: Harness) -> None:
    """The first quarter's money bounced, the second's had come in advance."""
    on(housing, "2026-04-01")
    lease = sign(housing)
    first = receive(housing, lease.id, 3_000_000).receipts[0].id
    receive(housing, lease.id, 3_000_000, in_advance=True)
    housing.call("reverse_receipt", lease_id=lease.id, receipt_id=first, reason="退票")
    on(housing, "2026-06-30")
    housing.call("terminate_lease", lease_id=lease.id, terminated_on="2026-06-30")
    on(housing, "2026-07-05")
    told = [ages(housing, day).get("合计") for day in ("2026-06-29", "2026-06-30", "2026-07-02")]
    assert told == [30_000, None, None]


def test_rent_that_fell_away_by_a_termination_was_in_arrears_on_no_day(housing: Harness) -> None:
    """1 July to 15 August has 46 of the quarter's 92 days."""
    on(housing, "2026-08-20")
    lease = sign(housing)
    assert ages(housing, "2026-07-02")["合计"] == 60_000
    housing.call("terminate_lease", lease_id=lease.id, terminated_on="2026-08-15")
    assert ages(housing, "2026-07-02")["合计"] == 45_000
    page = housing.call("list_charges", day="2026-07-02", in_arrears=True)
    assert [each.open_fen for each in page.charges] == [3_000_000, 1_500_000]


def test_arrears_add_up_and_lead_to_the_charges_behind_them(housing: Harness) -> None:
    on(housing, "2026-01-01")
    first = sign(housing, start_on="2026-01-01", period_months=1, rent_fen=100_000)
    second = sign(housing, start_on="2026-03-01", period_months=1, rent_fen=200_000)
    rented_id = housing.call("sign_lease", **rented(start_on="2026-01-01")).id
    on(housing, "2026-04-05")
    receive(housing, first.id, 150_000)
    receive(housing, second.id, 50_000)
    report = housing.call("report_arrears")
    told = figures(report)

    def line(*values: int) -> dict[str, Decimal]:
        keys = ("leases", "charges", "due_yuan", "received_yuan", "arrears_yuan")
        return dict(zip(keys, map(Decimal, values), strict=True))

    assert told == {
        ("0—30天",): line(2, 2, 3_000, 0, 3_000),
        ("31—60天",): line(2, 2, 3_000, 500, 2_500),
        ("61—90天",): line(1, 1, 1_000, 500, 500),
        ("90天以上",): line(0, 0, 0, 0, 0),
        ("合计",): line(2, 5, 7_000, 1_000, 6_000),
    }
    for each in report.lines:
        rows = rows_behind(housing, each)
        assert len(rows) == int(each.figures[1])
        assert sum(row.open_fen for row in rows) == int(Decimal(each.figures[4]) * 100)
        assert rented_id not in {row.lease_id for row in rows}
    assert all(each.definition for each in report.figures)


def test_arrears_are_those_of_a_region_and_all_below_it(housing: Harness) -> None:
    for region in ("990101", "990101001", "990201"):
        sign(housing, region_code=region, end_on="2026-06-30")
    on(housing, "2026-05-01")
    told = [
        ages(housing, "", region_code=code).get("合计") for code in ("", "990101", "9902", "98")
    ]
    assert told == [90_000, 60_000, 30_000, None]


def rent(housing: Harness, **filters: Any) -> Any:
    return housing.call("report_rent", **filters)


def test_rent_of_a_year_is_what_is_due_in_it_and_what_came_for_that(housing: Harness) -> None:
    on(housing, "2026-04-01")
    let = sign(housing, area_m2=100)
    sign(housing, direction="LEASE_DIRECTION_LENT", rent_fen=0, area_m2=50.5)
    housing.call("sign_lease", **rented(rent_fen=100_000, area_m2=10))
    sign(housing, start_on="2028-01-01", end_on="2028-12-31")
    receive(housing, let.id, 10_500_000, in_advance=True)
    report = rent(housing, year=2026)
    assert report.as_of == "2026-04-01"
    assert [(list(each.about), list(each.figures)) for each in report.lines] == [
        (["出租"], ["1", "100.00", "90000.00", "90000.00", "100.0"]),
        (["出借"], ["1", "50.50", "0.00", "0.00", ""]),
        (["租入"], ["1", "10.00", "3000.00", "0.00", "0.0"]),
    ]
    for each in report.lines:
        assert len(rows_behind(housing, each)) == int(each.figures[0])
    [line, *_] = rent(housing, year=2027).lines
    assert list(line.figures) == ["1", "100.00", "30000.00", "15000.00", "50.0"]
    assert rent(housing) == report
    assert not rent(housing, year=2025).lines
    assert not rent(housing, region_code="9902").lines


def test_what_is_to_be_refunded_does_not_count_as_rent_received(housing: Harness) -> None:
    """1 July to 15 August has 46 of the quarter's 92 days: 45,000 of 100,000 are owed."""
    on(housing, "2026-04-01")
    lease = sign(housing, area_m2=100)
    receive(housing, lease.id, 10_000_000, in_advance=True)
    on(housing, "2026-08-15")
    ended = housing.call("terminate_lease", lease_id=lease.id, terminated_on="2026-08-15")
    for grouping in ("RENT_GROUPING_DIRECTION", "RENT_GROUPING_PROPERTY_KIND"):
        line = rent(housing, year=2026, grouping=grouping).lines[0]
        assert list(line.figures) == ["1", "100.00", "45000.00", "45000.00", "100.0"]
    assert [each.received_fen for each in ended.years] == [4_500_000]


def test_rent_of_a_year_past_counts_what_came_until_today(housing: Harness) -> None:
    on(housing, "2026-04-01")
    lease = sign(housing, end_on="2026-06-30")
    on(housing, "2027-02-01")
    receive(housing, lease.id, 1_500_000)
    report = rent(housing, year=2026)
    assert (report.as_of, report.lines[0].figures[3]) == ("2027-02-01", "15000.00")


def test_a_unit_sees_its_leases_of_what_another_holds_by_kind_too(housing: Harness) -> None:
    """The unit of district 990102 lets what the register has in 990101."""
    land = create_property(housing, kind="PROPERTY_KIND_LAND").id
    sign(housing, property_id=land, region_code="990102")
    sign(housing)
    clerk = Principal("li", scope=(Realm("990102"),))
    by_kind = rent(housing, user=clerk, year=2026, grouping="RENT_GROUPING_PROPERTY_KIND")
    by_direction = rent(housing, user=clerk, year=2026)
    assert [(list(each.about), list(each.figures)) for each in by_kind.lines] == [
        (["土地"], ["1", "320.50", "90000.00", "0.00", "0.0"]),
        (["合计"], ["1", "320.50", "90000.00", "0.00", "0.0"]),
    ]
    assert [list(each.figures) for each in by_direction.lines] == [by_kind.lines[-1].figures]
    filters = {"year": 2026, "property_kind": "PROPERTY_KIND_LAND"}
    [behind] = housing.call("list_leases", user=clerk, **filters).leases
    assert behind.property_id == land


def test_rent_due_after_the_term_counts_in_the_year_it_is_due(housing: Harness) -> None:
    sign(housing, end_on="2026-12-31", start_on="2026-10-01", pay_within_days=90)
    sign(housing, end_on="2026-12-31", start_on="2026-11-01", pay_within_days=90)
    assert list(rent(housing, year=2026).lines[0].figures)[0:3:2] == ["2", "30000.00"]
    [line] = rent(housing, year=2027).lines
    assert (line.figures[0], line.figures[2]) == ("1", "19891.30")
    [behind] = rows_behind(housing, line)
    assert behind.start_on == "2026-11-01"


def test_13_sites_add_up_by_kind_of_property(housing: Harness) -> None:
    """13 sites: 1 to 13 times 1,000 yuan a month, 100 m² each; every third is an office."""
    on(housing, "2026-12-31")
    for number in range(1, 14):
        kind = "OFFICE" if number % 3 == 0 else "COMMERCIAL"
        id = create_property(housing, kind=f"PROPERTY_KIND_{kind}").id
        lease = sign(
            housing,
            property_id=id,
            start_on="2026-01-01",
            end_on="2026-12-31",
            rent_fen=number * 100_000,
            period_months=1,
            area_m2=100,
        )
        receive(housing, lease.id, number * 600_000)
    report = rent(housing, year=2026, grouping="RENT_GROUPING_PROPERTY_KIND")
    assert [(list(each.about), list(each.figures)) for each in report.lines] == [
        (["经营性用房"], ["9", "900.00", "732000.00", "366000.00", "50.0"]),
        (["办公用房"], ["4", "400.00", "360000.00", "180000.00", "50.0"]),
        (["合计"], ["13", "1300.00", "1092000.00", "546000.00", "50.0"]),
    ]
    for each in report.lines:
        assert len(rows_behind(housing, each)) == int(each.figures[0])


@pytest.mark.parametrize(
    ("method", "filters", "field", "reason"),
    [
        ("report_arrears", {"day": "2026-02-30"}, "day", "INVALID_DATE"),
        ("report_arrears", {"region_code": "all"}, "region_code", "INVALID_REGION_CODE"),
        ("report_rent", {"year": -1}, "year", "OUT_OF_RANGE"),
        ("report_rent", {"year": 2201}, "year", "OUT_OF_RANGE"),
        ("report_rent", {"grouping": 9}, "grouping", "UNKNOWN_VALUE"),
    ],
)
def test_a_report_of_nothing_known_is_refused(
    housing: Harness, method: str, filters: dict[str, Any], field: str, reason: str
) -> None:
    assert refusal(housing, method, InvalidInput, **filters) == (reason, [field])
