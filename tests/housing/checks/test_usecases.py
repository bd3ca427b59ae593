"""A check from its beginning to its end, and what it finds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event

from chassis.errors import Conflict, IllegalState, InvalidInput, NotFound, PermissionDenied
from chassis.principal import Realm
from chassis.testing import Harness
from chassis.testing.reports import figures, rows_behind
from guanjia.housing.v1 import checks_pb2 as pb
from guanjia.housing.v1 import problems_pb2 as pp
from tests.housing import register
from tests.housing.checks.factories import cells, create_check, reconciled, sent
from tests.housing.factories import approved_disposal, create_property
from tests.housing.problems.factories import add_evidence
from tests.housing.properties.reshaping import part, split
from tests.housing.titles.factories import certificate_fields
from tests.people import person
from tests.refusals import refusal
from tests.together import together

pytestmark = pytest.mark.row("H02")
ABSENT = "0190b6e0-7d5c-7a3e-8f00-0123456789ab"


def building(housing: Harness, code: str, area: float = 1200, **changes: Any) -> Any:
    areas = {"floor_area_m2": area, "usable_area_m2": 0}
    return create_property(housing, code=code, **areas | changes)


def problems(housing: Harness) -> list[Any]:
    return list(housing.call("list_problems", page_size=500).problems)


def states(findings: list[Any]) -> dict[str, int]:
    return {each.property_code: each.state for each in findings}


def test_a_check_begins_with_a_code_of_its_own(housing: Harness) -> None:
    check = create_check(housing, as_of="")
    assert (check.code, check.as_of) == ("QC-2026-000001", "2026-03-02")
    assert (check.state, check.tolerance_percent) == (pb.CHECK_STATE_RUNNING, "0.0000")
    assert not check.HasField("reconciled_at")
    assert housing.call("get_check", check_id=check.id) == check


@pytest.mark.parametrize(
    ("changes", "reason", "field"),
    [
        ({"name": ""}, "REQUIRED", "name"),
        ({"region_code": ""}, "REQUIRED", "region_code"),
        ({"region_code": "99"}, "INVALID_REGION_CODE", "region_code"),
        ({"as_of": "三月"}, "INVALID_DATE", "as_of"),
    ],
)
def test_a_check_that_breaks_a_rule_does_not_begin(
    housing: Harness, changes: dict[str, str], reason: str, field: str
) -> None:
    given = {"name": "清查", "region_code": "990100"} | changes
    assert refusal(housing, "create_check", InvalidInput, **given) == (reason, [field])


def test_a_check_lies_within_the_scope_of_who_begins_it(housing: Harness) -> None:
    district = person("zhang", "bureau_clerk", realm=Realm("990101"))
    with pytest.raises(PermissionDenied):
        create_check(housing, user=district)
    assert create_check(housing, user=district, region_code="990101").region_code == "990101"


def test_1350_surveyed_of_1200_registered_is_a_difference_and_a_task(housing: Harness) -> None:
    house = building(housing, "A")
    check = create_check(housing)
    sent(housing, cells("A", surveyed_area_m2="1350"))
    [found] = reconciled(housing, check)
    assert (found.state, found.property_id) == (pb.FINDING_STATE_AREA_DIFFERS, house.id)
    assert (found.register_area_m2, found.surveyed_area_m2) == (1200, 1350)
    assert (found.difference_m2, found.difference_percent) == (150, "12.5")
    [task] = problems(housing)
    assert (task.id, task.property_id) == (found.problem_id, house.id)
    assert (task.source, task.state) == (
        pp.PROBLEM_SOURCE_RECONCILIATION,
        pp.PROBLEM_STATE_OPEN,
    )
    assert task.title == "QC-2026-000001 证实不符：A"
    assert task.detail == (
        "云澜市财政局办公楼，登记面积 1200.00 ㎡，实测面积 1350.00 ㎡，相差 +150.00 ㎡，差率 +12.5%"
    )
    assert (task.region_code, task.unit_name) == ("990101", "云澜市财政局")


def test_20_surveyed_without_a_card_count_as_unbooked(housing: Harness) -> None:
    check = create_check(housing)
    named = [cells("", name=f"未登记用房{number}") for number in range(12)]
    coded = [cells(f"X-{number}") for number in range(8)]
    sent(housing, *named, *coded)
    findings = reconciled(housing, check)
    assert {each.state for each in findings} == {pb.FINDING_STATE_UNBOOKED}
    report = housing.call("report_check", check_id=check.id)
    assert figures(report)["账外",]["count"] == 20
    assert len(problems(housing)) == 20
    assert {each.region_code for each in problems(housing)} == {"990100"}


def test_a_card_that_is_not_booked_counts_as_unbooked(housing: Harness) -> None:
    building(housing, "A", account_state="ACCOUNT_STATE_UNBOOKED")
    building(housing, "B", account_state="ACCOUNT_STATE_NOMINAL")
    check = create_check(housing)
    sent(housing, cells("A", surveyed_area_m2="1200"), cells("B", surveyed_area_m2="1200"))
    found = states(reconciled(housing, check))
    assert found == {"A": pb.FINDING_STATE_UNBOOKED, "B": pb.FINDING_STATE_MATCHED}


def test_what_is_registered_and_not_surveyed_is_not_found(housing: Harness) -> None:
    building(housing, "A")
    building(housing, "B", region_code="990201")
    gone = building(housing, "C")
    disposal = approved_disposal(housing, property_id=gone.id, assets=[])
    housing.call("complete_disposal", disposal_id=disposal.id)
    [found] = reconciled(housing, create_check(housing))
    assert (found.property_code, found.state) == ("A", pb.FINDING_STATE_NOT_FOUND)
    assert not found.HasField("surveyed_area_m2")
    assert not found.HasField("difference_m2")
    assert found.difference_percent == ""


def test_what_matches_is_no_task(housing: Harness) -> None:
    building(housing, "A")
    check = create_check(housing)
    sent(housing, cells("A", surveyed_area_m2="1200"))
    [found] = reconciled(housing, check)
    assert (found.state, found.problem_id) == (pb.FINDING_STATE_MATCHED, "")
    assert problems(housing) == []


def test_the_tolerance_in_force_on_the_day_of_the_check_counts(housing: Harness) -> None:
    building(housing, "A")
    given = {"kind": "housing.survey_tolerance", "value": "3", "source": "清查工作方案"}
    check = create_check(housing)
    sent(housing, cells("A", surveyed_area_m2="1236"))
    housing.call("set_norm", valid_from="2026-03-01", region_code="990100", **given)
    assert states(reconciled(housing, check)) == {"A": pb.FINDING_STATE_MATCHED}
    assert housing.call("get_check", check_id=check.id).tolerance_percent == "3.0000"
    earlier = create_check(housing, as_of="2026-02-28")
    other = {"check_code": earlier.code, "surveyed_area_m2": "1236"}
    sent(housing, cells("A", **other))
    assert states(reconciled(housing, earlier)) == {"A": pb.FINDING_STATE_AREA_DIFFERS}


def test_the_certificate_is_shown_beside_the_survey(housing: Harness) -> None:
    titled = building(housing, "A")
    building(housing, "B")
    given = certificate_fields(certificate_area_m2=1190.5)
    housing.call("record_title", property_id=titled.id, **given)
    check = create_check(housing)
    rows = [cells(code, surveyed_area_m2="1200", certificate_area_m2="1180") for code in ("A", "B")]
    sent(housing, *rows)
    first, second = reconciled(housing, check)
    assert (first.certificate_area_m2, first.certificate_difference_m2) == (1190.5, 9.5)
    assert (second.certificate_area_m2, second.certificate_difference_m2) == (1180, 20)
    assert first.state == second.state == pb.FINDING_STATE_MATCHED


def test_reconciling_again_opens_no_second_task_and_changes_nothing(housing: Harness) -> None:
    building(housing, "A")
    check = create_check(housing)
    sent(housing, cells("A", surveyed_area_m2="1350"), cells("X"))
    before = reconciled(housing, check)
    task = problems(housing)[0]
    housing.call("assign_problem", problem_id=task.id, assignee="李明")
    add_evidence(housing, task.id)
    housing.call("close_problem", problem_id=task.id, note="已更正")
    assert reconciled(housing, check) == before
    assert len(problems(housing)) == 2


def test_more_surveys_bring_the_findings_up_to_date(housing: Harness) -> None:
    building(housing, "A")
    check = create_check(housing)
    sent(housing, cells("X"))
    missing, unbooked = reconciled(housing, check)
    assert (missing.state, unbooked.state) == (
        pb.FINDING_STATE_NOT_FOUND,
        pb.FINDING_STATE_UNBOOKED,
    )
    sent(housing, cells("A", surveyed_area_m2="1200"))
    late = building(housing, "X", 2400.5)
    found, booked = reconciled(housing, check)
    assert (found.id, found.state, found.problem_id) == (
        missing.id,
        pb.FINDING_STATE_MATCHED,
        missing.problem_id,
    )
    assert (booked.id, booked.state, booked.property_id, booked.problem_id) == (
        unbooked.id,
        pb.FINDING_STATE_MATCHED,
        late.id,
        unbooked.problem_id,
    )
    assert len(problems(housing)) == 2


def test_what_was_disposed_of_since_stays_as_it_was_found(housing: Harness) -> None:
    for code in "AB":
        building(housing, code)
    check = create_check(housing)
    sent(housing, cells("A", surveyed_area_m2="1200"))
    before = reconciled(housing, check)
    for found in before:
        disposal = approved_disposal(housing, property_id=found.property_id, assets=[])
        housing.call("complete_disposal", disposal_id=disposal.id)
    assert reconciled(housing, check) == before
    assert len(problems(housing)) == 1


def test_a_survey_that_comes_after_its_card_left_changes_no_finding(housing: Harness) -> None:
    gone = building(housing, "A")
    check = create_check(housing)
    before = reconciled(housing, check)
    disposal = approved_disposal(housing, property_id=gone.id, assets=[])
    housing.call("complete_disposal", disposal_id=disposal.id)
    sent(housing, cells("A"))
    assert reconciled(housing, check) == before


def test_what_is_surveyed_though_disposed_of_before_counts_as_unbooked(housing: Harness) -> None:
    gone = building(housing, "A")
    disposal = approved_disposal(housing, property_id=gone.id, assets=[])
    housing.call("complete_disposal", disposal_id=disposal.id)
    check = create_check(housing)
    sent(housing, cells("A"))
    [found] = reconciled(housing, check)
    assert (found.state, found.property_id) == (pb.FINDING_STATE_UNBOOKED, "")


def test_the_parts_of_a_property_nobody_surveyed_are_still_to_be_surveyed(
    housing: Harness,
) -> None:
    whole = building(housing, "A", book_value_fen=0)
    check = create_check(housing)
    before = reconciled(housing, check)
    half = {"name": "半栋", "floor_area_m2": 600, "usable_area_m2": 0}
    parts = [{"code": code, **half} for code in "BC"]
    housing.call("split_property", property_id=whole.id, parts=parts, reason="分割确权")
    found = reconciled(housing, check)
    assert found[:1] == before
    assert states(found) == {
        "A": pb.FINDING_STATE_NOT_FOUND,
        "B": pb.FINDING_STATE_NOT_FOUND,
        "C": pb.FINDING_STATE_NOT_FOUND,
    }


def test_a_check_closes_once_it_is_reconciled(housing: Harness) -> None:
    check = create_check(housing)
    told = refusal(housing, "close_check", IllegalState, check_id=check.id)
    assert told == ("NOT_RECONCILED", [])
    reconciled(housing, check)
    sent(housing, cells("X"))
    told = refusal(housing, "close_check", IllegalState, check_id=check.id)
    assert told == ("NOT_RECONCILED", [])
    reconciled(housing, check)
    closed = housing.call("close_check", check_id=check.id)
    assert (closed.state, closed.closed_by) == (pb.CHECK_STATE_CLOSED, "clerk")
    told = refusal(housing, "reconcile_check", IllegalState, check_id=check.id)
    assert told == ("ILLEGAL_STATE", ["state"])


def test_surveys_count_as_a_change_of_their_check(housing: Harness) -> None:
    check = create_check(housing)
    sent(housing, cells("X"))
    given = {"check_id": check.id, "etag": check.etag}
    assert refusal(housing, "reconcile_check", Conflict, **given) == ("STALE", ["etag"])


@pytest.mark.parametrize("method", ["get_check", "report_check", "reconcile_check", "close_check"])
def test_a_check_that_is_not_there_or_not_ones_own_is_not_found(
    housing: Harness, method: str
) -> None:
    check = create_check(housing)
    district = person("zhang", "bureau_clerk", realm=Realm("990101"))
    for id, user in ((ABSENT, "clerk"), (check.id, district)):
        told = refusal(housing, method, NotFound, user=user, check_id=id)
        assert told == ("NOT_FOUND", ["check_id"])


def test_two_who_reconcile_at_once_open_each_task_once(housing: Harness) -> None:
    for number in range(5):
        building(housing, f"A{number}")
    check = create_check(housing)
    together(*[lambda: housing.call("reconcile_check", check_id=check.id)] * 2)
    assert (housing.count("check_findings"), housing.count("problems")) == (5, 5)


def test_a_report_adds_up_by_state_and_leads_to_the_findings(housing: Harness) -> None:
    building(housing, "A")
    building(housing, "B", 800.1)
    building(housing, "C", 500)
    check = create_check(housing)
    sent(
        housing,
        cells("A", surveyed_area_m2="1350"),
        cells("B", surveyed_area_m2="800.1"),
        cells("", surveyed_area_m2="60"),
    )
    reconciled(housing, check)
    report = housing.call("report_check", check_id=check.id)
    assert report.as_of == "2026-03-02"
    assert figures(report) == {
        ("证实不符",): told(1, "1200", "1350", "150"),
        ("相符",): told(1, "800.1", "800.1", "0"),
        ("盘亏",): told(1, "500", None, None),
        ("账外",): told(1, None, "60", None),
        ("合计",): told(4, "2500.1", "2210.1", "150"),
    }
    assert [len(rows_behind(housing, line)) for line in report.lines] == [1, 1, 1, 1, 4]


def told(count: int, *areas: str | None) -> dict[str, Decimal | None]:
    names = ("register_area_m2", "surveyed_area_m2", "difference_m2")
    known = [Decimal(each) if each is not None else None for each in areas]
    return {"count": Decimal(count), **dict(zip(names, known, strict=True))}


def test_a_report_of_a_check_that_found_nothing_has_no_lines(housing: Harness) -> None:
    assert not housing.call("report_check", check_id=create_check(housing).id).lines


def test_checks_and_findings_are_found_by_state(housing: Harness) -> None:
    building(housing, "A")
    first, second = create_check(housing), create_check(housing)
    sent(housing, cells("X"))
    reconciled(housing, first)
    reconciled(housing, second)
    housing.call("close_check", check_id=second.id)
    listed = housing.call("list_checks", state="CHECK_STATE_CLOSED").checks
    assert [each.id for each in listed] == [second.id]
    assert [each.id for each in housing.call("list_checks").checks] == [first.id, second.id]
    missing = housing.call("list_findings", state="FINDING_STATE_NOT_FOUND").findings
    assert {each.check_id for each in missing} == {first.id, second.id}
    given = {"check_id": first.id, "state": "FINDING_STATE_UNBOOKED"}
    assert [each.property_code for each in housing.call("list_findings", **given).findings] == ["X"]


def test_a_whole_city_reconciles_in_a_fixed_number_of_statements(housing: Harness) -> None:
    rows = [register.cells(f"Y{number:04}") for number in range(1400)]
    for start in range(0, 1400, 500):
        register.sent(housing, rows[start : start + 500])
    check = create_check(housing)
    surveyed = [
        cells(f"Y{number:04}", surveyed_area_m2="2400.5" if number % 2 else "2500")
        for number in range(1000)
    ]
    for start in range(0, 1000, 500):
        sent(housing, *surveyed[start : start + 500])
    statements: list[str] = []
    heard = (housing.database.engine, "before_cursor_execute", lambda *it: statements.append(it[2]))
    event.listen(*heard)
    housing.call("reconcile_check", check_id=check.id)
    event.remove(*heard)
    assert len(statements) < 20
    found = figures(housing.call("report_check", check_id=check.id))
    assert {key: each["count"] for (key,), each in found.items()} == {
        "证实不符": 500,
        "相符": 500,
        "盘亏": 400,
        "合计": 1400,
    }
    assert housing.count("problems") == 900


def test_what_came_of_a_property_that_was_compared_is_no_other_find(housing: Harness) -> None:
    whole = create_property(housing, code="YL-1")
    check = create_check(housing)
    sent(housing, cells("YL-1"))
    [before] = reconciled(housing, check)
    split(housing, whole.id, part("P-1"), part("P-2"))
    assert reconciled(housing, check) == [before]
    assert problems(housing) == []
