"""Statements over leases and their charges."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, func, or_, select

from chassis.days import day_of
from chassis.storage import Reader, within
from chassis.wire import Values
from housing.leases import view
from housing.leases.model import Lease, LeaseState
from housing.leases.parts import (
    LeaseAllotment,
    LeaseCharge,
    LeaseReceipt,
    LeaseRefund,
    LeaseReminder,
)

LEASES: Any = Lease.__table__
CHARGES: Any = LeaseCharge.__table__
_REFUNDS: Any = LeaseRefund.__table__
_BY_ID = select(LEASES).where(LEASES.c.id == bindparam("lease_id"))


def whole_lease(reader: Reader, lease_id: str) -> dict[str, Any]:
    lease = reader.row(_BY_ID, {"lease_id": lease_id}, "lease_id")
    kinds = (LeaseCharge, LeaseReceipt, LeaseAllotment, LeaseReminder, LeaseRefund)
    parts = (_parts(reader, kind, lease.id) for kind in kinds)
    charges, receipts, allotments, reminders, refunds = parts
    charges = sorted(charges, key=lambda each: each.position)
    allotments = [each for each in allotments if each.undone_on is None]
    told = (charges, receipts, allotments, reminders, refunds)
    return view.whole(lease, *told, day_of(reader.now))


def with_totals(reader: Reader, leases: Sequence[Any]) -> list[dict[str, Any]]:
    """Leases with their totals, in two more statements however many there are."""
    day = day_of(reader.now)
    overdue = case((_overdue(day), CHARGES.c.amount_fen - CHARGES.c.received_fen), else_=0)
    statement = (
        select(
            CHARGES.c.lease_id,
            func.sum(CHARGES.c.amount_fen).label("charged"),
            func.sum(CHARGES.c.received_fen).label("received"),
            func.sum(overdue).label("overdue"),
        )
        .where(CHARGES.c.lease_id.in_([each.id for each in leases]))
        .group_by(CHARGES.c.lease_id)
    )
    sums = {
        row.lease_id: (int(row.charged), int(row.received), int(row.overdue))
        for row in reader.rows(statement)
    }
    refunded = _refunded(reader, list(sums))
    return [
        view.brief(each, *sums.get(each.id, (0, 0, 0)), refunded.get(each.id, 0), day)
        for each in leases
    ]


def leases_sought(request: Values, day: date) -> Select[Any]:
    """The leases a ListLeasesRequest asks for on `day`."""
    statement = within(select(LEASES), LEASES.c.region_code, request.region_code)
    for name in ("direction", "property_id", "property_kind", "unit_id", "code"):
        if request[name]:
            statement = statement.where(LEASES.c[name] == request[name])
    if request.ends_from:
        statement = statement.where(LEASES.c.last_day >= request.ends_from)
    if request.ends_to:
        statement = statement.where(LEASES.c.last_day <= request.ends_to)
    if request.status:
        statement = statement.where(_has_status(request.status, day))
    if request.in_arrears:
        overdue = select(CHARGES.c.lease_id).where(_overdue(day))
        statement = statement.where(LEASES.c.id.in_(overdue))
    if request.year:
        statement = statement.where(of_year(request.year))
    return statement


def of_year(year: int) -> Any:
    """Leases that run on some day of a year, or have a charge due in it."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    due = select(CHARGES.c.lease_id).where(CHARGES.c.due_on.between(first, last))
    runs = or_(LEASES.c.last_day >= first, LEASES.c.id.in_(due))
    return and_(LEASES.c.start_on <= last, runs, LEASES.c.state != LeaseState.CANCELLED)


def _refunded(reader: Reader, lease_ids: Sequence[str]) -> dict[str, int]:
    statement = (
        select(_REFUNDS.c.lease_id, func.sum(_REFUNDS.c.amount_fen).label("refunded"))
        .where(_REFUNDS.c.lease_id.in_(lease_ids))
        .group_by(_REFUNDS.c.lease_id)
    )
    return {row.lease_id: int(row.refunded) for row in reader.rows(statement)}


def _overdue(day: date) -> Any:
    return and_(CHARGES.c.due_on < day, CHARGES.c.received_fen < CHARGES.c.amount_fen)


def _has_status(status: str, day: date) -> Any:
    if status in ("terminated", "cancelled"):
        return LEASES.c.state == LeaseState(status)
    begun, ended = LEASES.c.start_on <= day, LEASES.c.last_day < day
    stands = {"upcoming": ~begun, "running": and_(begun, ~ended), "ended": and_(begun, ended)}
    return and_(LEASES.c.state == LeaseState.ACTIVE, stands[status])


def _parts(reader: Reader, kind: Any, lease_id: str) -> Sequence[Any]:
    table = kind.__table__
    return reader.rows(select(table).where(table.c.lease_id == lease_id).order_by(table.c.id))
