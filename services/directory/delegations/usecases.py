"""What may be done with delegations."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from chassis.errors import InvalidInput, NotFound, PermissionDenied
from chassis.storage import Reader, UnitOfWork
from chassis.usecases import command, query
from chassis.wire import Values
from directory.access.exclusion import one_by_one, require_apart
from directory.access.facts import publish_access_changed
from directory.access.terms import last_day, term
from directory.delegations.model import Delegation
from directory.delegations.schemas import (
    AssignDelegationSchema,
    DelegateRightsSchema,
    EndDelegationSchema,
    ListDelegationsSchema,
)
from directory.people.model import Person
from directory.roles.model import Role

_TABLE = Delegation.__table__


@command(DelegateRightsSchema())
def delegate_rights(uow: UnitOfWork, request: Values) -> Delegation:
    return _delegate(uow, uow.principal.subject, request)


@command(AssignDelegationSchema())
def assign_delegation(uow: UnitOfWork, request: Values) -> Delegation:
    """For somebody who is absent; a permission of its own, since it gives away others' rights."""
    if not uow.has_whole_scope:
        # What is lent may be rights over any part of the deployment, now or later.
        raise PermissionDenied(
            "OUT_OF_SCOPE", "须有本级全域的权限", "needs the scope of the whole deployment"
        )
    return _delegate(uow, request.from_subject, request)


def _delegate(uow: UnitOfWork, from_subject: str, request: Values) -> Delegation:
    _require_another(uow, from_subject, request.to_subject)
    if request.role and not uow.taken(Role.code, [request.role]):
        raise NotFound.object("role", request.role)
    present = Person.valid_to.is_(None)
    owner = uow.find(select(Person).where(Person.subject == from_subject, present))
    if owner is None:
        raise NotFound.object("from_subject", from_subject)
    if not uow.taken(Person.subject, [request.to_subject], present):
        raise NotFound.object("to_subject", request.to_subject)
    one_by_one(uow)
    delegated = Delegation(
        from_subject=from_subject,
        to_subject=request.to_subject,
        role=request.role,
        region_code=owner.region_code,
        unit_id=owner.unit_id,
        **term(request, uow.now),
    )
    uow.add(delegated)
    uow.flush()
    require_apart(uow, delegated.id)
    publish_access_changed(uow, delegated, delegated.to_subject)
    return delegated


@command(EndDelegationSchema())
def end_delegation(uow: UnitOfWork, request: Values) -> Delegation:
    found = uow.get(Delegation, request.delegation_id, "delegation_id", request.etag)
    found.valid_to = last_day(found.valid_to, request.valid_to, uow.now)
    publish_access_changed(uow, found, found.to_subject)
    return found


@query(ListDelegationsSchema())
def list_delegations(reader: Reader, request: Values) -> dict[str, Any]:
    statement = select(_TABLE)
    for name in ("from_subject", "to_subject"):
        if request[name]:
            statement = statement.where(_TABLE.c[name] == request[name])
    rows, token = reader.page(statement, [_TABLE.c.id], request)
    return {"delegations": rows, "next_page_token": token}


def _require_another(uow: UnitOfWork, from_subject: str, to_subject: str) -> None:
    """Nobody gets more rights by their own act."""
    if to_subject == from_subject:
        raise InvalidInput.field(
            "to_subject", "SAME_SUBJECT", "委托人与受托人不能相同", "must be somebody else"
        )
    if from_subject != uow.principal.subject and uow.principal.stands_for(to_subject):
        raise PermissionDenied(
            "OWN_GRANT", "不得将他人的权限委托给本人", "nobody takes another's rights themself"
        )
