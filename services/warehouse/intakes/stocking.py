"""How an accepted asset becomes a card, or its card comes back into a store."""

from __future__ import annotations

from chassis.assets import FIELDS
from chassis.errors import IllegalState
from chassis.storage import UnitOfWork
from warehouse.intakes.model import Intake
from warehouse.items.model import Item
from warehouse.items.movements import Cause
from warehouse.items.search import index_again, index_all
from warehouse.items.states import ItemState
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
        _require_still_its_owner_s(held, owner)
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


def _require_still_its_owner_s(held: Item, owner: Owner) -> None:
    """Who finds what a stocktake missed brings it back; that makes nobody its owner."""
    missing = held.state is ItemState.MISSING
    if missing and held.unit_id and held.unit_id != owner["unit_id"]:
        raise IllegalState(
            "OWNED_BY_OTHER",
            "盘亏资产找回后仍归原权属单位，不能列入其他单位名下",
            "what was missing is its owner's still",
        )


def _owner(uow: UnitOfWork, intake: Intake, store: Store) -> Owner:
    """The owner of the store; of a virtual one, the unit with which the asset stays."""
    return owner_now(uow, intake) if store.is_virtual else store.owner()
