"""How items are chosen for a disposal batch, leave for good, or come back into stock."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from chassis.errors import InvalidInput, NotFound, Violation
from chassis.schemas import MOST_TOLD
from chassis.storage import UnitOfWork
from warehouse.disposals import rules
from warehouse.disposals.lines import BatchLine, BatchSale
from warehouse.disposals.model import DisposalBatch
from warehouse.disposals.norms import SALE_FLOOR
from warehouse.items.held import held
from warehouse.items.model import Item
from warehouse.items.movements import Cause, Movement
from warehouse.items.states import ItemState
from warehouse.transfers.lines import OPEN_LINES, TransferLine


def chosen(
    uow: UnitOfWork, item_ids: Sequence[str], listed: Collection[str] = ()
) -> dict[str, Item]:
    """The items of these ids, and those `listed` already, by id; held until the end.

    What is not listed yet must be the caller's to answer for, in stock and in no open transfer;
    all must be one owner's.
    """
    items = held(uow, {*item_ids, *listed})
    for n, each in enumerate(item_ids):
        if each not in items:
            raise NotFound.object(f"item_ids.{n}", each)
    fresh = [(n, items[each]) for n, each in enumerate(item_ids) if each not in listed]
    uow.require_within_scope(*(item for _, item in fresh))
    ids = [item.id for _, item in fresh]
    asked_for = uow.taken(TransferLine.item_id, ids, TransferLine.state.in_(OPEN_LINES))
    wrong = [told for n, item in fresh if (told := _obstacle(n, item, asked_for))]
    wrong = wrong or _of_others(items[item_ids[0]], [items[each] for each in item_ids])
    if wrong:
        raise InvalidInput.of(wrong[:MOST_TOLD])
    return items


def owner_of(item: Item) -> dict[str, str]:
    """The owner, as a document says it."""
    return {
        "region_code": item.region_code,
        "unit_id": item.unit_id,
        "unit_name": item.owner_name,
    }


def keep(uow: UnitOfWork, batch: DisposalBatch, lines: Iterable[BatchLine]) -> None:
    """The items of these lines are in stock again."""
    _move(uow, batch, lines, Item.keep)


def depart(uow: UnitOfWork, batch: DisposalBatch, lines: Iterable[BatchLine]) -> None:
    """The items of these lines are gone."""
    _move(uow, batch, lines, Item.depart)


def require_floor(
    uow: UnitOfWork, batch: DisposalBatch, sale: BatchSale, lines: Sequence[BatchLine]
) -> None:
    """Refuses a sale of lines far below their appraisal, by the norm in force on its day."""
    percent = SALE_FLOOR.in_force(uow, batch.region_code, sale.sold_on).get()
    wrong = [
        Violation(
            f"lines.{n}.income_fen",
            "BELOW_FLOOR",
            f"低于评估价值的 {percent:g}%，应停止处置",
            f"below {percent:g} % of the appraised value",
        )
        for n, each in enumerate(lines)
        if not rules.reaches_floor(each.income_fen, each.appraised_fen, percent)
    ]
    if wrong:
        raise InvalidInput.of(wrong[:MOST_TOLD])


def _obstacle(n: int, item: Item, asked_for: Collection[str]) -> Violation | None:
    field = f"item_ids.{n}"
    if item.id in asked_for:
        zh, en = f"{item.code} 在未办结的调剂单中", f"{item.code} is in an open transfer"
        return Violation(field, "ITEM_IN_TRANSFER", zh, en)
    if item.state is not ItemState.IN_STOCK:
        return Violation(
            field, "ITEM_NOT_IN_STOCK", f"{item.code} 不在库", f"{item.code} is not in stock"
        )
    return None


def _of_others(first: Item, items: Sequence[Item]) -> list[Violation]:
    zh, en = "同一批次的资产须属同一权属单位", "the items of a batch are one owner's"
    return [
        Violation(f"item_ids.{n}", "OTHER_OWNER", zh, en)
        for n, each in enumerate(items)
        if owner_of(each) != owner_of(first)
    ]


def _move(
    uow: UnitOfWork,
    batch: DisposalBatch,
    lines: Iterable[BatchLine],
    move: Callable[[Item, Cause], Movement],
) -> None:
    """The batch is what the caller answers for; its items follow from it."""
    cause = Cause.of(uow, batch)
    with uow.unrestricted():
        for item in held(uow, [each.item_id for each in lines]).values():
            uow.add(move(item, cause))
