"""The one adjustment a stocktake makes, and how it is taken back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from chassis.errors import IllegalState
from chassis.storage import UnitOfWork
from warehouse.items.held import held
from warehouse.items.model import Item
from warehouse.items.movements import Cause, Movement, MovementKind
from warehouse.items.states import ItemState
from warehouse.stocktakes.lines import BOUND, HERE, Outcome, StocktakeLine, lies_in
from warehouse.stocktakes.model import Stocktake, StocktakeState

_MOST_NAMED = 10


def adjust(uow: UnitOfWork, stocktake: Stocktake) -> int:
    """Lets the cards say what was found; how many of them.

    A card that left by a document since the stocktake was opened is none of its business, nor
    is one that another stocktake came upon and has yet to place.
    A misplaced one follows where it has not moved since either and the caller answers for it;
    else it remains a finding.
    Raises IllegalState CARDS_BOUND while a missing one is reserved or in disposal.
    """
    wanted = select(StocktakeLine).where(
        StocktakeLine.stocktake_id == stocktake.id,
        StocktakeLine.outcome.in_((Outcome.MISSING, Outcome.MISPLACED)),
    )
    lines = uow.all(wanted.order_by(StocktakeLine.id))
    items = held(uow, [each.item_id for each in lines])
    missing = [each for each in lines if each.outcome is Outcome.MISSING]
    misplaced = [each for each in lines if each.outcome is Outcome.MISPLACED]
    left = _left(uow, stocktake, items) | _scanned_elsewhere(uow, items)
    gone = [each for each in missing if each.item_id in left]
    lost = [each for each in missing if each.item_id not in left]
    _refuse_bound(items[each.item_id] for each in lost)
    found_elsewhere = [each for each in misplaced if _may_follow(uow, each, items[each.item_id])]
    for line in gone:
        line.outcome = Outcome.MOVED
        stocktake.count(Outcome.MISSING, -1)
        stocktake.count(Outcome.MOVED, 1)
    with uow.unrestricted():  # in a virtual store the cards are other units'
        return _move(uow, stocktake, items, lost, found_elsewhere)


def take_back(uow: UnitOfWork, stocktake: Stocktake) -> None:
    """Each adjusted card stands where it stood.

    Raises IllegalState MOVED_SINCE if another document moved one of them since.
    """
    made = (Movement.document_id == stocktake.id, Movement.kind == MovementKind.STOCKTAKE)
    entries = {each.item_id: each for each in uow.all(select(Movement).where(*made))}
    items = held(uow, entries)
    first = min((each.id for each in entries.values()), default="")
    last = {each.item_id: each.id for each in _since(uow, first, items)}
    moved = [
        items[id]
        for id, entry in entries.items()
        if last[id] != entry.id or not _stands_as_left(items[id], entry)
    ]
    if moved:
        raise _naming(
            "MOVED_SINCE", moved, "过账后又有变动，不能撤销盘点", "moved since; it cannot be undone"
        )
    cause = Cause.of(uow, stocktake)
    with uow.unrestricted():
        for id, item in items.items():
            entry = entries[id]
            uow.add(item.stand_again(entry.from_store_id, entry.from_place, cause))


def _move(
    uow: UnitOfWork,
    stocktake: Stocktake,
    items: dict[str, Item],
    lost: Sequence[StocktakeLine],
    found_elsewhere: Sequence[StocktakeLine],
) -> int:
    cause, adjusted = Cause.of(uow, stocktake), 0
    for line in lost:
        uow.add(items[line.item_id or ""].be_missing(cause))
        line.is_adjusted = True
        adjusted += 1
    for line in found_elsewhere:
        item, store_id = items[line.item_id or ""], stocktake.store_id
        stays = item.store_id == store_id
        place = line.scanned_place or (item.place if stays else "")
        if not lies_in(item, store_id, place):
            uow.add(item.lie_at(store_id, place, cause))
            line.is_adjusted = True
            adjusted += 1
    return adjusted


def _may_follow(uow: UnitOfWork, line: StocktakeLine, item: Item) -> bool:
    """Its card still says what it said, and the caller answers for it."""
    answers_for = uow.answers_for(item.region_code, item.unit_id)
    stands = (item.store_id, item.place) == (line.said_store_id, line.said_place)
    return item.state is ItemState.IN_STOCK and stands and answers_for


def _left(uow: UnitOfWork, stocktake: Stocktake, items: dict[str, Item]) -> set[str]:
    """Cards that do not lie where they did when it was opened, or were away meanwhile."""
    store_id, place = stocktake.store_id, stocktake.place
    away = {each.id for each in items.values() if not lies_in(each, store_id, place)}
    for each in _since(uow, stocktake.id, items):
        stays = each.to_state in HERE and each.to_store_id == store_id
        if not stays or (place and each.to_place != place):
            away.add(each.item_id)
    return away


def _scanned_elsewhere(uow: UnitOfWork, items: Iterable[str]) -> set[str]:
    """Cards that were scanned in stocktakes which are open, among them this one."""
    running = select(Stocktake.id).where(Stocktake.state == StocktakeState.OPEN)
    scanned = select(StocktakeLine).where(
        StocktakeLine.item_id.in_(list(items)),
        StocktakeLine.scanned_at.is_not(None),
        StocktakeLine.stocktake_id.in_(running),
    )
    return {each.item_id for each in uow.all(scanned)}


def _stands_as_left(item: Item, entry: Movement) -> bool:
    left = entry.to_state, entry.to_store_id, entry.to_place
    return (item.state, item.store_id, item.place) == left


def _since(uow: UnitOfWork, id: str, items: Iterable[str]) -> Sequence[Movement]:
    """What happened to these cards from that id on, in order: later ids sort after."""
    later = (Movement.item_id.in_(list(items)), Movement.id >= id)
    found: Sequence[Movement] = uow.all(select(Movement).where(*later).order_by(Movement.id))
    return found


def _refuse_bound(items: Iterable[Item]) -> None:
    bound = [each for each in items if each.state in BOUND]
    if bound:
        zh, en = "已预留或处置中而未盘到，请先办结其单据", "reserved or in disposal, and missing"
        raise _naming("CARDS_BOUND", bound, zh, en)


def _naming(reason: str, items: Sequence[Item], zh: str, en: str) -> IllegalState:
    codes = sorted(each.code for each in items)
    named, more = "、".join(codes[:_MOST_NAMED]), len(codes) - _MOST_NAMED
    told = f"{named} 等 {len(codes)} 件" if more > 0 else named
    return IllegalState(reason, f"{told}{zh}", f"{', '.join(codes[:_MOST_NAMED])}: {en}")
