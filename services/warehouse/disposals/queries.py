"""Lists of disposal batches and their lines, and what left in a year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select

from chassis.days import days_of
from chassis.storage import Reader, within
from chassis.wire import Values
from warehouse.disposals.lines import LEFT, BatchLine, BatchSale
from warehouse.disposals.model import DisposalBatch

BATCHES = DisposalBatch.__table__
LINES = BatchLine.__table__
_SALES = BatchSale.__table__


def batches(request: Values) -> Select[Any]:
    """With an item, those that list it; with a year, those of which something left then."""
    statement = within(select(BATCHES), BATCHES.c.region_code, request.region_code)
    for name in ("state", "kind", "unit_id"):
        if request[name]:
            statement = statement.where(BATCHES.c[name] == request[name])
    if request.item_id:
        of_item = select(LINES.c.disposal_batch_id).where(LINES.c.item_id == request.item_id)
        statement = statement.where(BATCHES.c.id.in_(of_item))
    if request.year:
        left = select(LINES.c.disposal_batch_id).where(*_left_in(request.year))
        statement = statement.where(BATCHES.c.id.in_(left))
    return statement


def lines(request: Values) -> Select[Any]:
    """With a year, what left then."""
    statement = select(LINES)
    for name in ("state", "disposal_batch_id", "item_id"):
        if request[name]:
            statement = statement.where(LINES.c[name] == request[name])
    if request.year:
        statement = statement.where(*_left_in(request.year))
    if request.kind or request.region_code:
        owned = within(select(BATCHES.c.id), BATCHES.c.region_code, request.region_code)
        if request.kind:
            owned = owned.where(BATCHES.c.kind == request.kind)
        statement = statement.where(LINES.c.disposal_batch_id.in_(owned))
    return statement


def left_in(reader: Reader, year: int, region_code: str) -> dict[str, Sequence[int]]:
    """By kind, what left in a year: batches, items; original, appraised value and income in
    fen."""
    amounts = (LINES.c.original_value_fen, LINES.c.appraised_fen, LINES.c.income_fen)
    statement = (
        select(
            BATCHES.c.kind,
            func.count(LINES.c.disposal_batch_id.distinct()),
            func.count(),
            *(func.sum(each) for each in amounts),
        )
        .select_from(LINES)
        .join(BATCHES, LINES.c.disposal_batch_id == BATCHES.c.id)
        .where(*_left_in(year))
        .group_by(BATCHES.c.kind)
    )
    rows: Sequence[Any] = reader.rows(within(statement, BATCHES.c.region_code, region_code))
    return {row[0]: [int(each) for each in row[1:]] for row in rows}


def with_parts(reader: Reader, found: Any) -> list[dict[str, Any]]:
    """Batches with their lines and sales, in two more statements however many there are."""
    ids = [each.id for each in found]
    told = {each.id: {**each._mapping, "lines": [], "sales": []} for each in found}
    for part, table, order in (
        ("lines", LINES, LINES.c.position),
        ("sales", _SALES, _SALES.c.id),
    ):
        statement = select(table).where(table.c.disposal_batch_id.in_(ids)).order_by(order)
        for row in reader.rows(statement):
            told[row.disposal_batch_id][part].append(row)
    return list(told.values())


def _left_in(year: int) -> tuple[Any, ...]:
    return (LINES.c.left_on.between(*days_of(year)), LINES.c.state.in_(LEFT))
