"""Area standards through the gateway: people from the directory, rooms from a spreadsheet."""

from __future__ import annotations

from typing import Any

import pytest

from guanjia.directory.v1 import directory_pb2 as dp
from tests.journeys.offices import Office
from tests.processes import Caller, a_property
from tests.waiting import eventually

pytestmark = pytest.mark.row("H09")


def over(caller: Caller, office: Office, **fields: Any) -> dict[str, tuple[float, float, float]]:
    people = caller.call("housing.list_over_standard", unit_id=office.unit.id, **fields).people
    return {each.person_name: (each.standard_m2, each.actual_m2, each.over_m2) for each in people}


def test_the_over_standard_list_of_a_bureau(caller: Caller, series: str) -> None:
    caller.call("housing.create_property", property=a_property(f"{series}-B"))
    office = Office(caller, f"{series}局")
    head = office.person("赵一", dp.RANK_DIVISION_HEAD)
    for name in ("钱二", "孙三", "李四"):
        office.person(name)
    row = {"房产编号": f"{series}-B"}
    office.rooms(
        [
            row | {"房间号": "301", "使用面积（㎡）": "26.4", "使用人": "赵一"},
            row | {"房间号": "302", "使用面积（㎡）": "25", "使用人": "钱二、孙三、李四"},
        ]
    )
    assert over(caller, office) == {"赵一": (24, 26.4, 2.4)}
    report = caller.call("housing.report_over_standard")
    [line] = [each for each in report.lines if each.about[0] == office.name]
    shown = dict(zip((each.key for each in report.figures), line.figures, strict=True))
    assert (shown["people"], shown["standard_m2"]) == ("4", "51.00")
    assert (shown["unit_over_m2"], shown["over_people"], shown["over_m2"]) == ("0.40", "1", "2.40")
    # A second post gives no second standard, a lower rank a smaller one; history stays.
    other = Office(caller, f"{series}协会")
    caller.call(
        "directory.add_concurrent_post",
        person_id=head.id,
        unit_id=other.unit.id,
        post="会长",
        rank=dp.RANK_SECTION_HEAD,
        valid_from="2026-01-01",
    )
    caller.call(
        "directory.change_person",
        person_id=head.id,
        rank=dp.RANK_DIVISION_DEPUTY,
        valid_from="2026-06-01",
    )
    eventually(lambda: over(caller, office).get("赵一") == (18, 26.4, 8.4))
    assert over(caller, office, on_day="2026-05-31") == {}
    assert over(caller, office, on_day=str(office.unit.valid_from)) == {}
