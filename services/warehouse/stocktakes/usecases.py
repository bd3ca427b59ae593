"""What may be done with stocktakes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select

from chassis.errors import InvalidInput
from chassis.storage import Reader, UnitOfWork
from chassis.usecases import command, query
from chassis.wire import Values, to_message
from guanjia.warehouse.v1 import events_pb2
from warehouse.stocktakes import adjusting, counting
from warehouse.stocktakes.lines import StocktakeLine
from warehouse.stocktakes.model import Stocktake, StocktakeState
from warehouse.stocktakes.schemas import (
    ListStocktakeLinesSchema,
    ListStocktakesSchema,
    OpenStocktakeSchema,
    RecordScansSchema,
    UndoStocktakeSchema,
)
from warehouse.stores.model import Store

_STOCKTAKES = Stocktake.__table__
_LINES = StocktakeLine.__table__


@command(OpenStocktakeSchema())
def open_stocktake(uow: UnitOfWork, request: Values) -> Stocktake:
    """The store is held until the end, lest two count the same place."""
    with uow.unrestricted():
        store = uow.get(Store, request.store_id, "store_id", lock=True)
    uow.require_within_scope(store)
    counting.refuse_overlap(uow, store.id, request.place)
    opened = Stocktake(
        code=uow.next_numbers("PD")[0],
        state=StocktakeState.OPEN,
        store_id=store.id,
        store_name=store.name,
        place=request.place,
        reason=request.reason,
        region_code=store.region_code,
        unit_id=store.unit_id,
        unit_name=store.owner_name,
        opened_by=uow.principal.subject,
    )
    lines = counting.expect(uow, opened)
    uow.add(opened)
    uow.flush()
    uow.add(*lines)
    return opened


@command(RecordScansSchema())
def record_scans(uow: UnitOfWork, request: Values) -> Stocktake:
    found = _get(uow, request)
    found.require_open("登记扫描", "record scans")
    if found.place and request.place not in ("", found.place):
        zh, en = f"本次只盘点库位“{found.place}”", "another place than the one that is counted"
        raise InvalidInput.field("place", "OTHER_PLACE", zh, en)
    scans = counting.Counting(uow, found, request.tags)
    for tag in request.tags:
        scans.take(tag, request.place or found.place)
    return found


@command()
def post_stocktake(uow: UnitOfWork, request: Values) -> Stocktake:
    found = _get(uow, request)
    found.require_open("过账", "post")
    adjusted = adjusting.adjust(uow, found)
    found.post(adjusted, uow.principal.subject, uow.now)
    uow.flush()
    _publish(uow, events_pb2.StocktakePosted, found)
    return found


@command(UndoStocktakeSchema())
def undo_stocktake(uow: UnitOfWork, request: Values) -> Stocktake:
    found = _get(uow, request)
    found.undo(uow.principal.subject, uow.now, request.reason)
    adjusting.take_back(uow, found)
    uow.flush()
    _publish(uow, events_pb2.StocktakeUndone, found)
    return found


@command()
def cancel_stocktake(uow: UnitOfWork, request: Values) -> Stocktake:
    found = _get(uow, request)
    found.cancel()
    return found


_BY_ID = select(_STOCKTAKES).where(_STOCKTAKES.c.id == bindparam("stocktake_id"))


@query()
def get_stocktake(reader: Reader, request: Values) -> Any:
    return reader.row(_BY_ID, {"stocktake_id": request.stocktake_id}, "stocktake_id")


@query(ListStocktakesSchema())
def list_stocktakes(reader: Reader, request: Values) -> dict[str, Any]:
    statement = select(_STOCKTAKES)
    for name in ("state", "store_id"):
        if request[name]:
            statement = statement.where(_STOCKTAKES.c[name] == request[name])
    rows, token = reader.page(statement, [_STOCKTAKES.c.code], request)
    return {"stocktakes": rows, "next_page_token": token}


@query(ListStocktakeLinesSchema())
def list_stocktake_lines(reader: Reader, request: Values) -> dict[str, Any]:
    statement = select(_LINES)
    for name in ("stocktake_id", "outcome"):
        if request[name]:
            statement = statement.where(_LINES.c[name] == request[name])
    rows, token = reader.page(statement, [_LINES.c.id], request)
    return {"lines": rows, "next_page_token": token}


def _get(uow: UnitOfWork, request: Values) -> Stocktake:
    return uow.get(Stocktake, request.stocktake_id, "stocktake_id", request.etag, lock=True)


def _publish(uow: UnitOfWork, kind: type, stocktake: Stocktake) -> None:
    about = {"stocktake_id": stocktake.id, "stocktake_code": stocktake.code}
    uow.publish(to_message(kind, stocktake, **about), of=stocktake)
