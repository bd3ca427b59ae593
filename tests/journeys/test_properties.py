"""Properties that are split and merged, and rent over a leap day, through the gateway."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.ledgers import a_region, imported, register_rows, total
from tests.processes import Caller


def the_one(caller: Caller, code: str) -> Any:
    [found] = caller.call("housing.list_properties", code=code).properties
    return found


@pytest.mark.row("H01")
def test_a_property_is_split_and_merged_again_and_the_register_adds_up(
    caller: Caller, series: str
) -> None:
    region = a_region()
    imported(caller, "properties", register_rows(series, region, 1, **{"账面价值（元）": "100.01"}))
    rooms = [
        {"房产编号": f"{series}-00000", "房间号": code, "使用面积（㎡）": "20"}
        for code in ("1", "2")
    ]
    assert imported(caller, "rooms", rows=rooms) == (2, 0, 0)

    def sums() -> list[str]:
        told = total(caller.call("housing.report_properties", region_code=region))
        return [told[key] for key in ("count", "floor_area_m2", "book_value_yuan")]

    assert sums() == ["1", "1200.00", "100.01"]
    whole = the_one(caller, f"{series}-00000")
    shares = (("A", 500, 300, 4_000, "1"), ("B", 700, 500, 6_001, "2"))
    parts = [
        {
            "code": f"{series}-{name}",
            "name": f"{name} 楼",
            "floor_area_m2": floor,
            "usable_area_m2": usable,
            "book_value_fen": value,
            "room_codes": [room],
        }
        for name, floor, usable, value, room in shares
    ]
    caller.call("housing.split_property", property_id=whole.id, parts=parts, reason="分割确权")
    assert sums() == ["2", "1200.00", "100.01"]
    ids = [the_one(caller, f"{series}-{name}").id for name in "AB"]
    merged = caller.call(
        "housing.merge_properties",
        property_ids=ids,
        code=f"{series}-M",
        name="合并楼",
        reason="连体改造",
    )
    assert sums() == ["1", "1200.00", "100.01"]
    lineage = caller.call("housing.list_property_lineage", property_id=merged.id).lineage
    assert {each.from_code for each in lineage} == {f"{series}-A", f"{series}-B"}
    held = caller.call("housing.list_rooms", property_id=merged.id).rooms
    assert [(each.code, each.property_code) for each in held] == [
        ("1", merged.code),
        ("2", merged.code),
    ]


@pytest.mark.row("H12")
@pytest.mark.parametrize(
    ("year", "fen"),
    [pytest.param(2028, 1_500_000, id="leap"), pytest.param(2027, 1_553_571, id="common")],
)
def test_a_broken_february_is_prorated_by_its_days(
    caller: Caller, series: str, year: int, fen: int
) -> None:
    imported(caller, "properties", register_rows(series, a_region(), 1))
    lease = caller.call(
        "housing.sign_lease",
        code=f"{series}-{year}",
        direction="LEASE_DIRECTION_OUT",
        property_id=the_one(caller, f"{series}-00000").id,
        premises="一层",
        counterparty="云澜书店",
        area_m2=100,
        start_on=f"{year}-01-01",
        end_on=f"{year}-02-15",
        rent_fen=2_900_000,
        period_months=1,
        tendered=True,
        tender_number="ZB-1",
    )
    assert [(each.to_on, each.amount_fen) for each in lease.charges] == [
        (f"{year}-01-31", 2_900_000),
        (f"{year}-02-15", fen),
    ]
