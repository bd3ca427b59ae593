"""Present postings, for every noun that moves people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from chassis.storage import UnitOfWork
from directory.people.model import Person, Posting
from directory.units.model import Unit


def present_in(uow: UnitOfWork, unit_ids: Sequence[str]) -> Sequence[Person]:
    """The people of these units, as far as the caller may touch them."""
    statement = select(Person).where(Person.unit_id.in_(unit_ids), Person.valid_to.is_(None))
    found: Sequence[Person] = uow.all(statement.order_by(Person.id))
    return found


def postings_of(uow: UnitOfWork, people: Sequence[Person]) -> dict[str, Posting]:
    """The present posting of each person, by the person's id."""
    ids = [each.id for each in people]
    statement = select(Posting).where(Posting.person_id.in_(ids), Posting.valid_to.is_(None))
    return {each.person_id: each for each in uow.all(statement)}


def move(uow: UnitOfWork, people: Sequence[Person], unit: Unit, day: date) -> None:
    """Moves people to `unit`, each as what they are, from `day` on or from when they came."""
    postings = postings_of(uow, people)
    for each in people:
        current = postings[each.id]
        first = max(day, current.valid_from)
        created = each.take(current, unit, each.post, each.rank, first)
        uow.add(*filter(None, [created]))
