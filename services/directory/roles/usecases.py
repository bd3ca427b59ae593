"""What may be done with roles."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select

from chassis.days import day_of
from chassis.errors import InvalidInput, PermissionDenied
from chassis.storage import Reader, UnitOfWork
from chassis.usecases import command, query
from chassis.wire import Values
from directory.access.facts import publish_access_changed
from directory.access.terms import term
from directory.delegations.model import Delegation
from directory.grants.model import Grant
from directory.roles.model import Role
from directory.roles.schemas import DefineRoleSchema, ListRolesSchema

_TABLE = Role.__table__


@command(DefineRoleSchema())
def define_role(uow: UnitOfWork, request: Values) -> Role:
    if _is_own(uow, request.code):
        raise PermissionDenied(
            "OWN_ROLE", "不得修改本人所任的角色", "nobody changes a role they hold"
        )
    days = term(request, uow.now)
    of_code = select(Role).where(Role.code == request.code).order_by(Role.valid_from.desc())
    latest: Role | None = uow.find(of_code.limit(1).with_for_update())
    if latest is not None and days["valid_from"] < day_of(uow.now):
        raise InvalidInput.field(
            "valid_from",
            "IN_PAST",
            "不得早于今日：已行使的权限不能追溯更改",
            "what a role permitted on days gone by was used",
        )
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


def _is_own(uow: UnitOfWork, code: str) -> bool:
    """Whether the caller, or whom they stand in for, holds the role or will hold it."""
    principal = uow.principal
    if any(each.role == code for each in principal.roles):
        return True
    own = [principal.subject, *(each.on_behalf_of for each in principal.roles)]
    still = or_(Grant.valid_to.is_(None), Grant.valid_to >= day_of(uow.now))
    lent = Delegation.role.in_(("", code)), Delegation.valid_to >= day_of(uow.now)
    return bool(
        uow.taken(Grant.subject, own, Grant.role == code, still)
        or uow.taken(Delegation.to_subject, own, *lent)
    )


@query(ListRolesSchema())
def list_roles(reader: Reader, request: Values) -> dict[str, Any]:
    rows, token = reader.page(select(_TABLE), [_TABLE.c.code, _TABLE.c.id], request)
    return {"roles": rows, "next_page_token": token}
