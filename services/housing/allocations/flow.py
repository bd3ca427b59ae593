"""What an allocation does to rooms, and which consent it needs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from chassis.approvals.consent import ask, turn_down
from chassis.approvals.model import Approval, ApprovalState
from chassis.copies import units
from chassis.copies.model import UnitCopy
from chassis.days import day_of
from chassis.enums import label_of_word
from chassis.errors import IllegalState, InvalidInput
from chassis.storage import UnitOfWork
from chassis.wire import Values
from guanjia.housing.v1 import allocations_pb2 as pb
from housing.allocations import rules, stock
from housing.allocations.model import Allocation, AllocationWay
from housing.allocations.norms import RENT_PRICE
from housing.properties.model import Property
from housing.rooms.model import Room
from housing.rooms.moves import give_back_all

KIND = "housing.allocation"
OVERRIDE = "housing.allocation_override"
MOST_DAYS_AHEAD = 366
_ASKED = ("way", "use", "area_m2", "months", "property_code", "reason", "override_reason")


def asker(uow: UnitOfWork, unit_id: str) -> dict[str, str]:
    """Whose allocation it is: the unit named, which the directory must know, or the caller's."""
    if not unit_id:
        own = uow.own_unit()
        if not own["unit_id"]:
            raise InvalidInput.field(
                "unit_id", "REQUIRED", "您没有所属单位，须指明申请单位", "say for which unit"
            )
        return own
    known = uow.find(select(UnitCopy).where(UnitCopy.id == unit_id))
    unit = units.present(uow, known) if known is not None else None
    if unit is None or unit.valid_to:
        raise InvalidInput.field(
            "unit_id",
            "UNIT_UNKNOWN",
            "目录中没有该单位或已撤销",
            "no such unit in the directory, or it has ended",
        )
    return {"region_code": unit.region_code, "unit_id": unit.id, "unit_name": unit.name}


def asked(uow: UnitOfWork, request: Values) -> dict[str, Any]:
    """What a request asks for. The day is today without one, at most a year ahead."""
    today = day_of(uow.now)
    from_on = request.get("from_on") or today
    if not today <= from_on <= today + timedelta(days=MOST_DAYS_AHEAD):
        raise InvalidInput.field(
            "from_on",
            "OUT_OF_RANGE",
            f"应在今日至 {MOST_DAYS_AHEAD} 日之内",
            f"from today to {MOST_DAYS_AHEAD} days ahead",
        )
    return {**request.present(*_ASKED), "from_on": from_on}


def place(uow: UnitOfWork, allocation: Allocation) -> None:
    """Reserves its rooms, or makes sure that stock is not enough; then asks for consent.

    Raises IllegalState: NO_STOCK_FITS; STOCK_FITS for one from outside without a reason.
    """
    with uow.unrestricted():
        sought = stock.wanted(
            uow,
            allocation.use,
            allocation.area_m2,
            allocation.region_code,
            allocation.property_code if allocation.is_from_stock else "",
        )
        kind = KIND
        if allocation.is_from_stock:
            allocation.keep(stock.reserve(uow, sought))
        elif found := stock.choices(uow, sought):
            _require_reason(allocation, found)
            kind = OVERRIDE
    approval = ask(
        uow, kind, allocation, title=_title(allocation), amount_fen=_amount(uow, allocation)
    )
    allocation.approval_id = approval.id


def decided(uow: UnitOfWork, approval: Approval) -> None:
    """What follows from the decision; the unit of work is unrestricted."""
    found = uow.get(Allocation, approval.document_id, "document_id", lock=True)
    if approval.state is ApprovalState.APPROVED:
        by, note = approval.last_word()
        since = found.approve(by, uow.now, note, day_of(uow.now), _price(uow, found))
        _allot(uow, found, since, *_taker(uow, found))
    else:
        turn_down(uow, approval, found)
        release(uow, found)


def release(uow: UnitOfWork, allocation: Allocation) -> None:
    """Its rooms are vacant again, also those that would have become the unit's."""
    with uow.unrestricted():
        for room in _rooms(uow, allocation):
            if _has_by(allocation, room):
                room.unallot(allocation.id)
            else:
                room.release(allocation.id)


