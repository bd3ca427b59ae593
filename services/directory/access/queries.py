"""What the answer to "who may do what" is made of."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select

from chassis.storage import UnitOfWork
from directory.days import in_force
from directory.delegations.model import Delegation
from directory.grants.model import Grant
from directory.people.model import Person
from directory.roles.model import Role
from directory.units.model import Unit

_PEOPLE = Person.__table__.c
_UNITS = Unit.__table__.c
_ROLES = Role.__table__.c
_GRANTS = Grant.__table__.c
_DELEGATIONS = Delegation.__table__.c

ALL_UNITS = select(_UNITS.id, _UNITS.parent_id, _UNITS.successor_ids)


def people_with(subjects: Collection[str]) -> Select[Any]:
    """Everybody who has or had one of these accounts; the latest come last."""
    return (
        select(
            _PEOPLE.subject,
            _PEOPLE.name,
            _PEOPLE.unit_id,
            _PEOPLE.region_code,
            _PEOPLE.valid_from,
            _PEOPLE.valid_to,
            _UNITS.name.label("unit_name"),
        )
        .join_from(Person.__table__, Unit.__table__, _UNITS.id == _PEOPLE.unit_id)
        .where(_PEOPLE.subject.in_(subjects))
        .order_by(_PEOPLE.valid_from, _PEOPLE.id)
    )


def lent_to(subject: str, day: date) -> Select[Any]:
    return select(_DELEGATIONS.from_subject, _DELEGATIONS.role).where(
        _DELEGATIONS.to_subject == subject, in_force(_DELEGATIONS, day)
    )


def granted_to(subjects: Collection[str], day: date) -> Select[Any]:
    return (
        select(_GRANTS.subject, _GRANTS.role, _GRANTS.region_code, _GRANTS.unit_id)
        .where(_GRANTS.subject.in_(subjects), in_force(_GRANTS, day))
        .order_by(_GRANTS.id)
    )


def roles_with(codes: Collection[str], day: date) -> Select[Any]:
    return select(_ROLES.code, _ROLES.permissions).where(
        _ROLES.code.in_(codes), in_force(_ROLES, day)
    )


def with_grants(uow: UnitOfWork, subjects: Collection[str], day: date) -> set[str]:
    """Those of the accounts to which something is granted on `day` or later."""
    lasting = or_(Grant.valid_to.is_(None), Grant.valid_to >= day)
    return uow.taken(Grant.subject, list(subjects), lasting)
