"""Charges as they stood at the end of a day: what was received later does not count, and what
was undone later still does. Rent that fell away by a termination counts on no day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select

from chassis.storage import Reader, within
from chassis.wire import Values
from housing.leases import rules, view
from housing.leases.model import LeaseDirection
from housing.leases.parts import LeaseAllotment
from housing.leases.queries import CHARGES, LEASES

_ALLOTMENTS: Any = LeaseAllotment.__table__
_DAY = timedelta(days=1)


def charges_sought(request: Values, day: date, today: date) -> Select[Any]:
    """The charges a ListChargesRequest asks for, as they stood on `day`."""
    source, received = _as_they_stood(day, today, request.lease_id)
    statement = (
        select(CHARGES, LEASES.c.code, LEASES.c.counterparty, received.label("received_then"))
        .select_from(source.join(LEASES, LEASES.c.id == CHARGES.c.lease_id))
        .where(*_overdue(day, request.age, received, request.in_arrears))
    )
    statement = within(statement, LEASES.c.region_code, request.region_code)
    if request.lease_id:
        statement = statement.where(CHARGES.c.lease_id == request.lease_id)
    if request.direction:
        statement = statement.where(LEASES.c.direction == request.direction)
    return statement


def told(row: Any, day: date) -> dict[str, Any]:
    """Plain values of a LeaseCharge, from a row of `charges_sought`."""
    return view.charge(row, row.code, row.counterparty, int(row.received_then), day)


def sums(reader: Reader, region_code: str, day: date, today: date) -> tuple[Sequence[Any], Any]:
    """What was overdue of all that is let: a row for each age, and one for all together."""
    source, received = _as_they_stood(day, today)
    ages = [(CHARGES.c.due_on.between(*rules.due_between(age, day)), age) for age in rules.AGES]
    overdue = (
        select(
            CHARGES.c.lease_id,
            CHARGES.c.amount_fen,
            received.label("received_fen"),
            case(*ages).label("age"),
        )
        .select_from(source.join(LEASES, LEASES.c.id == CHARGES.c.lease_id))
        .where(LEASES.c.direction == LeaseDirection.OUT, *_overdue(day, None, received, True))
    )
    found = within(overdue, LEASES.c.region_code, region_code).subquery()
    figures = (
        func.count(found.c.lease_id.distinct()).label("leases"),
        func.count().label("charges"),
        func.coalesce(func.sum(found.c.amount_fen), 0).label("due_fen"),
        func.coalesce(func.sum(found.c.received_fen), 0).label("received_fen"),
    )
    by_age = reader.rows(select(found.c.age, *figures).group_by(found.c.age))
    [total] = reader.rows(select(*figures).select_from(found))
    return by_age, total


def _as_they_stood(day: date, today: date, lease_id: str = "") -> tuple[Any, Any]:
    """Charges, and what they had got by the end of `day`: what they have now, less what came
    later, and what was undone later. Of today nothing came later."""
    if day >= today:
        return CHARGES, CHARGES.c.received_fen
    stands = _ALLOTMENTS.c.undone_on.is_(None)
    changes = select(
        _ALLOTMENTS.c.charge_id,
        func.sum(case((stands, -_ALLOTMENTS.c.amount_fen), else_=_ALLOTMENTS.c.amount_fen)).label(
            "fen"
        ),
    ).where(
        or_(
            and_(stands, _ALLOTMENTS.c.received_on > day),
            and_(_ALLOTMENTS.c.undone_on > day, _ALLOTMENTS.c.received_on <= day),
        )
    )
    if lease_id:
        changes = changes.where(_ALLOTMENTS.c.lease_id == lease_id)
    since = changes.group_by(_ALLOTMENTS.c.charge_id).subquery("since")
    source = CHARGES.outerjoin(since, since.c.charge_id == CHARGES.c.id)
    return source, CHARGES.c.received_fen + func.coalesce(since.c.fen, 0)


def _overdue(day: date, age: str | None, received: Any, in_arrears: bool) -> list[Any]:
    if not age and not in_arrears:
        return []
    first, last = rules.due_between(age, day) if age else (date.min, day - _DAY)
    return [CHARGES.c.due_on.between(first, last), received < CHARGES.c.amount_fen]
