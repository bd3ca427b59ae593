"""How units take over what others had."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from chassis.errors import PermissionDenied
from chassis.storage import UnitOfWork
from directory.access.facts import publish_access_changed
from directory.days import day_before
from directory.people.facts import publish_person
from directory.people.model import Person
from directory.people.register import move, present_in
from directory.units.facts import message, publish_unit
from directory.units.model import Unit
from guanjia.directory.v1 import events_pb2


def succeed(
    uow: UnitOfWork, ended: Sequence[Unit], into: Sequence[Unit], day: date, source: str
) -> None:
    """Ends units the day before `day`; the first of `into` takes their people and the
    units below them. Everybody concerned is told."""
    heir = into[0]
    ids = [each.id for each in ended]
    for each in ended:
        each.end(day_before(day), "valid_from", source, [one.id for one in into])
    children = _adopt(uow, ended, heir)
    people = present_in(uow, ids)
    move(uow, people, heir, day)
    uow.flush()
    if uow.taken(Person.unit_id, ids, Person.valid_to.is_(None)):
        raise PermissionDenied(
            "OUT_OF_SCOPE",
            "原单位有超出您数据权限范围的人员",
            "the units have people outside the scope of your rights",
        )
    fact = events_pb2.UnitMerged(
        ended=map(message, ended), into=map(message, into), valid_from=day.isoformat()
    )
    uow.publish(fact, of=heir)
    for child in children:
        publish_unit(uow, child)
    for person in people:
        publish_person(uow, person)
    publish_access_changed(uow, heir)


def _adopt(uow: UnitOfWork, ended: Sequence[Unit], heir: Unit) -> list[Unit]:
    """Puts the open units below those that end under the heir; gives all that moved."""
    by_id = {each.id: each for each in ended}
    children = uow.all(
        select(Unit)
        .where(Unit.parent_id.in_(by_id), Unit.valid_to.is_(None))
        .order_by(Unit.id)
        .with_for_update()
    )
    highest = _highest_above(uow, heir, by_id)
    moved = [each for each in children if each.id not in by_id and each is not heir]
    for each in moved:
        each.parent_id = heir.id
    if highest is not None:
        heir.parent_id = highest.parent_id
        moved.append(heir)
    return moved


def _highest_above(uow: UnitOfWork, heir: Unit, ended: dict[str, Unit]) -> Unit | None:
    """The highest of the units that end which is above the heir, if any is: the heir takes
    its place, or it would come to be below itself."""
    highest = None
    above, seen = heir.parent_id, {heir.id}
    while above is not None and above not in seen:
        seen.add(above)
        highest = ended.get(above, highest)
        above = uow.get(Unit, above, "unit_id").parent_id
    return highest
