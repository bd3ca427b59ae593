"""Units as this service knows them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from chassis.copies.model import UnitCopy
from chassis.storage import UnitOfWork


def by_uscc(uow: UnitOfWork, codes: Collection[str]) -> dict[str, UnitCopy]:
    """The units with these 统一社会信用代码; of one that ended, the unit that took over."""
    wanted = [each for each in set(codes) if each]
    if not wanted:
        return {}
    found = {each.uscc: each for each in uow.all(select(UnitCopy).where(UnitCopy.uscc.in_(wanted)))}
    return {code: present(uow, each) for code, each in found.items()}


def by_name(uow: UnitOfWork, names: Collection[str]) -> dict[str, UnitCopy]:
    """The units of these names that have not ended; a name that two of them have is left out."""
    if not names:
        return {}
    still = select(UnitCopy).where(UnitCopy.name.in_(set(names)), UnitCopy.valid_to == "")
    found: dict[str, list[UnitCopy]] = {}
    for each in uow.all(still):
        found.setdefault(each.name, []).append(each)
    return {name: units[0] for name, units in found.items() if len(units) == 1}


def present(uow: UnitOfWork, unit: UnitCopy) -> UnitCopy:
    """The unit itself, or the one that took over from it in the end."""
    seen = {unit.id}
    while unit.successor_id and unit.successor_id not in seen:
        seen.add(unit.successor_id)
        after = uow.find(select(UnitCopy).where(UnitCopy.id == unit.successor_id))
        if after is None:
            break
        unit = after
    return unit
