"""What may be done with roles."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from chassis.errors import PermissionDenied
from chassis.storage import Reader, UnitOfWork
from chassis.usecases import command, query
from chassis.wire import Values
from directory.access.facts import publish_access_changed
from directory.access.terms import term
from directory.roles.model import Role
from directory.roles.schemas import DefineRoleSchema, ListRolesSchema

_TABLE = Role.__table__


@command(DefineRoleSchema())
def define_role(uow: UnitOfWork, request: Values) -> Role:
    if any(each.role == request.code for each in uow.principal.roles):
        raise PermissionDenied(
            "OWN_ROLE", "不得修改本人所任的角色", "nobody changes a role they hold"
        )
    days = term(request, uow.now)
    of_code = select(Role).where(Role.code == request.code).order_by(Role.valid_from.desc())
    latest: Role | None = uow.find(of_code.limit(1).with_for_update())
    if latest is None:
        defined = Role(
            code=request.code, name=request.name, permissions=request.permissions, **days
        )
    else:
        first, last = days["valid_from"], days["valid_to"]
        defined = latest.define(request.name, request.permissions, first, last)
    uow.add(defined)
    publish_access_changed(uow, defined)
    return defined


@query(ListRolesSchema())
def list_roles(reader: Reader, request: Values) -> dict[str, Any]:
    rows, token = reader.page(select(_TABLE), [_TABLE.c.code, _TABLE.c.id], request)
    return {"roles": rows, "next_page_token": token}
