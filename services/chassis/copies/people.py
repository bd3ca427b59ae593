"""Who serves a unit, as this service knows it and as far as the caller may know of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, select

from chassis.copies.model import PersonCopy, PostingCopy
from chassis.days import day_of
from chassis.spans import covers
from chassis.storage import UnitOfWork


def serves(uow: UnitOfWork, person_id: str, unit_id: str, day: date) -> bool:
    """Whether the person has a post in the unit on that day, the main one or another."""
    post = select(PostingCopy).where(
        PostingCopy.person_id == person_id, PostingCopy.unit_id == unit_id, _on(day)
    )
    return uow.find(post) is not None


def serving(uow: UnitOfWork, unit_ids: Collection[str]) -> dict[tuple[str, str], list[PersonCopy]]:
    """Who has a post in these units today: by unit and name, and by unit and account."""
    found: dict[tuple[str, str], list[PersonCopy]] = defaultdict(list)
    if not unit_ids:
        return found
    posts = uow.all(select(PostingCopy).where(PostingCopy.unit_id.in_(unit_ids), _on(_today(uow))))
    held = {(each.unit_id, each.person_id) for each in posts}
    ids = {person_id for _, person_id in held}
    people = {each.id: each for each in uow.all(select(PersonCopy).where(PersonCopy.id.in_(ids)))}
    for unit_id, person_id in sorted(held):
        if (person := people.get(person_id)) is not None:
            for name in {person.name, person.subject} - {""}:
                found[unit_id, name].append(person)
    return found


def _today(uow: UnitOfWork) -> date:
    return day_of(uow.now)


def _on(day: date) -> ColumnElement[bool]:
    return covers(PostingCopy.valid_from, PostingCopy.valid_to, day)
