"""How one property becomes several, and several one: areas, values and rooms stay in all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from chassis.days import day_of
from chassis.errors import AlreadyExists, IllegalState, InvalidInput
from chassis.storage import UnitOfWork, new_id
from housing.leases.lettings import given_from
from housing.properties import rules
from housing.properties.facts import publish_change
from housing.properties.lineage import LineageKind, PropertyLineage
from housing.properties.model import AccountState, Property, TitleState, UseState
from housing.rooms.model import Room

Part = Mapping[str, Any]
_INHERITED = (
    "kind",
    "address",
    "region_code",
    "floors",
    "account_state",
    "unit_name",
    "unit_uscc",
    "unit_id",
    "built_year",
)
_FIGURES = ("code", "name", "floor_area_m2", "usable_area_m2", "book_value_fen")
_UNTITLED = {"title_state": TitleState.IN_PROGRESS, "title_number": ""}
_TOLD = 20


def split(
    uow: UnitOfWork, original: Property, parts: Sequence[Part], reason: str
) -> list[Property]:
    """The parts, in the order given. The original is retired."""
    before = original.retire("拆分", "split")
    rooms = _rooms_of(uow, [original], "拆分", "split")
    _require_whole(original, parts)
    part_of = _given_to(rooms, parts)
    for number, part in enumerate(parts):
        _require_free_code(uow, part["code"], f"parts.{number}.code")
    inherited = {name: getattr(original, name) for name in _INHERITED}
    made = [
        Property(
            **inherited,
            **{name: part[name] for name in _FIGURES},
            use_state=before,
            **_UNTITLED,
        )
        for part in parts
    ]
    uow.add(*made)
    uow.flush()
    for room in rooms:
        _move(room, made[part_of[room.code]])
    _tell(uow, LineageKind.SPLIT, [original], made, reason)
    return made


def merge(
    uow: UnitOfWork, originals: Sequence[Property], code: str, name: str, reason: str
) -> Property:
    """The one property they become. They are retired."""
    _require_alike(originals)
    before = {each.retire("合并", "merge") for each in originals}
    rooms = _rooms_of(uow, originals, "合并", "merge")
    _require_no_clash(rooms)
    _require_free_code(uow, code, "code")
    made = Property(code=code, name=name, use_state=_used_as(before), **_sum_of(originals))
    uow.add(made)
    uow.flush()
    for room in rooms:
        _move(room, made)
    _tell(uow, LineageKind.MERGE, originals, [made], reason)
    return made


def _sum_of(originals: Sequence[Property]) -> dict[str, Any]:
    """What they are together: as the first one where they may differ."""
    first = originals[0]
    regions = {each.region_code for each in originals}
    accounts = {each.account_state for each in originals}
    same = {name: getattr(first, name) for name in _INHERITED}
    return same | {
        "region_code": first.region_code if len(regions) == 1 else first.region_code[:6],
        "floors": max(each.floors for each in originals),
        "floor_area_m2": sum(each.floor_area_m2 for each in originals),
        "usable_area_m2": sum(each.usable_area_m2 for each in originals),
        "book_value_fen": sum(each.book_value_fen for each in originals),
        "account_state": first.account_state if len(accounts) == 1 else AccountState.UNBOOKED,
        "built_year": min((each.built_year for each in originals if each.built_year), default=0),
        **_UNTITLED,
    }


def _rooms_of(
    uow: UnitOfWork, originals: Sequence[Property], act_zh: str, act_en: str
) -> Sequence[Room]:
    """All their rooms, locked, also those the caller may not know of: whoever may not change
    these cannot split or merge. None may be kept for an allocation, nor anything be let."""
    ids = [each.id for each in originals]
    if given_from(uow, ids, day_of(uow.now)):
        raise IllegalState(
            "LEASE_RUNNING",
            f"房产尚有未到期的出租、出借合同，不能{act_zh}",
            f"the property is still let or lent; cannot {act_en}",
        )
    there = select(Room).where(Room.property_id.in_(ids)).order_by(Room.property_code, Room.code)
    with uow.unrestricted():
        rooms: Sequence[Room] = uow.all(there.with_for_update())
    reserved = [each.code for each in rooms if each.reserved_for]
    if reserved:
        raise IllegalState(
            "ROOM_RESERVED",
            f"房间 {_listed(reserved)} 已为调配预留，不能{act_zh}",
            f"rooms {_listed(reserved)} are kept for an allocation; cannot {act_en}",
        )
    return rooms


def _require_whole(original: Property, parts: Sequence[Part]) -> None:
    """Floor area and book value in all are the original's, the usable area is not larger."""
    wanting = rules.lacking(original.floor_area_m2, [each["floor_area_m2"] for each in parts])
    if wanting:
        raise InvalidInput.field(
            "parts",
            "AREA_DIFFERS",
            f"各部分建筑面积之和与原房产 {original.floor_area_m2} ㎡ 相差 {wanting:+} ㎡",
            f"the floor areas differ from the {original.floor_area_m2} m2 there are; "
            f"{wanting:+} m2 are missing",
        )
    fen = rules.lacking(original.book_value_fen, [each["book_value_fen"] for each in parts])
    if fen:
        raise InvalidInput.field(
            "parts",
            "VALUE_DIFFERS",
            f"各部分账面价值之和与原房产 {original.book_value_fen} 分相差 {fen:+} 分",
            f"the book values differ from the {original.book_value_fen} fen there are; "
            f"{fen:+} fen are missing",
        )
    if rules.lacking(original.usable_area_m2, [each["usable_area_m2"] for each in parts]) < 0:
        raise InvalidInput.field(
            "parts",
            "USABLE_AREA_EXCEEDS",
            f"各部分使用面积之和大于原房产 {original.usable_area_m2} ㎡",
            f"the usable areas exceed the {original.usable_area_m2} m2 there are",
        )


