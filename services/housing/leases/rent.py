"""Rent due in a year, and what was received for it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, func, select

from chassis.days import days_of
from chassis.storage import Reader, within
from housing.leases.model import LeaseDirection
from housing.leases.queries import CHARGES, LEASES, of_year

Sums = dict[str, tuple[int, Any, int, int]]
"""By word: leases, their area in m², rent due and received in fen."""


_FOR_IT = case(
    (CHARGES.c.received_fen > CHARGES.c.amount_fen, CHARGES.c.amount_fen),
    else_=CHARGES.c.received_fen,
)
"""What was received for a charge; what is beyond it is to be refunded."""


def by_direction(reader: Reader, region_code: str, year: int) -> Sums:
    return _sums(reader, LEASES.c.direction, region_code, year)


def by_property_kind(reader: Reader, region_code: str, year: int) -> Sums:
    """Of what is let."""
    let = LEASES.c.direction == LeaseDirection.OUT
    return _sums(reader, LEASES.c.property_kind, region_code, year, let)


def _sums(reader: Reader, word: Any, region_code: str, year: int, *where: Any) -> Sums:
    leases = (
        select(word, func.count().label("leases"), func.sum(LEASES.c.area_m2).label("area_m2"))
        .where(of_year(year), *where)
        .group_by(word)
    )
    due_in_year = CHARGES.c.due_on.between(*days_of(year))
    rent = (
        select(
            word,
            func.sum(CHARGES.c.amount_fen).label("due_fen"),
            func.sum(_FOR_IT).label("received_fen"),
        )
        .select_from(LEASES.join(CHARGES, CHARGES.c.lease_id == LEASES.c.id))
        .where(due_in_year, *where)
        .group_by(word)
    )
    money = {
        row[0]: (int(row.due_fen), int(row.received_fen))
        for row in reader.rows(within(rent, LEASES.c.region_code, region_code))
    }
    return {
        row[0]: (row.leases, row.area_m2, *money.get(row[0], (0, 0)))
        for row in reader.rows(within(leases, LEASES.c.region_code, region_code))
    }
