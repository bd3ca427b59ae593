"""三员分立: system, security and audit administrators exclude one another, a rule of this house.

Nobody holds two of these roles on the same day, whether by grant or by delegation.
The question is put to the database after the new right is written, over the rights
of all, whatever the caller may see.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import FromClause, literal, or_, select, union_all

from chassis.errors import IllegalState
from chassis.storage import UnitOfWork
from directory.days import overlap
from directory.delegations.model import Delegation
from directory.grants.model import Grant
from directory.roles.model import Role

EXCLUSIVE = ("system_administrator", "security_administrator", "auditor")

_GRANTS = Grant.__table__.c
_DELEGATIONS = Delegation.__table__.c


def one_by_one(uow: UnitOfWork) -> None:
    """Lets whoever gives such rights wait for one another, until the transaction ends."""
    wanted = select(Role).where(Role.code.in_(EXCLUSIVE)).order_by(Role.id)
    uow.all(wanted.with_for_update())


def require_apart(uow: UnitOfWork, id: str) -> None:
    """Refuses the right with this id, written and flushed, if it brings two roles together."""
    new, other = _holdings(), _holdings()
    both = [overlap(one, two) for one in _spans(new) for two in _spans(other)]
    conflicting = select(other.c.grant_id).where(
        or_(new.c.grant_id == id, new.c.delegation_id == id),
        new.c.subject == other.c.subject,
        new.c.role != other.c.role,
        *both,
    )
    if uow.taken(Grant.role, EXCLUSIVE, Grant.id.in_(conflicting)):
        raise IllegalState(
            "EXCLUSIVE_ROLES",
            "系统管理员、安全管理员、审计员不得由同一人兼任",
            "system administrator, security administrator and auditor exclude one another",
        )


def _holdings() -> FromClause:
    """Who holds which of the three roles, with two spans that must both be running."""
    own = select(
        _GRANTS.subject.label("subject"),
        _GRANTS.role.label("role"),
        _GRANTS.id.label("grant_id"),
        literal("").label("delegation_id"),
        *_labelled("granted", _GRANTS),
        *_labelled("lent", _GRANTS),
    ).where(*_counts(_GRANTS))
    lent = select(
        _DELEGATIONS.to_subject,
        _GRANTS.role,
        _GRANTS.id,
        _DELEGATIONS.id,
        *_labelled("granted", _GRANTS),
        *_labelled("lent", _DELEGATIONS),
    ).where(
        *_counts(_GRANTS),
        _DELEGATIONS.from_subject == _GRANTS.subject,
        or_(_DELEGATIONS.role == "", _DELEGATIONS.role == _GRANTS.role),
        _DELEGATIONS.valid_from <= _DELEGATIONS.valid_to,
        overlap(
            (_GRANTS.valid_from, _GRANTS.valid_to),
            (_DELEGATIONS.valid_from, _DELEGATIONS.valid_to),
        ),
    )
    return union_all(own, lent).subquery()


def _counts(grants: Any) -> Iterator[Any]:
    yield grants.role.in_(EXCLUSIVE)
    yield or_(grants.valid_to.is_(None), grants.valid_from <= grants.valid_to)


def _labelled(name: str, row: Any) -> Iterator[Any]:
    yield row.valid_from.label(f"{name}_from")
    yield row.valid_to.label(f"{name}_to")


def _spans(holdings: FromClause) -> list[tuple[Any, Any]]:
    return [
        (holdings.c.granted_from, holdings.c.granted_to),
        (holdings.c.lent_from, holdings.c.lent_to),
    ]
