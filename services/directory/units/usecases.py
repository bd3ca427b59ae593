"""What may be done with units."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select

from chassis.errors import AlreadyExists
from chassis.regions import region_prefix
from chassis.storage import Reader, UnitOfWork
from chassis.usecases import command, query
from chassis.wire import Values, to_message
from directory.units.model import Unit
from directory.units.schemas import ChangeUnitSchema, ListUnitsSchema, RegisterUnitSchema
from guanjia.directory.v1 import directory_pb2, events_pb2

_TABLE = Unit.__table__
_BY_ID = select(_TABLE).where(_TABLE.c.id == bindparam("unit_id"))


@command(RegisterUnitSchema())
def register_unit(uow: UnitOfWork, request: Values) -> Unit:
    if uow.find(select(Unit).where(Unit.uscc == request.uscc)) is not None:
        raise AlreadyExists.key(
            "uscc", "USCC_TAKEN", "该统一社会信用代码已登记", "this code is registered"
        )
    if request.parent_id:
        uow.get(Unit, request.parent_id, "parent_id")
    created = Unit(
        uscc=request.uscc,
        name=request.name,
        kind=request.kind,
        region_code=request.region_code,
        parent_id=request.parent_id or None,
    )
    uow.add(created)
    uow.flush()
    uow.publish(events_pb2.UnitRegistered(unit=_message(created)), of=created)
    return created


@command(ChangeUnitSchema())
def change_unit(uow: UnitOfWork, request: Values) -> Unit:
    found = uow.get(Unit, request.unit_id, "unit_id", request.etag)
    if found.rename(request.name):
        uow.flush()
        uow.publish(events_pb2.UnitChanged(unit=_message(found)), of=found)
    return found


@query()
def get_unit(reader: Reader, request: Values) -> Any:
    return reader.row(_BY_ID, {"unit_id": request.unit_id}, "unit_id")


@query(ListUnitsSchema())
def list_units(reader: Reader, request: Values) -> dict[str, Any]:
    statement = select(_TABLE)
    if request.region_code:
        below = region_prefix(request.region_code)
        statement = statement.where(_TABLE.c.region_code.startswith(below, autoescape=True))
    rows, token = reader.page(statement, [_TABLE.c.uscc], request)
    return {"units": rows, "next_page_token": token}


def _message(unit: Unit) -> directory_pb2.Unit:
    return to_message(directory_pb2.Unit, unit)
