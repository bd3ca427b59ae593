"""The facts of a purchase: asked for, offered, taken, cleared."""

from __future__ import annotations

from collections.abc import Iterable

from chassis.storage import UnitOfWork
from chassis.wire import to_message
from guanjia.warehouse.v1 import events_pb2
from warehouse.purchases.clearance import Clearance
from warehouse.purchases.model import Purchase
from warehouse.purchases.offers import PurchaseOffer


def publish_request(uow: UnitOfWork, purchase: Purchase) -> None:
    wanted = {
        "class_code": purchase.need_class_code,
        "words": purchase.need_words,
        "quantity": purchase.need_quantity,
    }
    _publish(uow, events_pb2.PurchaseRequested, purchase, **wanted)


def publish_offers(uow: UnitOfWork, purchase: Purchase, offers: Iterable[PurchaseOffer]) -> None:
    _publish(uow, events_pb2.OfferMade, purchase, item_ids=[each.item_id for each in offers])


def publish_taken(
    uow: UnitOfWork, purchase: Purchase, taken: Iterable[PurchaseOffer], transfer_id: str
) -> None:
    ids = [each.item_id for each in taken]
    _publish(uow, events_pb2.OfferTaken, purchase, item_ids=ids, transfer_id=transfer_id)


def publish_clearance(uow: UnitOfWork, purchase: Purchase, clearance: Clearance) -> None:
    about = {"purchase_id": purchase.id, "purchase_code": purchase.code}
    told = to_message(events_pb2.PurchaseCleared, clearance, **about)
    uow.publish(told, of=purchase)


def _publish(uow: UnitOfWork, kind: type, purchase: Purchase, **given: object) -> None:
    about = {"purchase_id": purchase.id, "purchase_code": purchase.code}
    uow.publish(to_message(kind, purchase, **about, **given), of=purchase)