def give_back_rooms(uow: UnitOfWork, allocation: Allocation, last: date) -> None:
    """Frees those of its rooms that the unit still has by it."""
    with uow.unrestricted():
        theirs = [each for each in _rooms(uow, allocation) if _has_by(allocation, each)]
        give_back_all(uow, theirs, last)


def _taker(uow: UnitOfWork, allocation: Allocation) -> tuple[str, str]:
    """Id and name of the unit that gets the rooms: the one that asked, held until the end lest
    it is merged meanwhile, or its successor.

    Raises IllegalState CHANGED_SINCE_ASKED where it ended and nobody took over.
    """
    asking = select(UnitCopy).where(UnitCopy.id == allocation.unit_id)
    known = uow.find(asking.with_for_update())
    if known is None:
        return allocation.unit_id, allocation.unit_name
    unit = units.present(uow, known)
    if unit.valid_to:
        raise IllegalState(
            "CHANGED_SINCE_ASKED",
            "申请单位在提请后已撤销且无承接单位，请驳回或退回",
            "the unit ended since it asked and nobody took over; reject or return it",
        )
    return unit.id, unit.name


def _allot(
    uow: UnitOfWork, allocation: Allocation, since: date, unit_id: str, unit_name: str
) -> None:
    """Each room is the unit's from that day on, or from the day after the last one's."""
    _require_fit(uow, allocation)
    for room in _rooms(uow, allocation):
        before = room.tenures[-1].to_on if room.tenures else None
        first = since if before is None else max(since, before + timedelta(days=1))
        room.allot(unit_id, unit_name, first, allocation.id)


def _rooms(uow: UnitOfWork, allocation: Allocation) -> Sequence[Room]:
    ids = [each.room_id for each in allocation.rooms]
    statement = select(Room).where(Room.id.in_(ids)).order_by(Room.id).with_for_update()
    return uow.all(statement.options(selectinload(Room.tenures))) if ids else []


def _has_by(allocation: Allocation, room: Room) -> bool:
    """Whether the unit has the room, and by this allocation."""
    running = [each for each in room.tenures if each.to_on is None]
    return bool(running) and running[0].allocation_id == allocation.id


def _require_fit(uow: UnitOfWork, allocation: Allocation) -> None:
    """No building became dangerous, was let or lent, or began to leave, since its rooms were
    reserved; none does until the end. A reserved room stays in its building."""
    room_ids = [each.room_id for each in allocation.rooms]
    ids = set(uow.all(select(Room.property_id).where(Room.id.in_(room_ids)))) if room_ids else set()
    unfit = ids.difference(stock.hold_fit(uow, ids))
    if unfit:
        codes = select(Property.code).where(Property.id.in_(unfit)).order_by(Property.code)
        code = uow.find(codes)
        raise IllegalState(
            "PROPERTY_UNFIT",
            f"房产 {code} 为危房、已出租出借或已不在册，不能调配",
            f"property {code} is dangerous, let, lent or leaving; nobody gets its rooms",
        )


def _require_reason(allocation: Allocation, found: Sequence[stock.Choice]) -> None:
    if not allocation.override_reason:
        candidates = stock.told(found)
        raise IllegalState(
            "STOCK_FITS",
            f"现有空置房间可满足，须先调剂：{candidates}；确需租用或建设的请说明理由",
            f"vacant rooms fit: {candidates}; to lease or build all the same, give a reason",
            metadata={"candidates": candidates},
        )


def _price(uow: UnitOfWork, allocation: Allocation) -> int | None:
    prices = RENT_PRICE.in_force(uow, allocation.region_code, day_of(uow.now))
    return rules.price_fen(prices.get())


def _amount(uow: UnitOfWork, allocation: Allocation) -> int:
    """The amount consent is asked for, in fen: the rent of a lease over its term, as far as
    there is a price in force; else 0."""
    price = _price(uow, allocation)
    if allocation.way != AllocationWay.LEASE or price is None:
        return 0
    return rules.rent_fen(allocation.area_m2, price, allocation.months)


def _title(allocation: Allocation) -> str:
    way = label_of_word(pb.AllocationWay.DESCRIPTOR, allocation.way)
    area = Decimal(allocation.area_m2)
    return f"{allocation.unit_name}{way} {area:.2f} ㎡：{allocation.reason}"[:500]
