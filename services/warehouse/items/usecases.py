"""What may be done with the items the store holds."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select

from chassis.storage import Reader, UnitOfWork
from chassis.usecases import command, query
from chassis.wire import Values
from warehouse.items.model import Item
from warehouse.items.schemas import LendItemSchema, ListItemsSchema

_TABLE = Item.__table__
_BY_ID = select(_TABLE).where(_TABLE.c.id == bindparam("item_id"))


@query()
def get_item(reader: Reader, request: Values) -> Any:
    return reader.row(_BY_ID, {"item_id": request.item_id}, "item_id")


@query(ListItemsSchema())
def list_items(reader: Reader, request: Values) -> dict[str, Any]:
    statement = select(_TABLE)
    if request.state:
        statement = statement.where(_TABLE.c.state == request.state)
    if request.store_id:
        statement = statement.where(_TABLE.c.store_id == request.store_id)
    rows, token = reader.page(statement, [_TABLE.c.code], request)
    return {"items": rows, "next_page_token": token}


@command(LendItemSchema())
def lend_item(uow: UnitOfWork, request: Values) -> Item:
    found = _get(uow, request)
    found.lend(request.borrower_name)
    return found


@command()
def return_item(uow: UnitOfWork, request: Values) -> Item:
    found = _get(uow, request)
    found.take_back()
    return found


def _get(uow: UnitOfWork, request: Values) -> Item:
    return uow.get(Item, request.item_id, "item_id", request.etag)
