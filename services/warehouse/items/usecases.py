"""What may be done with the items of the stores."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select

from chassis.errors import NotFound
from chassis.storage import Reader, UnitOfWork, within
from chassis.usecases import command, query
from chassis.wire import Values, to_message
from guanjia.warehouse.v1 import events_pb2
from warehouse.items import journal
from warehouse.items.held import held
from warehouse.items.importing import Importing
from warehouse.items.model import Item
from warehouse.items.movements import Cause
from warehouse.items.schemas import (
    FindItemsSchema,
    LendItemSchema,
    ListItemsSchema,
    ListMovementsSchema,
    ReportStockSchema,
    ShareItemsSchema,
)
from warehouse.items.search import ITEMS, at_least, available, named, of_class, order_of

_BY_ID = select(ITEMS).where(ITEMS.c.id == bindparam("item_id"))
_GIVEN = ("state", "store_id", "place", "unit_id", "tag", "asset_code")


@query()
def get_item(reader: Reader, request: Values) -> Any:
    return reader.row(_BY_ID, {"item_id": request.item_id}, "item_id")


@query(ListItemsSchema())
def list_items(reader: Reader, request: Values) -> dict[str, Any]:
    statement = select(ITEMS)
    for name in _GIVEN:
        if request[name]:
            statement = statement.where(ITEMS.c[name] == request[name])
    if request.least_condition:
        statement = statement.where(at_least(request.least_condition))
    statement = within(statement, ITEMS.c.region_code, request.region_code)
    statement = named(of_class(statement, request.class_code), request.words)
    rows, token = reader.page(statement, order_of(request.class_code, request.words), request)
    return {"items": rows, "next_page_token": token}


@query(FindItemsSchema())
def find_items(reader: Reader, request: Values) -> dict[str, Any]:
    principal = reader.principal
    region_code = request.region_code or principal.region_code or reader.context.region_code
    found = available(reader, request.need, region_code, principal.unit_id)
    return {"items": found, "short": request.need["quantity"] - len(found)}


@command()
def import_items(uow: UnitOfWork, request: Values) -> dict[str, Any]:
    """Posts opening stock, row by row."""
    return Importing.of(uow, request.rows)


@command(ShareItemsSchema())
def share_items(uow: UnitOfWork, request: Values) -> dict[str, Any]:
    found = held(uow, request.item_ids)
    for n, each in enumerate(request.item_ids):
        if each not in found:
            raise NotFound.object(f"item_ids.{n}", each)
        found[each].share(request.reach)
    uow.flush()
    for item in found.values():
        uow.publish(to_message(events_pb2.ItemShared, item, item_id=item.id), of=item)
    return {"items": [found[each] for each in request.item_ids]}


@command(LendItemSchema())
def lend_item(uow: UnitOfWork, request: Values) -> Item:
    found = _locked(uow, request)
    uow.add(found.lend(request.borrower_name, Cause.of(uow)))
    return found


@command()
def return_item(uow: UnitOfWork, request: Values) -> Item:
    found = _locked(uow, request)
    uow.add(found.take_back(Cause.of(uow)))
    return found


@query(ListMovementsSchema())
def list_movements(reader: Reader, request: Values) -> dict[str, Any]:
    rows, token = journal.page(reader, request)
    return {"movements": rows, "next_page_token": token}


@query(ReportStockSchema())
def report_stock(reader: Reader, request: Values) -> dict[str, Any]:
    return journal.stock(reader, request.from_on, request.to_on, request.region_code)


def _locked(uow: UnitOfWork, request: Values) -> Item:
    return uow.get(Item, request.item_id, "item_id", request.etag, lock=True)
