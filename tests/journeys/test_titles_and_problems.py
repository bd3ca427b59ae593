"""Title registration and problems through the gateway."""

from __future__ import annotations

import pytest

from tests.journeys.ledgers import a_region, decide, imported, register_rows, total
from tests.processes import Caller, Refusal


@pytest.mark.row("H04")
def test_803_of_1000_are_registered_and_only_an_approved_reason_leaves_the_base(
    caller: Caller, series: str
) -> None:
    region = a_region()
    rows = register_rows(series, region, 1000, 权属状态="已登记")
    for row in rows[803:]:
        row["权属状态"] = "办理中"
    assert imported(caller, "properties", rows) == (1000, 0, 0)

    def shown() -> tuple[str, str, str, str]:
        told = total(caller.call("housing.report_titles", region_code=region))
        return told["registered"], told["registrable"], told["rate"], told["met"]

    assert shown() == ("803", "1000", "80.3", "1")
    [building] = caller.call("housing.list_properties", code=f"{series}-00999").properties
    proposed = caller.call(
        "housing.propose_title_exemption", property_id=building.id, reason="原始用地手续灭失"
    )
    assert shown()[1] == "1000"
    with pytest.raises(Refusal) as refused:
        decide(caller, proposed.approval_id, user="clerk")
    assert refused.value.reason == "OWN_REQUEST"
    decide(caller, proposed.approval_id)
    assert shown() == ("803", "999", "80.4", "1")


@pytest.mark.row("H06")
@pytest.mark.parametrize("storage", ["postgresql"])
def test_77_closed_of_139_are_55_4_percent_and_evidence_is_needed(
    caller: Caller, series: str
) -> None:
    region = a_region()
    imported(caller, "properties", register_rows(series, region, 1))
    [building] = caller.call("housing.list_properties", code=f"{series}-00000").properties
    problems = [
        caller.call(
            "housing.open_problem",
            title=f"{series} 问题 {number}",
            source="PROBLEM_SOURCE_AUDIT",
            property_id=building.id,
        )
        for number in range(139)
    ]
    for number, each in enumerate(problems):
        act = {"problem_id": each.id}
        caller.call("housing.assign_problem", assignee="李敏", **act)
        if number < 77:
            caller.call(
                "housing.add_problem_evidence", kind="整改报告", reference=f"报告 {number}", **act
            )
            caller.call("housing.close_problem", note="已整改", **act)
        elif number < 86:
            caller.call("housing.mark_problem_hard", reason="产权争议", **act)

    def rate() -> str:
        return total(caller.call("housing.report_problems", region_code=region))["closing_rate"]

    told = total(caller.call("housing.report_problems", region_code=region))
    assert [told[key] for key in ("total", "closed", "running", "hard")] == ["139", "77", "53", "9"]
    assert rate() == "55.4"
    with pytest.raises(Refusal) as refused:
        caller.call("housing.close_problem", problem_id=problems[100].id, note="已整改")
    assert refused.value.reason == "NO_EVIDENCE"
    caller.call("housing.reopen_problem", problem_id=problems[0].id, reason="回头看发现反弹")
    assert rate() == "54.7"
