"""How the stores are searched for a purchase, and what follows from the answers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select

from chassis.approvals.consent import ask
from chassis.copies.calendar import Calendar
from chassis.days import day_of
from chassis.errors import IllegalState
from chassis.storage import UnitOfWork
from warehouse.items.model import Item
from warehouse.items.search import available, is_to_be_had
from warehouse.purchases import facts
from warehouse.purchases.clearance import issue
from warehouse.purchases.model import Purchase
from warehouse.purchases.norms import OFFER_WORKDAYS, REUSE_FIRST
from warehouse.purchases.offers import ANSWERED, OfferState, PurchaseOffer
from warehouse.stores.owners import present_id
from warehouse.transfers import asking

KIND = "warehouse.purchase"


def go_on(uow: UnitOfWork, purchase: Purchase) -> None:
    """What follows while no offer is open: met, more offers, the bureau's review, or clearance.

    Nothing is cleared while the stores have what fits and was not offered, where they must be
    searched first (`REUSE_FIRST`).
    """
    if not purchase.shortfall:
        purchase.meet()
    elif found := _not_offered_yet(uow, purchase):
        today = day_of(uow.now)
        known = len(purchase.offers)
        purchase.offer(found, today, last_day(uow, purchase.region_code, today))
        facts.publish_offers(uow, purchase, purchase.offers[known:])
    elif purchase.refused:
        amount_fen = purchase.shortfall * purchase.estimated_price_fen
        title = purchase.description
        purchase.review(ask(uow, KIND, purchase, title=title, amount_fen=amount_fen).id)
    else:
        clearance = issue(uow, purchase)
        purchase.clear(clearance.number)
        facts.publish_clearance(uow, purchase, clearance)


def items_of(uow: UnitOfWork, offers: Iterable[PurchaseOffer]) -> dict[str, Item]:
    """The items of offers by id, not held: taking an offer reserves nothing."""
    wanted = select(Item).where(Item.id.in_([each.item_id for each in offers]))
    return {each.id: each for each in uow.all(wanted)}


def note_gone(uow: UnitOfWork, purchase: Purchase) -> dict[str, Item]:
    """Open offers whose item is not to be had any more are gone; the items of the others."""
    still = {}
    open_offers = purchase.those(OfferState.OFFERED)
    items = items_of(uow, open_offers)
    unit_id = present_id(uow, purchase.unit_id)
    for offer in open_offers:
        item = items[offer.item_id]
        if is_to_be_had(item, purchase.region_code, unit_id):
            still[offer.item_id] = item
        else:
            offer.be_gone()
    return still


def ask_for(uow: UnitOfWork, purchase: Purchase, taken: list[PurchaseOffer], to_place: str) -> None:
    """One transfer of what the unit took, for which consent is asked."""
    items = items_of(uow, taken)
    unit = {name: getattr(purchase, name) for name in ("region_code", "unit_id", "unit_name")}
    chosen = [items[each.item_id] for each in taken]
    transfer = asking.draft(uow, unit, chosen, reason=purchase.reason, to_place=to_place)
    asking.submit(uow, transfer)
    for each in taken:
        each.transfer_id = transfer.id
    facts.publish_taken(uow, purchase, taken, transfer.id)


def note_deadline(uow: UnitOfWork, purchase: Purchase) -> None:
    """A deadline that could not be told is, once the official calendar reaches that far."""
    if purchase.answer_by is None and purchase.offered_on is not None:
        purchase.answer_by = last_day(uow, purchase.region_code, purchase.offered_on)


def last_day(uow: UnitOfWork, region_code: str, begun: date) -> date | None:
    """The last day for an answer to what was offered on a day; None while the official
    calendar does not reach that far."""
    workdays = int(OFFER_WORKDAYS.in_force(uow, region_code, begun).must())
    try:
        return Calendar(uow).after(begun, workdays)
    except IllegalState:
        return None


def _not_offered_yet(uow: UnitOfWork, purchase: Purchase) -> list[Item]:
    rule = REUSE_FIRST.in_force(uow, purchase.region_code, day_of(uow.now))
    if not rule.get():
        return []
    known = {each.item_id for each in purchase.those(*ANSWERED)}
    wanted = purchase.need | {"quantity": purchase.shortfall}
    unit_id = present_id(uow, purchase.unit_id)
    return available(uow, wanted, purchase.region_code, unit_id, without=known)
