"""Rooms from stock first, through the gateway."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.journeys.ledgers import a_region, decide, imported, register_rows, total
from tests.journeys.offices import Office
from tests.processes import Caller, Refusal
from tests.waiting import eventually

pytestmark = pytest.mark.row("H07")


def vacant(caller: Caller, series: str, region: str, *areas: str) -> None:
    """Vacant offices of these areas in one building."""
    imported(caller, "properties", register_rows(series, region, 1))
    rows = [
        {"房产编号": f"{series}-00000", "房间号": str(number), "使用面积（㎡）": area}
        for number, area in enumerate(areas, start=101)
    ]
    assert imported(caller, "rooms", rows) == (len(areas), 0, 0)


def ask(caller: Caller, office: Office, **given: Any) -> Any:
    fields = {
        "unit_id": office.unit.id,
        "way": "ALLOCATION_WAY_ADJUST",
        "use": "ROOM_USE_OFFICE",
        "area_m2": 300,
        "reason": "机构改革新设",
    }

    def asked() -> Any:
        try:
            return caller.call("housing.request_allocation", **fields | given)
        except Refusal as refusal:
            assert refusal.reason != "UNIT_UNKNOWN", "housing has not heard of it yet"
            raise

    return eventually(asked)


def test_a_lease_is_refused_while_stock_fits_and_overridden_by_who_stands_higher(
    caller: Caller, series: str
) -> None:
    region = a_region()
    office = Office(caller, f"{series}局", region)
    vacant(caller, series, region, "80", "80", "80", "80")
    lease = {"way": "ALLOCATION_WAY_LEASE", "months": 12}
    with pytest.raises(Refusal) as refused:
        ask(caller, office, **lease)
    assert refused.value.reason == "STOCK_FITS"
    assert f"{series}-00000" in str(refused.value)
    overridden = ask(caller, office, **lease, override_reason="须与窗口大厅同址")
    approval = caller.call(
        "approvals.get_approval", service="housing", approval_id=overridden.approval_id
    )
    assert [each.role for each in approval.steps] == ["bureau_head", "finance_approver"]
    allotted = ask(caller, office)
    decide(caller, allotted.approval_id)
    shown = caller.call("housing.get_allocation", allocation_id=allotted.id)
    assert shown.area_allotted_m2 == 320
    assert {each.unit_id for each in rooms(caller, office)} == {office.unit.id}
    ended = caller.call("housing.end_allocation", allocation_id=allotted.id)
    assert ended.ended_on
    assert rooms(caller, office) == []
    report = caller.call("housing.report_rent_saved", region_code=region)
    assert total(report)


def test_of_two_units_that_ask_for_the_last_300_square_metres_at_once_one_gets_them(
    caller: Caller, series: str
) -> None:
    region = a_region()
    offices = [Office(caller, f"{series}{name}局", region) for name in "甲乙"]
    vacant(caller, series, region, "100", "100", "100")

    def outcome(office: Office) -> str:
        try:
            return str(ask(caller, office).id)
        except Refusal as refusal:
            return refusal.reason

    with ThreadPoolExecutor(2) as threads:
        outcomes = list(threads.map(outcome, offices))
    assert outcomes.count("NO_STOCK_FITS") == 1
    [winner] = [each for each in outcomes if each != "NO_STOCK_FITS"]
    asked = caller.call("housing.get_allocation", allocation_id=winner)
    decide(caller, asked.approval_id)
    owners = [len(rooms(caller, office)) for office in offices]
    assert sorted(owners) == [0, 3]


def rooms(caller: Caller, office: Office) -> list[Any]:
    return list(caller.call("housing.list_rooms", unit_id=office.unit.id).rooms)
