"""How imports take hold of properties."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from chassis.storage import UnitOfWork
from housing.properties.model import Property


def held(uow: UnitOfWork, codes: Collection[str]) -> dict[str, Property]:
    """The properties of these codes, by code; a code nobody has is left out.

    Held until the end, always in one order: imports of the same rows come one after the
    other, and no property is split or disposed of meanwhile.
    """
    wanted = select(Property).where(Property.code.in_(set(codes))).order_by(Property.id)
    return {each.code: each for each in uow.all(wanted.with_for_update())} if codes else {}
