"""The register against reality, through the gateway."""

from __future__ import annotations

import pytest

from tests.journeys.ledgers import a_region, imported, register_rows
from tests.processes import Caller


@pytest.mark.row("H02")
def test_1200_registered_and_1350_surveyed_is_a_difference_and_a_task_opened_once(
    caller: Caller, series: str
) -> None:
    region = a_region()
    register = register_rows(series, region, 3, 入账状态="已入账")
    assert imported(caller, "properties", register) == (3, 0, 0)
    check = caller.call("housing.create_check", name=f"{series} 清查", region_code=region)
    surveyed = {
        "清查单号": check.code,
        "坐落位置": "人民路",
        "实测日期": "2026-01-15",
        "实测单位": "测绘院",
    }
    rows = [
        surveyed | {"房产编号": f"{series}-00000", "房产名称": "甲楼", "实测面积（㎡）": "1350"},
        surveyed | {"房产编号": f"{series}-00001", "房产名称": "乙楼", "实测面积（㎡）": "1200"},
        *(
            surveyed | {"房产名称": f"无卡 {number} 号", "实测面积（㎡）": "80"}
            for number in range(20)
        ),
    ]
    assert imported(caller, "surveys", rows) == (22, 0, 0)
    for _ in range(2):
        caller.call("housing.reconcile_check", check_id=check.id, timeout=30)
    report = caller.call("housing.report_check", check_id=check.id)
    counted = {line.about[0]: line.figures[0] for line in report.lines}
    expected = {"相符": "1", "证实不符": "1", "账外": "20", "盘亏": "1"}
    assert {state: counted[state] for state in expected} == expected
    [finding] = caller.call(
        "housing.list_findings", check_id=check.id, state="FINDING_STATE_AREA_DIFFERS"
    ).findings
    assert (finding.difference_m2, finding.difference_percent) == (150, "12.5")
    problems = caller.call("housing.list_problems", region_code=region, page_size=500).problems
    assert len(problems) == 22
    assert len(caller.call("housing.list_problems", property_id=finding.property_id).problems) == 1
