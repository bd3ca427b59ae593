"""How documents take hold of cards."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from chassis.storage import UnitOfWork
from warehouse.items.model import Item


def held(uow: UnitOfWork, item_ids: Collection[str | None]) -> dict[str, Item]:
    """The cards of these ids, by id, held until the end: always in one order, so that no two
    documents wait for one another. An id nobody has is left out."""
    wanted = select(Item).where(Item.id.in_(item_ids)).order_by(Item.id)
    return {each.id: each for each in uow.all(wanted.with_for_update())}
