"""What may be done with checks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, func, select

from chassis.schemas import PageSchema
from chassis.spans import not_ahead
from chassis.storage import Reader, UnitOfWork
from chassis.usecases import command, query
from chassis.wire import Values
from housing.checks import report
from housing.checks.model import Check, CheckState, Finding
from housing.checks.norms import TOLERANCE
from housing.checks.reconciling import Comparison
from housing.checks.schemas import CreateCheckSchema
from housing.checks.surveys import Importing

_CHECKS = Check.__table__
_FINDINGS = Finding.__table__
_STEP = Decimal("0.0001")


@command(CreateCheckSchema())
def create_check(uow: UnitOfWork, request: Values) -> Check:
    as_of = not_ahead(request.as_of, uow.now, "as_of")
    created = Check(
        code=uow.next_numbers("QC")[0],
        name=request.name,
        region_code=request.region_code,
        as_of=as_of,
        state=CheckState.RUNNING,
        tolerance_percent=_tolerance(uow, request.region_code, as_of),
        created_by=uow.principal.subject,
    )
    uow.add(created)
    return created


@command()
def import_surveys(uow: UnitOfWork, request: Values) -> dict[str, Any]:
    """Takes new surveys, counts unchanged ones, refuses the rest row by row."""
    return Importing.of(uow, request.rows)


@command()
def reconcile_check(uow: UnitOfWork, request: Values) -> Check:
    found = _get(uow, request)
    found.reconcile(uow.now, _tolerance(uow, found.region_code, found.as_of))
    Comparison(uow, found).reconcile()
    return found


@command()
def close_check(uow: UnitOfWork, request: Values) -> Check:
    found = _get(uow, request)
    found.close(uow.principal.subject, uow.now)
    return found


_BY_ID = select(_CHECKS).where(_CHECKS.c.id == bindparam("check_id"))


@query()
def get_check(reader: Reader, request: Values) -> Any:
    return reader.row(_BY_ID, {"check_id": request.check_id}, "check_id")


@query(PageSchema())
def list_checks(reader: Reader, request: Values) -> dict[str, Any]:
    statement = select(_CHECKS)
    if request.state:
        statement = statement.where(_CHECKS.c.state == request.state)
    rows, token = reader.page(statement, [_CHECKS.c.code], request)
    return {"checks": rows, "next_page_token": token}


@query(PageSchema())
def list_findings(reader: Reader, request: Values) -> dict[str, Any]:
    statement = select(_FINDINGS)
    if request.check_id:
        statement = statement.where(_FINDINGS.c.check_id == request.check_id)
    if request.state:
        statement = statement.where(_FINDINGS.c.state == request.state)
    rows, token = reader.page(statement, [_FINDINGS.c.id], request)
    return {"findings": rows, "next_page_token": token}


@query()
def report_check(reader: Reader, request: Values) -> dict[str, Any]:
    check = reader.row(_BY_ID, {"check_id": request.check_id}, "check_id")
    areas = ("register_area_m2", "surveyed_area_m2", "difference_m2")
    totals = reader.rows(
        select(
            _FINDINGS.c.state,
            func.count().label("number"),
            *(func.sum(_FINDINGS.c[name]).label(name) for name in areas),
        )
        .where(_FINDINGS.c.check_id == check.id)
        .group_by(_FINDINGS.c.state)
        .order_by(_FINDINGS.c.state)
    )
    return report.told(check, totals)


def _get(uow: UnitOfWork, request: Values) -> Check:
    return uow.get(Check, request.check_id, "check_id", request.etag, lock=True)


def _tolerance(uow: UnitOfWork, region_code: str, day: date) -> Decimal:
    """In % of the registered area; none where no norm is in force."""
    known = TOLERANCE.in_force(uow, region_code, day).get() or Decimal(0)
    return known.quantize(_STEP)
