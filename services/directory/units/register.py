"""How units enter the register and are taken from it, for every noun that does so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select

from chassis.errors import AlreadyExists, InvalidInput, NotFound
from chassis.storage import UnitOfWork
from directory.units.facts import publish_registered
from directory.units.model import Unit


def enter(uow: UnitOfWork, given: Sequence[tuple[str, dict[str, Any]]]) -> list[Unit]:
    """Registers units, each named by the request's field that gives its code."""
    taken = uow.taken(Unit.uscc, [values["uscc"] for _, values in given])
    for field, values in given:
        if values["uscc"] in taken:
            raise AlreadyExists.key(
                field, "USCC_TAKEN", "该统一社会信用代码已登记", "this code is registered"
            )
        taken.add(values["uscc"])
    created = [Unit(named_from=values["valid_from"], **values) for _, values in given]
    uow.add(*created)
    uow.flush()
    publish_registered(uow, created)
    return created


def locked(uow: UnitOfWork, unit_ids: Iterable[tuple[str, str]]) -> list[Unit]:
    """Units by field and id, held until the end: acts on the same units come one by one."""
    wanted = list(unit_ids)
    statement = select(Unit).where(Unit.id.in_([id for _, id in wanted])).order_by(Unit.id)
    found = {each.id: each for each in uow.all(statement.with_for_update())}
    for field, id in wanted:
        if id not in found:
            raise NotFound.object(field, id)
    return [found[id] for _, id in wanted]


def parent_for(uow: UnitOfWork, child_id: str, parent_id: str) -> Unit:
    """The unit that `child_id` may be put under; holds it and all above it."""
    parent = above = _over(uow, parent_id)
    seen = {child_id}
    while above.id not in seen:
        seen.add(above.id)
        if above.parent_id is None:
            parent.must_be_open("作为上级单位", "be a parent")
            return parent
        above = _over(uow, above.parent_id)
    raise InvalidInput.field(
        "parent_id",
        "CYCLE",
        "上级单位不能是该单位本身或其下级",
        "a unit cannot be below itself",
    )


def _over(uow: UnitOfWork, id: str) -> Unit:
    return uow.get(Unit, id, "parent_id", lock=True)
