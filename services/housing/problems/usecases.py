"""What may be done with problems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import and_, bindparam, case, func, select

from chassis.copies import units
from chassis.copies.model import UnitCopy
from chassis.days import day_of
from chassis.errors import NotFound
from chassis.spans import not_ahead
from chassis.storage import Reader, UnitOfWork, within
from chassis.usecases import command, query
from chassis.wire import Values
from housing.problems import report, rules
from housing.problems.model import Evidence, Problem, ProblemState, due_before_found
from housing.problems.opening import Found, open_problems
from housing.problems.schemas import (
    AssignmentSchema,
    ClosingSchema,
    EvidenceSchema,
    ListProblemsSchema,
    OpenProblemSchema,
    ReasonSchema,
    ReportProblemsSchema,
)
from housing.properties.model import Property

_PROBLEMS = Problem.__table__
_EVIDENCE = Evidence.__table__


@command(OpenProblemSchema())
def open_problem(uow: UnitOfWork, request: Values) -> Problem:
    today = day_of(uow.now)
    found_on = not_ahead(request.found_on, uow.now, "found_on")
    if request.due_on and request.due_on < found_on:
        raise due_before_found()
    found = Found(
        request.title,
        request.source,
        _holder(uow, request),
        request.property_id or None,
        request.detail,
        found_on,
        request.due_on,
    )
    return open_problems(uow, [found])[0].as_of(today)


@command(AssignmentSchema())
def assign_problem(uow: UnitOfWork, request: Values) -> Problem:
    found = _get(uow, request)
    found.assign(request.assignee, request.due_on)
    return found.as_of(day_of(uow.now))


@command(ReasonSchema())
def mark_problem_hard(uow: UnitOfWork, request: Values) -> Problem:
    found = _get(uow, request)
    found.set_aside(request.reason)
    return found.as_of(day_of(uow.now))


@command(EvidenceSchema())
def add_problem_evidence(uow: UnitOfWork, request: Values) -> Problem:
    found = _get(uow, request)
    found.add_evidence(
        request.kind, request.reference, request.note, uow.principal.subject, uow.now
    )
    return found.as_of(day_of(uow.now))


@command(ClosingSchema())
def close_problem(uow: UnitOfWork, request: Values) -> Problem:
    found = _get(uow, request)
    found.close(request.note, uow.principal.subject, uow.now)
    return found.as_of(day_of(uow.now))


@command(ReasonSchema())
def reopen_problem(uow: UnitOfWork, request: Values) -> Problem:
    found = _get(uow, request)
    found.reopen(request.reason)
    return found.as_of(day_of(uow.now))


_BY_ID = select(_PROBLEMS).where(_PROBLEMS.c.id == bindparam("problem_id"))


@query()
def get_problem(reader: Reader, request: Values) -> Any:
    row = reader.row(_BY_ID, {"problem_id": request.problem_id}, "problem_id")
    return _with_evidence(reader, [row])[0]


@query(ListProblemsSchema())
def list_problems(reader: Reader, request: Values) -> dict[str, Any]:
    statement = within(select(_PROBLEMS), _PROBLEMS.c.region_code, request.region_code)
    for name in ("state", "source", "unit_id", "property_id"):
        if request[name]:
            statement = statement.where(_PROBLEMS.c[name] == request[name])
    if request.overdue:
        statement = statement.where(_is_overdue(day_of(reader.now)))
    rows, token = reader.page(statement, [_PROBLEMS.c.code], request)
    return {"problems": _with_evidence(reader, rows), "next_page_token": token}


@query(ReportProblemsSchema())
def report_problems(reader: Reader, request: Values) -> dict[str, Any]:
    today = day_of(reader.now)
    statement = (
        select(
            _PROBLEMS.c.source,
            func.count().label("total"),
            _count(_PROBLEMS.c.state == ProblemState.CLOSED).label("closed"),
            _count(_PROBLEMS.c.state == ProblemState.HARD).label("hard"),
            _count(_is_overdue(today)).label("overdue"),
        )
        .group_by(_PROBLEMS.c.source)
        .order_by(_PROBLEMS.c.source)
    )
    return report.told(
        today,
        reader.rows(within(statement, _PROBLEMS.c.region_code, request.region_code)),
        request.region_code,
    )


def _get(uow: UnitOfWork, request: Values) -> Problem:
    return uow.get(Problem, request.problem_id, "problem_id", request.etag, lock=True)


def _holder(uow: UnitOfWork, request: Values) -> Mapping[str, str]:
    """Who must mend it: the unit of the property, the unit named, or the caller's own."""
    if request.property_id:
        return uow.get(Property, request.property_id, "property_id").holder()
    if not request.unit_id:
        return uow.own_unit()
    unit = uow.find(select(UnitCopy).where(UnitCopy.id == request.unit_id))
    if unit is None:
        raise NotFound.object("unit_id", request.unit_id)
    unit = units.present(uow, unit)
    return {"region_code": unit.region_code, "unit_id": unit.id, "unit_name": unit.name}


def _is_overdue(today: date) -> Any:
    """As `rules.is_overdue` has it."""
    return and_(_PROBLEMS.c.due_on < today, _PROBLEMS.c.state != ProblemState.CLOSED)


def _count(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=0))


def _with_evidence(reader: Reader, problems: Sequence[Any]) -> list[dict[str, Any]]:
    """Problems with their evidence, in one more statement however many there are."""
    ids = [each.id for each in problems]
    evidence = reader.rows(
        select(_EVIDENCE).where(_EVIDENCE.c.problem_id.in_(ids)).order_by(_EVIDENCE.c.id)
    )
    today = day_of(reader.now)
    found = {each.id: {**each._mapping, "evidence": []} for each in problems}
    for each in problems:
        closed = each.state == ProblemState.CLOSED
        found[each.id]["overdue"] = rules.is_overdue(each.due_on, today, closed=closed)
    for each in evidence:
        found[each.problem_id]["evidence"].append(each)
    return list(found.values())
