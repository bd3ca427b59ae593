"""Which tag a card has: one tag on one card, one card with one tag."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from chassis.errors import AlreadyExists, IllegalState, InvalidInput, NotFound
from chassis.storage import UnitOfWork
from warehouse.items.held import held
from warehouse.items.model import Item
from warehouse.items.states import STATE_NAMES, ItemState
from warehouse.items.tags import CODE_OF_OTHER, codes_among
from warehouse.labels.schemas import MOST_LABELS
from warehouse.labels.sheet import A_SHEET


def bind(uow: UnitOfWork, card: Item, tag: str) -> None:
    """From now on this is its tag, whichever it had before."""
    _refuse_gone(card)
    if tag != card.tag and uow.taken(Item.tag, [tag]):
        raise AlreadyExists.key(
            "tag", "TAG_TAKEN", "该标签号已绑定其他卡片", "the tag is on another card"
        )
    _refuse_code_of_other(uow, card, tag)
    card.tag = tag


def unbind(card: Item) -> None:
    _refuse_gone(card)
    if not card.tag:
        raise IllegalState("NOT_TAGGED", "该卡片未绑定标签", "the card has no tag")
    card.tag = ""


def named(uow: UnitOfWork, item_ids: Sequence[str]) -> list[Item]:
    """These cards, in the order they are named, held until the end."""
    found = held(uow, item_ids)
    for number, id in enumerate(item_ids):
        field = f"item_ids.{number}"
        if id not in found:
            raise NotFound.object(field, id)
        if found[id].state is ItemState.GONE:
            raise InvalidInput.field(field, "ITEM_GONE", "该卡片已核销", "the card is gone")
    return [found[id] for id in item_ids]


def lying_in(uow: UnitOfWork, store_id: str, place: str) -> list[Item]:
    """The cards of a store, or of a place in it, by their codes; held until the end."""
    wanted = select(Item).where(Item.store_id == store_id)
    if place:
        wanted = wanted.where(Item.place == place)
    found = uow.all(wanted.order_by(Item.id).limit(MOST_LABELS + 1).with_for_update())
    if not found:
        raise IllegalState("NOTHING_THERE", "该库位没有卡片", "no card says it lies there")
    return sorted(found, key=lambda each: str(each.code))


def refuse_too_many(cards: Sequence[Item], field: str, *, is_svg: bool) -> None:
    most = A_SHEET if is_svg else MOST_LABELS
    if len(cards) > most:
        zh = f"每次最多 {most} 枚，SVG 只有一页" if is_svg else f"每次最多 {most} 枚"
        en = f"at most {most} labels in one file"
        raise InvalidInput.field(field, "TOO_MANY", f"{zh}，请分批打印", en)


def bind_codes(cards: Sequence[Item]) -> None:
    """A card without a tag gets its code as its tag: no other card has that."""
    for each in cards:
        each.tag = each.tag or each.code


def _refuse_gone(card: Item) -> None:
    if card.state is ItemState.GONE:
        state = str(card.state)
        raise IllegalState.move("绑定或解绑标签", "tag", STATE_NAMES[card.state], state)


def _refuse_code_of_other(uow: UnitOfWork, card: Item, tag: str) -> None:
    if tag not in (card.code, card.asset_code) and codes_among(uow, [tag]):
        raise InvalidInput.field("tag", *CODE_OF_OTHER)
