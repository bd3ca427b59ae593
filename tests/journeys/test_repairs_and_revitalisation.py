"""Repair plans and idle properties through the gateway."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.journeys.ledgers import a_region, decide, imported, register_rows, total
from tests.processes import Caller, Refusal

CHINA = timedelta(hours=8)


def today() -> str:
    return f"{datetime.now(UTC) + CHINA:%Y-%m-%d}"


def properties(caller: Caller, series: str, region: str) -> list[Any]:
    return list(
        caller.call("housing.list_properties", region_code=region, page_size=500).properties
    )


@pytest.mark.row("H15")
def test_five_projects_are_cut_by_9_1_percent_and_a_warranty_blocks_the_next(
    caller: Caller, series: str
) -> None:
    region = a_region()
    imported(caller, "properties", register_rows(series, region, 5))
    year = int(today()[:4])
    rows = [
        {
            "房产编号": f"{series}-{number:05}",
            "维修类别": "大修",
            "计划年度": str(year),
            "维修部位": "屋面防水",
            "维修内容": "屋面翻修",
            "面积（㎡）": "11320",
            "申请金额（元）": "2,000,000.00",
            "事由": "渗漏",
        }
        for number in range(5)
    ]
    assert imported(caller, "repairs", rows) == (5, 0, 0)
    assert imported(caller, "repairs", rows) == (0, 5, 0)
    for building in properties(caller, series, region):
        [repair] = caller.call("housing.list_repairs", property_id=building.id).repairs
        act = {"repair_id": repair.id}
        caller.call("housing.submit_repair", **act)
        [line] = caller.call("housing.get_repair", **act).lines
        reviewed = caller.call(
            "housing.review_repair",
            user="reviewer",
            lines=[{"line_id": line.id, "approved_fen": 181_800_000}],
            **act,
        )
        decide(caller, reviewed.approval_id)
    told = total(caller.call("housing.report_repairs", region_code=region, year=year))
    assert (told["projects"], told["asked_yuan"], told["approved_yuan"], told["cut_rate"]) == (
        "5",
        "10000000.00",
        "9090000.00",
        "9.1",
    )
    caller.call(
        "housing.schedule_repair",
        scheduled_from=today(),
        scheduled_to=today(),
        contractor="云澜建工",
        **act,
    )
    caller.call("housing.accept_repair", settled_fen=180_000_000, **act)
    draft = caller.call(
        "housing.create_repair",
        property_id=building.id,
        kind="REPAIR_KIND_MINOR",
        year=year,
        reason="再次渗漏",
        lines=[{"component": "REPAIR_COMPONENT_ROOF", "description": "补漏", "asked_fen": 100}],
    )
    with pytest.raises(Refusal) as refused:
        caller.call("housing.submit_repair", repair_id=draft.id)
    assert refused.value.reason == "UNDER_WARRANTY"
    assert repair.code in str(refused.value)


@pytest.mark.row("H13")
def test_a_property_counts_once_a_year_and_net_is_gross_less_tax_and_cost(
    caller: Caller, series: str
) -> None:
    region = a_region()
    imported(caller, "properties", register_rows(series, region, 8, 使用状态="闲置"))
    building, second, *_ = properties(caller, series, region)
    for each, times in ((building, 2), (second, 1)):
        plan = caller.call(
            "housing.create_revitalisation",
            property_id=each.id,
            way="REVITALISATION_WAY_LET",
            target_on="2099-12-31",
            reason="一房一策",
        )
        act = {"revitalisation_id": plan.id}
        submitted = caller.call("housing.submit_revitalisation", **act)
        decide(caller, submitted.approval_id)
        for _ in range(times):
            caller.call(
                "housing.record_revitalisation_action",
                way="REVITALISATION_WAY_LET",
                gross_fen=1_000_000,
                tax_fen=120_000,
                cost_fen=30_000,
                **act,
            )
        caller.call("housing.finish_revitalisation", **act)
    told = total(caller.call("housing.report_revitalisation", region_code=region))
    assert told["gross_yuan"] == "30000.00"
    assert told["net_yuan"] == "25500.00"
    assert told["rate"] == "25.0"
    assert caller.call("housing.get_property", property_id=building.id).use_state == 3
