"""How items are chosen for a transfer, reserved, and let go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby, zip_longest
from typing import Any

from sqlalchemy import select

from chassis.approvals.consent import due_by
from chassis.days import day_of
from chassis.errors import DomainError, IllegalState, InvalidInput, NotFound
from chassis.storage import UnitOfWork
from chassis.wire import Values
from warehouse.items.held import held
from warehouse.items.model import Item
from warehouse.items.movements import Cause
from warehouse.items.search import around, available
from warehouse.items.states import ItemState
from warehouse.stores.owners import present_id
from warehouse.transfers.lines import LineState, TransferLine
from warehouse.transfers.model import Transfer
from warehouse.transfers.norms import WORKDAYS


def chosen(uow: UnitOfWork, request: Values, region_code: str, unit_id: str) -> Sequence[Item]:
    """The items a unit asks for: those it names, or what the stores have for its need."""
    unit_id = present_id(uow, unit_id)
    if not request.need:
        return _named(uow, request.item_ids, region_code, unit_id)
    found: Sequence[Item] = available(uow, request.need, region_code, unit_id)
    if not found:
        raise IllegalState(
            "NOTHING_FITS", "仓内没有符合需求的资产", "nothing in the stores answers the need"
        )
    return found


def still_there(uow: UnitOfWork, transfer: Transfer) -> None:
    """The lines as their items are now. Refuses to ask for what is not to be had any more;
    a need is answered anew instead."""
    items = held(uow, [each.item_id for each in transfer.lines])
    unit_id = present_id(uow, transfer.unit_id)
    for n, line in enumerate(transfer.lines):
        item = items[line.item_id]
        hindrance = _hindrance(item, transfer.region_code, unit_id, f"lines.{n}.item_id")
        if hindrance is None:
            line.be_about(item)
        elif not transfer.need:
            raise hindrance


def reserve(uow: UnitOfWork, transfer: Transfer) -> None:
    """Each line gets its item, another one that answers the need, or none; none that is worth
    more than what was consented to."""
    items = held(uow, [each.item_id for each in transfer.lines])
    unit_id = present_id(uow, transfer.unit_id)
    gone = [
        each for each in transfer.lines if _is_gone(each, items[each.item_id], transfer, unit_id)
    ]
    cause = Cause.of(uow, transfer)
    for line in transfer.lines:
        if line not in gone:
            uow.add(items[line.item_id].reserve(cause))
            line.reserve(items[line.item_id])
    uow.flush()
    for line, item in _instead(uow, transfer, gone, unit_id):
        if item is None:
            line.miss()
        else:
            uow.add(item.reserve(cause))
            line.reserve(item)


def release(uow: UnitOfWork, transfer: Transfer, lines: Iterable[TransferLine]) -> None:
    """The items of these lines are in stock again."""
    cause = Cause.of(uow, transfer)
    with uow.unrestricted():
        for item in held(uow, [each.item_id for each in lines]).values():
            uow.add(item.release(cause))


def handed_over_by_caller(
    uow: UnitOfWork, transfer: Transfer, line_ids: Sequence[str]
) -> list[TransferLine]:
    """The reserved lines whose items the caller answers for: those named, or all there are.

    Raises NotFound for a transfer of which the caller keeps nothing.
    """
    reserved = [each for each in transfer.lines if each.state is LineState.RESERVED]
    items = held(uow, [each.item_id for each in transfer.lines])
    theirs = [each for each in transfer.lines if _is_callers(uow, items[each.item_id])]
    if not theirs:
        raise NotFound.object("transfer_id", transfer.id)
    if not line_ids:
        return [each for each in reserved if each in theirs] or theirs
    lines = [transfer.line(each, f"line_ids.{n}") for n, each in enumerate(line_ids)]
    uow.require_within_scope(*(items[each.item_id] for each in lines))
    return lines


def told_to_caller(uow: UnitOfWork, transfer: Transfer) -> Transfer | dict[str, Any]:
    """A transfer for who may read it; else what custody lines say of it, and those lines."""
    if _is_callers(uow, transfer):
        return transfer
    items = held(uow, [each.item_id for each in transfer.lines])
    lines = [each for each in transfer.lines if _is_callers(uow, items[each.item_id])]
    names = ("id", "code", "state", "unit_id", "unit_name", "to_place", "due_at", "version")
    return {name: getattr(transfer, name) for name in names} | {"need": None, "lines": lines}


def items_of(uow: UnitOfWork, lines: Iterable[TransferLine]) -> list[tuple[TransferLine, Item]]:
    """Lines with their items, which are held until the end."""
    wanted = list(lines)
    items = held(uow, [each.item_id for each in wanted])
    return [(line, items[line.item_id]) for line in wanted]


def set_deadline(uow: UnitOfWork, transfer: Transfer, act: str) -> None:
    """Until when the next act is due, by the norms in force."""
    norms = WORKDAYS.in_force(uow, transfer.region_code, day_of(uow.now))
    workdays = norms.get(act)
    transfer.due_at = due_by(uow)(uow.now, int(workdays)) if workdays else None


def _named(
    uow: UnitOfWork, item_ids: Sequence[str], region_code: str, unit_id: str
) -> Sequence[Item]:
    known = {each.id: each for each in uow.all(select(Item).where(Item.id.in_(item_ids)))}
    for n, each in enumerate(item_ids):
        field, item = f"item_ids.{n}", known.get(each)
        if item is None:
            raise NotFound.object(field, each)
        hindrance = _hindrance(item, region_code, unit_id, field)
        if hindrance is not None:
            raise hindrance
    return [known[each] for each in item_ids]


def _instead(
    uow: UnitOfWork, transfer: Transfer, gone: Sequence[TransferLine], unit_id: str
) -> list[tuple[TransferLine, Item | None]]:
    """For lines whose item is gone, another one that answers the need and is worth no more;
    None where there is none. The cheapest choose first: what they may have, others may too."""
    if not transfer.need:
        return [(line, None) for line in gone]
    pairs: list[tuple[TransferLine, Item | None]] = []
    for most_fen, group in groupby(sorted(gone, key=_worth), key=_worth):
        lines = list(group)
        found = available(
            uow,
            transfer.need | {"quantity": len(lines)},
            transfer.region_code,
            unit_id,
            without=[item.id for _, item in pairs if item is not None],
            most_fen=most_fen,
            lock=True,
        )
        pairs += zip_longest(lines, found)
    return pairs


def _worth(line: TransferLine) -> int:
    return line.value_fen


def _is_callers(uow: UnitOfWork, found: Item | Transfer) -> bool:
    return uow.answers_for(found.region_code, found.unit_id)


def _is_gone(line: TransferLine, item: Item, transfer: Transfer, unit_id: str) -> bool:
    hindrance = _hindrance(item, transfer.region_code, unit_id, "item_id")
    return hindrance is not None or item.value_fen > line.value_fen


def _hindrance(item: Item, region_code: str, unit_id: str, field: str) -> DomainError | None:
    """Why that unit of that region cannot have an item, if it cannot."""
    if item.state is not ItemState.IN_STOCK:
        zh, en = "已不在库，可能已被其他单位调走", "is not in stock any more"
        return InvalidInput.field(
            field, "ITEM_NOT_IN_STOCK", f"{item.code} {zh}", f"{item.code} {en}"
        )
    if unit_id and item.unit_id == unit_id:
        return InvalidInput.field(field, "OWN_ITEM", "资产已属本单位", "it is the unit's own")
    if item.reach not in around(region_code):
        return InvalidInput.field(
            field, "OUT_OF_REACH", "该资产未向本地区共享", "not shared with this region"
        )
    return None
