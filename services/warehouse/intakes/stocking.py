"""How an accepted asset becomes a card, or its card comes back into a store."""

from __future__ import annotations

from chassis.assets import FIELDS
from chassis.errors import IllegalState
from chassis.storage import UnitOfWork
from warehouse.intakes.model import Intake
from warehouse.items.model import Item
from warehouse.items.movements import Cause
from warehouse.items.search import index_again, index_all
from warehouse.stores.model import Owner, Store
from warehouse.stores.owners import owner_now


def take_in(
    uow: UnitOfWork, intake: Intake, held: Item | None, store: Store, place: str, value_fen: int
) -> Item:
    """The card `held` as the intake describes the asset now, or a new one."""
    uow.require_within_scope(store)
    owner = _owner(uow, intake, store)
    cause = Cause.of(uow, intake)
    described = {name: getattr(intake, name) for name in FIELDS}
    if held is not None:
        with uow.unrestricted():  # the unit that used it owned it until now
            for name, value in described.items():
                setattr(held, name, value)
            uow.add(held.come_in(store, place, owner, value_fen, cause))
            index_again(uow, held)
        return held
    item = Item(code=uow.next_numbers("GW")[0], **described)
    entry = item.come_in(store, place, owner, value_fen, cause)
    # The card first: nothing tells the session that others will point to it.
    uow.add(item)
    uow.flush()
    uow.add(entry)
    index_all(uow, [item])
    return item


def _owner(uow: UnitOfWork, intake: Intake, store: Store) -> Owner:
    """The owner of the store; of a virtual one, the unit with which the asset stays."""
    if not store.is_virtual:
        return store.owner()
    if not intake.unit_name:
        raise IllegalState(
            "NO_UNIT",
            "移交单位不明，资产不能列入虚拟仓",
            "no unit is known that would keep it; it cannot go into a virtual store",
        )
    return owner_now(uow, intake)
