"""What may be done with savings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, select

from chassis.days import day_of, days_of
from chassis.errors import AlreadyExists, IllegalState, NotFound
from chassis.storage import Reader, UnitOfWork, begins_with, within
from chassis.usecases import command, query
from chassis.wire import Values
from warehouse.items.model import Item
from warehouse.savings import basis, report
from warehouse.savings.model import Booking, Saving
from warehouse.savings.report import SAVINGS
from warehouse.savings.schemas import (
    BookSavingSchema,
    ListSavingsSchema,
    ReportSavingsSchema,
    ReverseSavingSchema,
)
from warehouse.stores.model import Store
from warehouse.transfers.lines import LINE_STATE_NAMES, LineState, TransferLine
from warehouse.transfers.model import Transfer

_GIVEN = ("unit_id", "store_id", "item_id")
_BY_ID = select(SAVINGS).where(SAVINGS.c.id == bindparam("saving_id"))


@command(BookSavingSchema())
def book_saving(uow: UnitOfWork, request: Values) -> Saving:
    line, transfer, received_at = _received(uow, request.transfer_line_id)
    item = uow.get(Item, line.item_id, "transfer_line_id", lock=True)
    if item.stay != line.stay:
        raise IllegalState(
            "CAME_IN_AGAIN",
            "该资产签收后已再次入仓，不能再登记此次调剂的节约资金",
            "the item came in again since; what this transfer saved cannot be told any more",
        )
    received_on = day_of(received_at)
    created = Saving(
        code=uow.next_numbers("JY")[0],
        turn=_next_turn(uow, line),
        booked_on=day_of(uow.now),
        booked_by=uow.principal.subject,
        received_on=received_on,
        class_code=item.class_code,
        condition=item.condition,
        **_whence(uow, line, transfer),
        **basis.reckoned(uow, item, transfer.region_code, received_on, request),
    )
    uow.add(created)
    return created


@command(ReverseSavingSchema())
def reverse_saving(uow: UnitOfWork, request: Values) -> Saving:
    found = uow.get(Saving, request.saving_id, "saving_id", request.etag, lock=True)
    if found.reverses_id is not None:
        raise IllegalState("IS_REVERSAL", "冲销记录不能再冲销", "a reversal is not reversed")
    if uow.taken(Saving.reverses_id, [found.id]):
        raise IllegalState("ALREADY_REVERSED", "该笔登记已冲销", "it is reversed already")
    code = uow.next_numbers("JY")[0]
    own = Booking(code, on=day_of(uow.now), by=uow.principal.subject)
    created = found.reversal(own, request.reason)
    uow.add(created)
    return created


@query()
def get_saving(reader: Reader, request: Values) -> Any:
    row = reader.row(_BY_ID, {"saving_id": request.saving_id}, "saving_id")
    return _with_reversals(reader, [row])[0]


@query(ListSavingsSchema())
def list_savings(reader: Reader, request: Values) -> dict[str, Any]:
    statement = _of_time(select(SAVINGS), request.year, request.month)
    for name in _GIVEN:
        if request[name]:
            statement = statement.where(SAVINGS.c[name] == request[name])
    statement = _of_class(statement, request.class_code, request.is_class_only)
    if request.is_region_only:
        statement = statement.where(SAVINGS.c.region_code == request.region_code)
    statement = within(statement, SAVINGS.c.region_code, request.region_code)
    rows, token = reader.page(statement, [SAVINGS.c.code], request)
    return {"savings": _with_reversals(reader, rows), "next_page_token": token}


@query(ReportSavingsSchema())
def report_savings(reader: Reader, request: Values) -> dict[str, Any]:
    year = request.year or day_of(reader.now).year
    return report.told(reader, year, request.by or "unit")


def _received(uow: UnitOfWork, line_id: str) -> tuple[TransferLine, Transfer, datetime]:
    """A line whose item its unit received, with its transfer, and when that was."""
    line: TransferLine | None = uow.find(select(TransferLine).where(TransferLine.id == line_id))
    if line is None:
        raise NotFound.object("transfer_line_id", line_id)
    if line.state is not LineState.RECEIVED or line.received_at is None:
        state_zh = LINE_STATE_NAMES[line.state]
        raise IllegalState.move("登记节约资金", "book a saving", state_zh, str(line.state))
    return line, uow.get(Transfer, line.transfer_id, "transfer_line_id"), line.received_at


def _next_turn(uow: UnitOfWork, line: TransferLine) -> int:
    """How often the stay was booked, this time included; whoever may see the entries."""
    of_stay = select(Saving).where(Saving.item_id == line.item_id, Saving.stay == line.stay)
    with uow.unrestricted():
        entries = uow.all(of_stay)
    reversals = sum(each.reverses_id is not None for each in entries)
    if len(entries) > 2 * reversals:
        raise AlreadyExists.key(
            "transfer_line_id", "ALREADY_BOOKED", "该资产本次入仓的节约资金已登记", "booked already"
        )
    return reversals + 1


def _whence(uow: UnitOfWork, line: TransferLine, transfer: Transfer) -> dict[str, Any]:
    """Columns of a Saving: which item, from whom, to whom."""
    store = uow.find(select(Store).where(Store.id == line.from_store_id))
    of_line = ("item_id", "item_code", "item_name", "stay", "from_unit_id", "from_unit_name")
    of_transfer = ("region_code", "unit_id", "unit_name")
    return {
        "transfer_id": transfer.id,
        "transfer_code": transfer.code,
        "transfer_line_id": line.id,
        "store_id": line.from_store_id or "",
        "store_name": store.name if store is not None else "",
        **{name: getattr(line, name) for name in of_line},
        **{name: getattr(transfer, name) for name in of_transfer},
    }


def _of_time(statement: Select[Any], year: int, month: int) -> Select[Any]:
    if not year:
        return statement
    return statement.where(SAVINGS.c.booked_on.between(*days_of(year, month)))


def _of_class(statement: Select[Any], class_code: str, is_class_only: bool) -> Select[Any]:
    """Of a class and those below it, or of that class alone, which may be none."""
    column = SAVINGS.c.class_code
    if is_class_only:
        return statement.where(column == class_code)
    if not class_code:
        return statement
    return statement.where(begins_with(column, class_code))


def _with_reversals(reader: Reader, savings: Any) -> list[dict[str, Any]]:
    """Entries with the ids of those that take them back, in one more statement."""
    ids = [each.id for each in savings]
    columns = (SAVINGS.c.id, SAVINGS.c.reverses_id)
    reversals = reader.rows(select(*columns).where(SAVINGS.c.reverses_id.in_(ids)))
    by_id = {each.reverses_id: each.id for each in reversals}
    return [{**each._mapping, "reversal_id": by_id.get(each.id, "")} for each in savings]
