"""What may be done with regions."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select

from chassis.storage import Reader, UnitOfWork
from chassis.usecases import command, query
from chassis.wire import Values
from directory.days import not_in_force
from directory.regions.facts import publish_region
from directory.regions.model import Region
from directory.regions.schemas import DefineRegionSchema, GetRegionSchema, ListRegionsSchema

_TABLE = Region.__table__
_BY_CODE = select(_TABLE).where(_TABLE.c.code == bindparam("code"))
_GIVEN = ("name", "level", "parent_code", "valid_from", "valid_to", "successor_code")


@command(DefineRegionSchema())
def define_region(uow: UnitOfWork, request: Values) -> Region:
    """Adds a code, or says anew what it means."""
    values = request.present(*_GIVEN)
    found: Region | None = uow.find(select(Region).where(Region.code == request.code))
    if found is None:
        found = Region(code=request.code, **values)
        uow.add(found)
    else:
        found.define(**values)
    publish_region(uow, found)
    return found


@query(GetRegionSchema())
def get_region(reader: Reader, request: Values) -> Any:
    row = reader.row(_BY_CODE, {"code": request.code}, "code")
    day = request.as_of
    if day and not (row.valid_from <= day and (row.valid_to is None or row.valid_to >= day)):
        raise not_in_force("as_of", day)
    return row


@query(ListRegionsSchema())
def list_regions(reader: Reader, request: Values) -> dict[str, Any]:
    statement = select(_TABLE)
    if request.parent_code:
        statement = statement.where(_TABLE.c.parent_code == request.parent_code)
    rows, token = reader.page(statement, [_TABLE.c.code], request)
    return {"regions": rows, "next_page_token": token}
