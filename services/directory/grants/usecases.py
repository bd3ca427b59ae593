"""What may be done with grants."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from chassis.errors import AlreadyExists, InvalidInput, NotFound, PermissionDenied
from chassis.regions import region_prefix
from chassis.storage import Reader, UnitOfWork
from chassis.usecases import command, query
from chassis.wire import Values
from directory.access.exclusion import EXCLUSIVE, one_by_one, require_apart
from directory.access.facts import publish_access_changed
from directory.access.terms import last_day, term
from directory.days import overlap
from directory.grants.model import Grant
from directory.grants.schemas import EndGrantSchema, GrantRoleSchema, ListGrantsSchema
from directory.roles.model import Role
from directory.units.model import Unit

_TABLE = Grant.__table__


@command(GrantRoleSchema())
def grant_role(uow: UnitOfWork, request: Values) -> Grant:
    if uow.principal.stands_for(request.subject):
        raise PermissionDenied(
            "OWN_GRANT",
            "不得给本人或委托人授权",
            "nobody grants a role to themself, nor to the one they stand in for",
        )
    if not uow.taken(Role.code, [request.role]):
        raise NotFound.object("role", request.role)
    granted = Grant(
        subject=request.subject,
        role=request.role,
        region_code=_region(uow, request),
        unit_id=request.unit_id,
        **term(request, uow.now),
    )
    _require_new(uow, granted)
    if granted.role in EXCLUSIVE:
        one_by_one(uow)
    uow.add(granted)
    uow.flush()
    require_apart(uow, granted.id)
    publish_access_changed(uow, granted, granted.subject)
    return granted


@command(EndGrantSchema())
def end_grant(uow: UnitOfWork, request: Values) -> Grant:
    found = uow.get(Grant, request.grant_id, "grant_id", request.etag)
    found.valid_to = last_day(found.valid_to, request.valid_to, uow.now)
    publish_access_changed(uow, found, found.subject)
    return found


@query(ListGrantsSchema())
def list_grants(reader: Reader, request: Values) -> dict[str, Any]:
    statement = select(_TABLE)
    for name in ("subject", "role"):
        if request[name]:
            statement = statement.where(_TABLE.c[name] == request[name])
    rows, token = reader.page(statement, [_TABLE.c.id], request)
    return {"grants": rows, "next_page_token": token}


def _region(uow: UnitOfWork, request: Values) -> str:
    """The region of the grant; a unit that is named must lie in it."""
    if not request.unit_id:
        return str(request.region_code)
    unit = uow.get(Unit, request.unit_id, "unit_id")
    unit.must_be_open("授权", "be granted")
    region_code = str(request.region_code or unit.region_code)
    if not unit.region_code.startswith(region_prefix(region_code)):
        raise InvalidInput.field(
            "unit_id", "OUTSIDE_REGION", "该单位不在所填行政区划内", "the unit is not in the region"
        )
    return region_code


def _require_new(uow: UnitOfWork, granted: Grant) -> None:
    same = (
        Grant.subject == granted.subject,
        Grant.region_code == granted.region_code,
        Grant.unit_id == granted.unit_id,
        overlap((granted.valid_from, granted.valid_to), (Grant.valid_from, Grant.valid_to)),
    )
    if uow.taken(Grant.role, [granted.role], *same):
        raise AlreadyExists.key(
            "role", "ALREADY_GRANTED", "该账号在此期间已有相同授权", "granted for that time already"
        )
