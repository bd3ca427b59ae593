"""What may be done with stores."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select

from chassis.copies import units
from chassis.errors import AlreadyExists
from chassis.schemas import PageSchema
from chassis.storage import Reader, UnitOfWork
from chassis.usecases import command, query
from chassis.wire import Values
from warehouse.stores.model import Store
from warehouse.stores.schemas import CreateStoreSchema

_TABLE = Store.__table__
_BY_ID = select(_TABLE).where(_TABLE.c.id == bindparam("store_id"))
_GIVEN = ("code", "name", "kind", "address", "region_code", "owner_name", "owner_uscc")


@command(CreateStoreSchema())
def create_store(uow: UnitOfWork, request: Values) -> Store:
    if uow.taken(Store.code, [request.code]):
        raise AlreadyExists.key("code", "CODE_TAKEN", "仓库编号已使用", "this code is taken")
    created = Store(**request.present(*_GIVEN))
    owner = units.by_uscc(uow, [request.owner_uscc]).get(request.owner_uscc)
    if owner is not None:
        created.unit_id, created.owner_name, created.owner_uscc = owner.id, owner.name, owner.uscc
    uow.add(created)
    return created


@query()
def get_store(reader: Reader, request: Values) -> Any:
    return reader.row(_BY_ID, {"store_id": request.store_id}, "store_id")


@query(PageSchema())
def list_stores(reader: Reader, request: Values) -> dict[str, Any]:
    rows, token = reader.page(select(_TABLE), [_TABLE.c.code], request)
    return {"stores": rows, "next_page_token": token}