def _given_to(rooms: Sequence[Room], parts: Sequence[Part]) -> dict[str, int]:
    """Number of the part each room goes to, by room code: each to exactly one."""
    known = {each.code for each in rooms}
    part_of: dict[str, int] = {}
    for number, part in enumerate(parts):
        field = f"parts.{number}.room_codes"
        for code in part["room_codes"]:
            if code not in known:
                raise InvalidInput.field(
                    field, "ROOM_UNKNOWN", f"原房产没有房间 {code}", f"there is no room {code}"
                )
            if code in part_of:
                raise InvalidInput.field(
                    field,
                    "ROOM_GIVEN_TWICE",
                    f"房间 {code} 重复分配",
                    f"room {code} is given twice",
                )
            part_of[code] = number
    left = sorted(known - part_of.keys())
    if left:
        raise InvalidInput.field(
            "parts",
            "ROOMS_LEFT",
            f"尚有房间未分配：{_listed(left)}",
            f"no part has these rooms: {_listed(left)}",
        )
    return part_of


def _require_alike(originals: Sequence[Property]) -> None:
    """One county, one kind, one unit."""
    for reason, zh, en, of in (
        ("REGIONS_DIFFER", "行政区划", "region", lambda each: each.region_code[:6]),
        ("KINDS_DIFFER", "房产类别", "kind", lambda each: each.kind),
        ("UNITS_DIFFER", "使用单位", "unit", _unit_of),
    ):
        if len({of(each) for each in originals}) > 1:
            raise InvalidInput.field(
                "property_ids", reason, f"{zh}不同的房产不能合并", f"they are not of one {en}"
            )


def _unit_of(each: Property) -> str:
    return each.unit_id or each.unit_uscc or each.unit_name


def _require_no_clash(rooms: Sequence[Room]) -> None:
    counted = Counter(each.code for each in rooms)
    clashing = sorted(code for code, number in counted.items() if number > 1)
    if clashing:
        raise IllegalState(
            "ROOM_CODES_CLASH",
            f"房间号重复，请先改号：{_listed(clashing)}",
            f"several rooms have these codes: {_listed(clashing)}",
        )


def _require_free_code(uow: UnitOfWork, code: str, field: str) -> None:
    if uow.taken(Property.code, [code]):
        raise AlreadyExists.key(field, "CODE_TAKEN", "房产编号已登记", "this code is registered")


def _move(room: Room, to: Property) -> None:
    """The room lies in another property from now on; who has it stays."""
    room.property_id, room.property_code, room.region_code = to.id, to.code, to.region_code


def _used_as(before: set[UseState]) -> UseState:
    """Dangerous if a part of it is, in use if a part of it is."""
    for state in (UseState.DANGEROUS, UseState.IN_USE):
        if state in before:
            return state
    return UseState.IDLE


def _tell(
    uow: UnitOfWork,
    kind: LineageKind,
    ended: Sequence[Property],
    made: Sequence[Property],
    reason: str,
) -> None:
    uow.add(
        *(
            PropertyLineage(
                id=new_id(),
                from_id=old.id,
                to_id=new.id,
                from_code=old.code,
                to_code=new.code,
                on_day=day_of(uow.now),
                kind=kind,
                reason=reason,
            )
            for old in ended
            for new in made
        )
    )
    uow.flush()
    for each in (*ended, *made):
        publish_change(uow, each)


def _listed(codes: Sequence[str]) -> str:
    more = "…" if len(codes) > _TOLD else ""
    return "、".join(codes[:_TOLD]) + more
