"""Problems for tests: good ones, with what a test changes."""

from __future__ import annotations

from datetime import date
from typing import Any

from chassis.principal import Principal
from chassis.testing import Harness
from housing.problems.model import Problem, ProblemSource, ProblemState
from tests.housing.factories import NOW

TODAY = date(2026, 3, 2)


def problem_object(state: ProblemState = ProblemState.OPEN, **changes: Any) -> Problem:
    """A problem brought to `state` by legal moves."""
    values = {
        "code": "WT-2026-000001",
        "title": "出租未经审批",
        "detail": "",
        "source": ProblemSource.AUDIT,
        "state": ProblemState.OPEN,
        "region_code": "990101",
        "unit_id": "",
        "unit_name": "",
        "found_on": date(2026, 2, 1),
        "assignee": "",
        "round": 1,
        "opened_by": "zhang",
        "updated_at": NOW,
    }
    made = Problem(**values | changes)
    if state is ProblemState.OPEN:
        return made
    made.assign("li", None)
    if state is ProblemState.HARD:
        made.set_aside("原产权单位已撤销")
    if state in (ProblemState.CLOSED, ProblemState.REOPENED):
        made.add_evidence("整改报告", "澜机管〔2026〕3号", "", "li", NOW)
        made.close("已收回", "wang", NOW)
    if state is ProblemState.REOPENED:
        made.reopen("回头看发现反弹")
    return made


def open_problem(housing: Harness, *, user: str | Principal = "clerk", **changes: Any) -> Any:
    fields = {
        "title": "出租未经审批",
        "detail": "一层临街门面出租未报批",
        "source": "PROBLEM_SOURCE_AUDIT",
        "found_on": "2026-02-01",
    }
    return housing.call("open_problem", user=user, **fields | changes)


def assigned_problem(housing: Harness, **changes: Any) -> Any:
    opened = open_problem(housing, **changes)
    return housing.call("assign_problem", problem_id=opened.id, assignee="李明")


def hard_problem(housing: Harness, **changes: Any) -> Any:
    assigned = assigned_problem(housing, **changes)
    return housing.call("mark_problem_hard", problem_id=assigned.id, reason="原产权单位已撤销")


def add_evidence(housing: Harness, problem_id: str, **changes: Any) -> Any:
    fields = {"kind": "整改报告", "reference": "澜机管〔2026〕3号", "note": "已收回并封闭"}
    return housing.call("add_problem_evidence", problem_id=problem_id, **fields | changes)


def closed_problem(housing: Harness, **changes: Any) -> Any:
    assigned = assigned_problem(housing, **changes)
    add_evidence(housing, assigned.id)
    return housing.call("close_problem", problem_id=assigned.id, note="已收回")
