"""What others are told of people, for every noun that changes them: nothing sensitive."""

from __future__ import annotations

from chassis.storage import UnitOfWork
from chassis.wire import to_message
from directory.access.facts import publish_access_changed
from directory.people.model import Person
from guanjia.directory.v1 import events_pb2


def publish_person(uow: UnitOfWork, person: Person) -> None:
    """With the whole history, so that a fact that comes late, or twice, needs no other."""
    fact = to_message(
        events_pb2.PersonChanged, person, person_id=person.id, postings=person.history()
    )
    uow.publish(fact, of=person)


def publish_change(uow: UnitOfWork, person: Person) -> None:
    """Whom an account stands for, and where they serve, is a part of their access."""
    publish_person(uow, person)
    if person.subject:
        publish_access_changed(uow, person, person.subject)
