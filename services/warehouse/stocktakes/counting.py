"""What a scan is about: a card that lies here, one that should lie elsewhere, or nothing known."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select

from chassis.errors import AlreadyExists, IllegalState
from chassis.storage import UnitOfWork
from warehouse.items.model import Item
from warehouse.items.states import ItemState
from warehouse.stocktakes.lines import HERE, Outcome, StocktakeLine, lies_in
from warehouse.stocktakes.model import Stocktake, StocktakeState

MOST_EXPECTED = 750
"""Cards one stocktake expects; a larger store is counted place by place."""
MOST_LINES = 900
"""What it expects and what is scanned besides: the entry that posting all of it makes in the
audit trail is still one that can be read (1 MiB)."""


def refuse_overlap(uow: UnitOfWork, store_id: str, place: str) -> None:
    """One place is counted once at a time; a whole store is all its places."""
    others = [Stocktake.state == StocktakeState.OPEN]
    if place:
        others.append(Stocktake.place.in_(("", place)))
    if uow.taken(Stocktake.store_id, [store_id], *others):
        field = "place" if place else "store_id"
        zh, en = "该仓库或库位已有进行中的盘点", "it is being counted already"
        raise AlreadyExists.key(field, "STOCKTAKE_OPEN", zh, en)


def expect(uow: UnitOfWork, stocktake: Stocktake) -> list[StocktakeLine]:
    """A line for each card that says it lies there."""
    there = select(Item).where(Item.store_id == stocktake.store_id, Item.state.in_(HERE))
    if stocktake.place:
        there = there.where(Item.place == stocktake.place)
    cards = uow.all(there.order_by(Item.code).limit(MOST_EXPECTED + 1))
    _refuse_more(len(cards), MOST_EXPECTED)
    lines = [StocktakeLine.of(stocktake.id, each, Outcome.MISSING) for each in cards]
    for line in lines:
        line.is_expected = True
    stocktake.expected = stocktake.missing = len(lines)
    return lines


class Counting:
    """What one call of a scanner adds to a stocktake."""

    def __init__(self, uow: UnitOfWork, stocktake: Stocktake, tags: Sequence[str]) -> None:
        self._uow = uow
        self._stocktake = stocktake
        self._cards = _cards_by_scan(uow, tags)
        ids_of_lines = select(StocktakeLine.id).where(StocktakeLine.stocktake_id == stocktake.id)
        self._number = len(uow.all(ids_of_lines))
        ids = {each.id for each in self._cards.values()}
        lines = uow.all(
            select(StocktakeLine).where(
                StocktakeLine.stocktake_id == stocktake.id,
                or_(
                    StocktakeLine.item_id.in_(ids),
                    StocktakeLine.item_id.is_(None) & StocktakeLine.tag.in_(tags),
                ),
            )
        )
        self._lines = {each.item_id: each for each in lines if each.item_id}
        self._unknown = {each.tag: each for each in lines if not each.item_id}

    def take(self, tag: str, place: str) -> None:
        """`place` is where it was scanned, empty where nobody said. What was scanned before
        changes nothing."""
        card = self._cards.get(tag)
        if card is None:
            return self._take_unknown(tag, place)
        self._forget_unknown(tag)
        line = self._lines.get(card.id)
        if line is None:
            self._lines[card.id] = line = self._add(self._line_of(card, place))
        elif line.scanned_at is None:
            self._change(line, Outcome.FOUND if _lay_at(line, place) else Outcome.MISPLACED)
        else:
            return None
        line.be_scanned(tag, place, self._uow.principal.subject, self._uow.now)
        return None

    def _line_of(self, card: Item, place: str) -> StocktakeLine:
        here = lies_in(card, self._stocktake.store_id, place)
        outcome = Outcome.FOUND if here else Outcome.MISPLACED
        return StocktakeLine.of(self._stocktake.id, card, outcome)

    def _take_unknown(self, tag: str, place: str) -> None:
        if tag not in self._unknown:
            line = self._unknown[tag] = self._add(StocktakeLine.unknown(self._stocktake.id))
            line.be_scanned(tag, place, self._uow.principal.subject, self._uow.now)

    def _forget_unknown(self, tag: str) -> None:
        """The tag was bound to a card since it was scanned first."""
        line = self._unknown.pop(tag, None)
        if line is not None:
            self._number -= 1
            self._stocktake.count(Outcome.UNKNOWN, -1)
            self._uow.remove(line)

    def _add(self, line: StocktakeLine) -> StocktakeLine:
        self._number += 1
        _refuse_more(self._number, MOST_LINES)
        self._stocktake.count(line.outcome, 1)
        self._uow.add(line)
        return line

    def _change(self, line: StocktakeLine, outcome: Outcome) -> None:
        self._stocktake.count(line.outcome, -1)
        self._stocktake.count(outcome, 1)
        line.outcome = outcome


def _refuse_more(number: int, most: int) -> None:
    if number > most:
        raise IllegalState(
            "TOO_MANY_LINES",
            f"一次盘点最多 {most} 件，请按库位分别盘点",
            f"at most {most} of these; count place by place",
        )


def _lay_at(line: StocktakeLine, place: str) -> bool:
    return place in ("", line.said_place)


def _cards_by_scan(uow: UnitOfWork, tags: Sequence[str]) -> dict[str, Item]:
    """The card of each scan: by its tag, else by its code, else by the asset's code.

    The index of tags is of those that are not empty: PostgreSQL finds that out by itself for
    100 of them at most.
    """
    read = or_(
        Item.tag.in_(tags) & (Item.tag != ""),
        Item.code.in_(tags),
        Item.asset_code.in_(tags) & (Item.state != ItemState.GONE),
    )
    cards = uow.all(select(Item).where(read).order_by(Item.id))
    found: dict[str, Item] = {}
    for name in ("asset_code", "code", "tag"):
        found |= {getattr(each, name): each for each in cards if getattr(each, name)}
    return {tag: found[tag] for tag in tags if tag in found}
