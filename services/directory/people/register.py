"""Present postings, for every noun that moves people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select

from chassis.errors import PermissionDenied
from chassis.storage import UnitOfWork
from directory.people.model import Person, Posting
from directory.units.model import Unit


def present_in(uow: UnitOfWork, unit_ids: Sequence[str]) -> Sequence[Person]:
    """The people who hold a post in these units, the main one or another, as far as the
    caller may touch them. PermissionDenied if others hold concurrent posts there."""
    beside = (Posting.unit_id.in_(unit_ids), Posting.concurrent, Posting.valid_to.is_(None))
    theirs = or_(
        Person.unit_id.in_(unit_ids), Person.id.in_(select(Posting.person_id).where(*beside))
    )
    statement = select(Person).where(theirs, Person.valid_to.is_(None)).order_by(Person.id)
    found: Sequence[Person] = uow.all(statement)
    known = [person.id for person in found if any(each.concurrent for each in person.postings)]
    if uow.taken(Posting.unit_id, unit_ids, *beside[1:], Posting.person_id.not_in(known)):
        raise PermissionDenied(
            "OUT_OF_SCOPE",
            "原单位有超出您数据权限范围的兼任人员",
            "people outside the scope of your rights hold concurrent posts in the units",
        )
    return found


def move(uow: UnitOfWork, people: Sequence[Person], unit: Unit, day: date) -> None:
    """What people hold in units that ended goes over to `unit`, each as what they are, from
    `day` on or from when they came."""
    wanted = {
        each.unit_id for person in people for each in person.postings if each.valid_to is None
    }
    units = uow.all(select(Unit).where(Unit.id.in_(wanted)))
    ended = {each.id for each in units if each.valid_to is not None}
    for person in people:
        person.follow(ended, unit, day)
