"""Leases through the gateway: rent, arrears, and a public file of thousands."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.platform import Platform
from cli.sheets import read_rows
from tests.journeys.commands import Command
from tests.journeys.ledgers import a_region, imported, register_rows, total
from tests.processes import Caller, Refusal

pytestmark = pytest.mark.row("H12")


def today() -> date:
    return (datetime.now(UTC) + timedelta(hours=8)).date()


def test_a_quarters_rent_half_paid_ages_and_a_renewal_needs_a_tender(
    caller: Caller, series: str
) -> None:
    region = a_region()
    imported(caller, "properties", register_rows(series, region, 1))
    [building] = caller.call("housing.list_properties", code=f"{series}-00000").properties
    lease = caller.call(
        "housing.sign_lease",
        code=f"{series}-HT",
        direction="LEASE_DIRECTION_OUT",
        property_id=building.id,
        premises="临街一层",
        counterparty="云澜书店",
        area_m2=120,
        start_on="2025-04-01",
        end_on="2025-12-31",
        rent_fen=3_000_000,
        period_months=3,
        tendered=True,
        tender_number="ZB-1",
    )
    paid = {"lease_id": lease.id, "received_on": "2025-04-10"}
    caller.call("housing.record_receipt", voucher=f"{series}-1", amount_fen=2_000_000, **paid)
    with pytest.raises(Refusal) as refused:
        caller.call("housing.record_receipt", voucher=f"{series}-1", amount_fen=1, **paid)
    assert refused.value.reason == "VOUCHER_TAKEN"

    def ages(day: str) -> dict[str, str]:
        report = caller.call("housing.report_arrears", region_code=region, day=day)
        place = [each.key for each in report.figures].index("arrears_yuan")
        return {line.about[0]: line.figures[place] for line in report.lines}

    assert total(caller.call("housing.report_arrears", region_code=region, day="2025-04-01"))[
        "arrears_yuan"
    ] in ("0.00", "0")
    for day, bucket in {"2025-05-01": 0, "2025-05-02": 1, "2025-06-01": 2, "2025-06-30": 2}.items():
        figures = list(ages(day).values())[:-1]
        assert [float(each or 0) for each in figures] == [
            10_000 if place == bucket else 0 for place in range(len(figures))
        ], day
    renewal = {
        "lease_id": lease.id,
        "code": f"{series}-HT2",
        "end_on": "2026-12-31",
    }
    with pytest.raises(Refusal) as refused:
        caller.call("housing.renew_lease", **renewal)
    assert refused.value.reason == "TENDER_REQUIRED"
    renewed = caller.call("housing.renew_lease", tendered=True, tender_number="ZB-2", **renewal)
    assert renewed.start_on == "2026-01-01"


@pytest.mark.parametrize("storage", ["postgresql"])
def test_7512_leases_of_a_public_file_come_in_and_those_that_end_within_a_year_are_paged(
    platform: Platform, caller: Caller, guanjia: Command, public_data: Path, tmp_path: Path
) -> None:
    leases = public_leases(public_data)
    assert len(leases) == 7512
    sheet = tmp_path / "leases.csv"
    with sheet.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(leases[0]))
        table.writeheader()
        table.writerows(leases)
    done = guanjia("import", "leases", str(sheet))
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "新增 created 7512  未变 unchanged 0  退回 refused 0" in done.stdout
    first, last = today(), today() + timedelta(days=365)
    ending = [each for each in leases if str(first) <= each["到期日期"] <= str(last)]
    assert len(ending) > 500
    found = [
        each
        for page in pages(caller, ends_from=str(first), ends_to=str(last), region_code="970000")
        for each in page
    ]
    assert Counter(each.code for each in found) == Counter(each["合同编号"] for each in ending)
    assert [each.end_on for each in found] == sorted(each["到期日期"] for each in ending)


def pages(caller: Caller, **sought: Any) -> list[list[Any]]:
    """Pages of a hundred."""
    found, token = [], ""
    while not found or token:
        page = caller.call("housing.list_leases", page_size=100, page_token=token, **sought)
        found.append(list(page.leases))
        assert len(page.leases) <= 100
        token = page.next_page_token
    return found


def public_leases(folder: Path) -> list[dict[str, str]]:
    """Rows of the ledger of leases; a number that stands for several gets a suffix."""
    columns = (
        "Lease Number",
        "Location Code",
        "Real Property Asset Name",
        "Street Address",
        "State",
        "Building Rentable Square Feet",
        "Lease Effective Date",
        "Lease Expiration Date",
    )
    seen: Counter[str] = Counter()
    found = []
    source = folder / "gsa-iolp" / "2025-6-20-iolp-leases.xlsx"
    rows = [row.cells for row in read_rows(source, columns).rows]
    states = sorted({each["State"] for each in rows})
    for each in rows:
        number = each["Lease Number"]
        seen[number] += 1
        found.append(
            {
                "合同编号": number if seen[number] == 1 else f"{number}-{seen[number]}",
                "租赁方向": "租入",
                "坐落名称": each["Real Property Asset Name"] or each["Location Code"],
                "地址": each["Street Address"] or "不详",
                "行政区划代码": f"97{states.index(each['State']):02}00",
                "承租（出租）方": "业主",
                "面积（㎡）": f"{float(each['Building Rentable Square Feet']) * 0.09290304:.2f}",
                "起租日期": each["Lease Effective Date"][:10],
                "到期日期": each["Lease Expiration Date"][:10],
                "使用单位": "联邦机构",
            }
        )
    return found
