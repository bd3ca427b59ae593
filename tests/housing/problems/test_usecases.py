"""A problem from its opening to its closing, and again."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import Conflict, IllegalState, InvalidInput, NotFound, PermissionDenied
from chassis.principal import Realm
from chassis.testing import Harness
from guanjia.directory.v1 import directory_pb2, events_pb2
from guanjia.housing.v1 import problems_pb2 as pb
from tests.housing.factories import USCC, create_property
from tests.housing.problems.factories import (
    add_evidence,
    assigned_problem,
    closed_problem,
    hard_problem,
    open_problem,
)
from tests.people import person
from tests.refusals import refusal
from tests.together import together

pytestmark = pytest.mark.row("H06")
UNIT = "0190b6e0-7d5c-7a3e-8f00-000000000001"
ABSENT = "0190b6e0-7d5c-7a3e-8f00-0123456789ab"


def unit_is_known(housing: Harness) -> None:
    unit = directory_pb2.Unit(
        id=UNIT, uscc=USCC, name="云澜市财政局", region_code="990101", etag="1"
    )
    housing.react("on_unit_registered", events_pb2.UnitRegistered(unit=unit), source="/directory")


def test_a_problem_is_opened_with_a_code_of_its_own(housing: Harness) -> None:
    first, second = open_problem(housing), open_problem(housing, due_on="2026-06-30")
    assert (first.code, second.code) == ("WT-2026-000001", "WT-2026-000002")
    assert (first.state, first.source) == (pb.PROBLEM_STATE_OPEN, pb.PROBLEM_SOURCE_AUDIT)
    assert (first.found_on, first.due_on, second.due_on) == ("2026-02-01", "", "2026-06-30")
    assert housing.call("get_problem", problem_id=second.id) == second


def test_the_unit_of_the_property_must_mend_it(housing: Harness) -> None:
    building = create_property(housing)
    opened = open_problem(housing, property_id=building.id)
    assert (opened.property_id, opened.region_code) == (building.id, "990101")
    assert (opened.unit_id, opened.unit_name) == (building.unit_id, "云澜市财政局")


def test_a_unit_may_be_named_that_must_mend_it(housing: Harness) -> None:
    unit_is_known(housing)
    opened = open_problem(housing, unit_id=UNIT)
    assert (opened.unit_id, opened.unit_name, opened.region_code) == (
        UNIT,
        "云澜市财政局",
        "990101",
    )


def test_without_either_the_callers_unit_must(housing: Harness) -> None:
    clerk = person("zhang", "bureau_clerk", unit_id=UNIT)
    assert open_problem(housing, user=clerk).unit_id == UNIT


def test_what_is_found_today_needs_no_day(housing: Harness) -> None:
    assert open_problem(housing, found_on="").found_on == "2026-03-02"


@pytest.mark.parametrize(
    ("changes", "reason", "field"),
    [
        ({"title": " "}, "REQUIRED", "title"),
        ({"source": 0}, "REQUIRED", "source"),
        ({"found_on": "2026-03-03"}, "IN_FUTURE", "found_on"),
        ({"found_on": "昨天"}, "INVALID_DATE", "found_on"),
        ({"due_on": "2026-01-31"}, "DUE_BEFORE_FOUND", "due_on"),
        ({"property_id": "x"}, "INVALID_ID", "property_id"),
        ({"property_id": ABSENT, "unit_id": ABSENT}, "ONE_OF_TWO", "unit_id"),
    ],
)
def test_a_problem_that_breaks_a_rule_is_not_opened(
    housing: Harness, changes: dict[str, Any], reason: str, field: str
) -> None:
    fields = {"title": "出租未经审批", "source": "PROBLEM_SOURCE_AUDIT", "found_on": "2026-02-01"}
    told = refusal(housing, "open_problem", InvalidInput, **fields | changes)
    assert told == (reason, [field])


@pytest.mark.parametrize("field", ["property_id", "unit_id"])
def test_what_is_not_there_cannot_be_named(housing: Harness, field: str) -> None:
    given = {"title": "出租未经审批", "source": "PROBLEM_SOURCE_AUDIT", field: ABSENT}
    assert refusal(housing, "open_problem", NotFound, **given) == ("NOT_FOUND", [field])


def test_a_problem_of_a_unit_outside_the_scope_is_not_opened(housing: Harness) -> None:
    unit_is_known(housing)
    elsewhere = person("zhang", "bureau_clerk", realm=Realm("990102"))
    given = {"title": "出租未经审批", "source": "PROBLEM_SOURCE_AUDIT", "unit_id": UNIT}
    with pytest.raises(PermissionDenied):
        housing.call("open_problem", user=elsewhere, **given)
    assert housing.count("problems") == 0


def test_closing_needs_evidence(housing: Harness) -> None:
    assigned = assigned_problem(housing)
    told = refusal(housing, "close_problem", IllegalState, problem_id=assigned.id, note="已整改")
    assert told == ("NO_EVIDENCE", [])
    shown = add_evidence(housing, assigned.id)
    [evidence] = shown.evidence
    assert (evidence.kind, evidence.reference, evidence.added_by) == (
        "整改报告",
        "澜机管〔2026〕3号",
        "clerk",
    )
    closed = housing.call("close_problem", problem_id=assigned.id, note="已收回")
    assert (closed.state, closed.closing_note) == (pb.PROBLEM_STATE_CLOSED, "已收回")
    assert housing.call("get_problem", problem_id=closed.id) == closed


def test_a_reopened_problem_needs_new_evidence(housing: Harness) -> None:
    closed = closed_problem(housing)
    reopened = housing.call("reopen_problem", problem_id=closed.id, reason="回头看发现反弹")
    assert (reopened.state, reopened.closed_by) == (pb.PROBLEM_STATE_REOPENED, "")
    assert len(reopened.evidence) == 1
    told = refusal(housing, "close_problem", IllegalState, problem_id=closed.id, note="再销")
    assert told == ("NO_EVIDENCE", [])
    add_evidence(housing, closed.id, kind="照片")
    again = housing.call("close_problem", problem_id=closed.id, note="再销")
    assert again.state == pb.PROBLEM_STATE_CLOSED
    assert [each.kind for each in again.evidence] == ["整改报告", "照片"]


def test_a_hard_problem_says_why_and_may_come_back(housing: Harness) -> None:
    hard = hard_problem(housing)
    assert (hard.state, hard.hard_reason) == (pb.PROBLEM_STATE_HARD, "原产权单位已撤销")
    back = housing.call("assign_problem", problem_id=hard.id, assignee="王芳", due_on="2026-05-01")
    assert (back.state, back.assignee) == (pb.PROBLEM_STATE_ASSIGNED, "王芳")


@pytest.mark.parametrize(
    ("method", "given", "field"),
    [
        ("assign_problem", {"assignee": ""}, "assignee"),
        ("mark_problem_hard", {"reason": " "}, "reason"),
        ("add_problem_evidence", {"kind": "", "reference": "1.jpg"}, "kind"),
        ("add_problem_evidence", {"kind": "照片", "reference": ""}, "reference"),
        ("close_problem", {"note": ""}, "note"),
        ("reopen_problem", {"reason": ""}, "reason"),
    ],
)
def test_every_move_says_what_it_must(
    housing: Harness, method: str, given: dict[str, str], field: str
) -> None:
    id = open_problem(housing).id
    told = refusal(housing, method, InvalidInput, problem_id=id, **given)
    assert told == ("REQUIRED", [field])


def test_evidence_counts_as_a_change_of_its_problem(housing: Harness) -> None:
    opened = open_problem(housing)
    add_evidence(housing, opened.id, etag=opened.etag)
    given = {"problem_id": opened.id, "etag": opened.etag, "assignee": "李明"}
    assert refusal(housing, "assign_problem", Conflict, **given) == ("STALE", ["etag"])


def test_a_unit_answers_for_its_own_problems_only(housing: Harness) -> None:
    unit_is_known(housing)
    own, foreign = open_problem(housing, unit_id=UNIT), open_problem(housing)
    clerk = person("zhao", "unit_clerk", realm=Realm("9901", (UNIT,)))
    given = {"kind": "照片", "reference": "1.jpg"}
    housing.call("add_problem_evidence", user=clerk, problem_id=own.id, **given)
    with pytest.raises(NotFound):
        housing.call("add_problem_evidence", user=clerk, problem_id=foreign.id, **given)
    found = housing.call("list_problems", user=clerk).problems
    assert [each.id for each in found] == [own.id]


def test_two_who_close_at_once_close_it_once(housing: Harness) -> None:
    assigned = assigned_problem(housing)
    add_evidence(housing, assigned.id)
    outcomes = together(
        *[lambda: housing.call("close_problem", problem_id=assigned.id, note="已收回")] * 2
    )
    assert sorted(isinstance(each, IllegalState) for each in outcomes) == [False, True]
