"""What is told of purchases and clearances."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, not_, select

from chassis.days import day_of
from chassis.signing import is_signed
from chassis.storage import Reader
from chassis.wire import Values
from warehouse.items.search import ITEMS, is_to_be_had
from warehouse.purchases.clearance import Clearance
from warehouse.purchases.model import LAPSED, Purchase, PurchaseState
from warehouse.purchases.offers import OfferState, PurchaseOffer
from warehouse.transfers.model import need_in

_PURCHASES = Purchase.__table__
_OFFERS = PurchaseOffer.__table__
_CLEARANCES = Clearance.__table__
_BY_ID = select(_PURCHASES).where(_PURCHASES.c.id == bindparam("purchase_id"))
_BY_NUMBER = select(_CLEARANCES).where(_CLEARANCES.c.number == bindparam("number"))


def one(reader: Reader, purchase_id: str) -> dict[str, Any]:
    row = reader.row(_BY_ID, {"purchase_id": purchase_id}, "purchase_id")
    return _told(reader, [row])[0]


def page(reader: Reader, request: Values) -> tuple[list[dict[str, Any]], str]:
    statement = select(_PURCHASES)
    if request.state:
        statement = statement.where(_is_told_as(request.state, day_of(reader.now)))
    if request.unit_id:
        statement = statement.where(_PURCHASES.c.unit_id == request.unit_id)
    rows, token = reader.page(statement, [_PURCHASES.c.code], request)
    return _told(reader, rows), token


def clearance(reader: Reader, number: str) -> Any:
    return reader.row(_BY_NUMBER, {"number": number}, "number")


def number_of(reader: Reader, content: bytes, signature: str) -> str:
    """The number of the clearance that says exactly this; empty if none was issued."""
    issued = select(_CLEARANCES).where(_CLEARANCES.c.signature == signature)
    for each in reader.unrestricted().rows(issued):
        same = each.content.encode() == content
        if same and is_signed(content, signature, each.public_key):
            return str(each.number)
    return ""


def _is_told_as(state: str, today: date) -> ColumnElement[bool]:
    late = and_(_PURCHASES.c.answer_by.is_not(None), _PURCHASES.c.answer_by < today)
    if state == LAPSED:
        return and_(_PURCHASES.c.state == PurchaseState.PARKED, late)
    is_so = _PURCHASES.c.state == state
    return and_(is_so, not_(late)) if state == PurchaseState.PARKED else is_so


def _told(reader: Reader, purchases: Sequence[Any]) -> list[dict[str, Any]]:
    """Purchases with their offers, in two more statements however many there are."""
    ids = [each.id for each in purchases]
    offers = reader.rows(
        select(_OFFERS).where(_OFFERS.c.purchase_id.in_(ids)).order_by(_OFFERS.c.position)
    )
    of_open = [each.item_id for each in offers if each.state is OfferState.OFFERED]
    columns = (ITEMS.c.id, ITEMS.c.state, ITEMS.c.reach, ITEMS.c.unit_id)
    items = reader.rows(select(*columns).where(ITEMS.c.id.in_(of_open)))
    found: dict[str, tuple[Any, list[dict[str, Any]]]] = {each.id: (each, []) for each in purchases}
    known = {each.id: each for each in items}
    for offer in offers:
        purchase, its_own = found[offer.purchase_id]
        its_own.append(_offer(purchase, offer, known.get(offer.item_id)))
    today = day_of(reader.now)
    return [_purchase(row, its_own, today) for row, its_own in found.values()]


def _purchase(row: Any, offers: list[dict[str, Any]], today: date) -> dict[str, Any]:
    values = dict(row._mapping)
    need = {name.removeprefix("need_"): values[name] for name in values if name[:5] == "need_"}
    late = row.answer_by is not None and row.answer_by < today
    taken = sum(each["state"] is OfferState.TAKEN for each in offers)
    lapsed = row.state is PurchaseState.PARKED and late
    return values | {
        "state": LAPSED if lapsed else row.state,
        "need": need_in(need),
        "offers": offers,
        "shortfall": row.need_quantity - taken,
    }


def _offer(purchase: Any, offer: Any, item: Any) -> dict[str, Any]:
    """An open offer of what somebody else got is told as gone."""
    values = dict(offer._mapping)
    if purchase.state is not PurchaseState.PARKED or offer.state is not OfferState.OFFERED:
        return values
    if item is None or not is_to_be_had(item, purchase.region_code, purchase.unit_id):
        return values | {"state": OfferState.GONE}
    return values
