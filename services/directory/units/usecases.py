"""What may be done with units."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, select

from chassis.spans import not_ahead
from chassis.storage import Reader, UnitOfWork, within
from chassis.usecases import command, query
from chassis.wire import Values
from directory.access.facts import publish_access_changed
from directory.days import in_force, not_in_force
from directory.units.facts import publish_unit
from directory.units.model import FormerName, Unit
from directory.units.register import enter, parent_for
from directory.units.rules import level_of
from directory.units.schemas import (
    ChangeUnitSchema,
    GetUnitSchema,
    ListUnitsSchema,
    RegisterUnitSchema,
)

_TABLE = Unit.__table__
_NAMES = FormerName.__table__
_BY_ID = select(_TABLE).where(_TABLE.c.id == bindparam("unit_id"))


@command(RegisterUnitSchema())
def register_unit(uow: UnitOfWork, request: Values) -> Unit:
    parent_id = request.parent_id or None
    if parent_id:
        parent = uow.get(Unit, parent_id, "parent_id", lock=True)
        parent.must_be_open("作为上级单位", "be a parent")
    values = {
        "uscc": request.uscc,
        "name": request.name,
        "kind": request.kind,
        "level": request.level or level_of(request.region_code),
        "region_code": request.region_code,
        "parent_id": parent_id,
        "valid_from": not_ahead(request.valid_from, uow.now, "valid_from"),
    }
    [created] = enter(uow, [("uscc", values)])
    if parent_id:
        publish_access_changed(uow, created)
    return created


@command(ChangeUnitSchema())
def change_unit(uow: UnitOfWork, request: Values) -> Unit:
    """Whoever may see what lies below a unit may see other things after a move."""
    found = uow.get(Unit, request.unit_id, "unit_id", request.etag, lock=True)
    found.must_be_open("变更", "change a unit")
    before = found.version
    found.revise(request.kind, request.level)
    renamed = request.name not in ("", found.name)
    if renamed:
        day = not_ahead(request.valid_from, uow.now, "valid_from")
        uow.add(*filter(None, [found.rename(request.name, day)]))
    moved = "parent_id" in request and (request.parent_id or None) != found.parent_id
    if moved:
        parent_id = request.parent_id or None
        found.parent_id = parent_id and parent_for(uow, found.id, parent_id).id
    uow.flush()
    if found.version != before:
        publish_unit(uow, found)
    if moved:
        publish_access_changed(uow, found)
    return found


@query(GetUnitSchema())
def get_unit(reader: Reader, request: Values) -> Any:
    row = reader.row(_BY_ID, {"unit_id": request.unit_id}, "unit_id")
    if request.as_of is None:
        return row
    found = reader.rows(_as_of(request.as_of).where(_TABLE.c.id == row.id))
    if not found:
        raise not_in_force("as_of", request.as_of)
    return found[0]


@query(ListUnitsSchema())
def list_units(reader: Reader, request: Values) -> dict[str, Any]:
    statement = _as_of(request.as_of) if request.as_of else select(_TABLE)
    statement = within(statement, _TABLE.c.region_code, request.region_code)
    if request.parent_id:
        statement = statement.where(_TABLE.c.parent_id == request.parent_id)
    rows, token = reader.page(statement, [_TABLE.c.uscc], request)
    return {"units": rows, "next_page_token": token}


def _as_of(day: date) -> Select[Any]:
    """The units of a day, under the names of that day."""
    others = (column for column in _TABLE.c if column.key != "name")
    former = and_(_NAMES.c.unit_id == _TABLE.c.id, in_force(_NAMES.c, day))
    return (
        select(*others, func.coalesce(_NAMES.c.name, _TABLE.c.name).label("name"))
        .join_from(_TABLE, _NAMES, former, isouter=True)
        .where(in_force(_TABLE.c, day))
    )
