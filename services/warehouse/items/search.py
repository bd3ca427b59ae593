"""The search a clerk uses: by class, words, condition, place and state, nearest first.

Words are kept in rows of their own (`item_words`), so that a page of what is found costs the
same among a million cards as among ten thousand.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Select, String, exists, select
from sqlalchemy.orm import Mapped, mapped_column

from chassis.regions import region_prefix
from chassis.storage import Base, Reader, UnitOfWork, Within, begins_with, within
from warehouse.items.model import Item
from warehouse.items.states import Condition, ItemState
from warehouse.items.words import sought_in, words_of

ITEMS = Item.__table__


class ItemWord(Base):
    """One word of the name of a card."""

    __tablename__ = "item_words"
    scoped = Within("items", "item_id")
    derived = True

    word: Mapped[str] = mapped_column(String(40), primary_key=True)
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    item_id: Mapped[str] = mapped_column(ForeignKey("items.id"), index=True)


WORDS = ItemWord.__table__
_LENGTHS = (9, 6, 4, 2)
"""Of the codes of a township, a county, a city and a province."""


def index_all(uow: UnitOfWork, cards: Sequence[Item]) -> None:
    """New cards are found by the words of their names."""
    for card in cards:
        uow.add(*(_word(card, each) for each in words_of(card.name)))


def index_again(uow: UnitOfWork, card: Item) -> None:
    """A card whose name was changed is found by its words, and by no others."""
    wanted = words_of(card.name)
    kept = {each.word: each for each in uow.all(_words_of(card))}
    uow.remove(*(row for word, row in kept.items() if word not in wanted))
    uow.add(*(_word(card, each) for each in wanted - kept.keys()))


def of_class(statement: Select[Any], class_code: str) -> Select[Any]:
    """Cards of a class and those below it: the codes that begin with its own."""
    if not class_code:
        return statement
    return statement.where(begins_with(ITEMS.c.class_code, class_code))


def order_of(class_code: str, words: str) -> list[Any]:
    """The order of a list, which an index has: of a class by class and code, else by code."""
    by_class = class_code and not words
    return [ITEMS.c.class_code, ITEMS.c.code] if by_class else [ITEMS.c.code]


def named(statement: Select[Any], words: str) -> Select[Any]:
    """Cards whose names have all these words."""
    for each in sorted(sought_in(words)):
        has = exists().where(WORDS.c.word == each, WORDS.c.code == ITEMS.c.code)
        statement = statement.where(has)
    return statement


def at_least(condition: str) -> ColumnElement[bool]:
    """Cards in that condition or a better one."""
    ranks = list(Condition)
    return ITEMS.c.condition.in_(ranks[: ranks.index(Condition(condition)) + 1])


def around(region_code: str) -> list[str]:
    """A region and all around it, the nearest first: 990101 → 990101, 9901, 99, all."""
    near = region_prefix(region_code)
    return [near[:length] for length in _LENGTHS if length <= len(near)] + [""]


def is_to_be_had(card: Any, region_code: str, unit_id: str) -> bool:
    """Whether a unit of that region may ask for a card (an Item, or a row of one)."""
    foreign = not unit_id or card.unit_id != unit_id
    return card.state is ItemState.IN_STOCK and card.reach in around(region_code) and foreign


def available(
    source: Reader | UnitOfWork,
    need: Mapping[str, Any],
    region_code: str,
    unit_id: str,
    *,
    without: Collection[str] = (),
    most_fen: int | None = None,
    lock: bool = False,
) -> list[Any]:
    """Items in stock that answer `need` (class_code, words, least_condition, quantity), and that
    a unit of that region may ask for: the nearest first, of those by class and card.

    `without` are ids that do not count; `most_fen` is the most one may be worth. With `lock`,
    in a unit of work, the items are held until it ends, and what somebody else holds is passed
    over.
    """
    found: list[Any] = []
    known = set(without)
    for near in around(region_code):
        short = need["quantity"] - len(found)
        if short <= 0:
            break
        statement = _fitting(need, region_code, unit_id, source, lock)
        statement = within(statement, ITEMS.c.region_code, near)
        if most_fen is not None:
            statement = statement.where(ITEMS.c.value_fen <= most_fen)
        if known:
            statement = statement.where(ITEMS.c.id.not_in(known))
        rows = _read(source, statement.limit(short))
        found += rows
        known |= {each.id for each in rows}
    return found


def _fitting(
    need: Mapping[str, Any], region_code: str, unit_id: str, source: Any, lock: bool
) -> Select[Any]:
    statement: Select[Any] = select(Item if isinstance(source, UnitOfWork) else ITEMS)
    statement = statement.where(
        ITEMS.c.state == ItemState.IN_STOCK,
        at_least(need["least_condition"] or Condition.FAIR),
        ITEMS.c.reach.in_(around(region_code)),
    )
    if unit_id:
        statement = statement.where(ITEMS.c.unit_id != unit_id)
    statement = named(of_class(statement, need["class_code"]), need["words"])
    statement = statement.order_by(*order_of(need["class_code"], need["words"]))
    return statement.with_for_update(skip_locked=True) if lock else statement


def _read(source: Reader | UnitOfWork, statement: Select[Any]) -> list[Any]:
    return list(source.all(statement) if isinstance(source, UnitOfWork) else source.rows(statement))


def _word(card: Item, word: str) -> ItemWord:
    return ItemWord(word=word, code=card.code, item_id=card.id)


def _words_of(card: Item) -> Select[Any]:
    return select(ItemWord).where(ItemWord.item_id == card.id)
