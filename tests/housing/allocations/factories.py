"""Buildings with vacant rooms, and units that ask for them."""

from __future__ import annotations

import itertools
from typing import Any

from chassis.principal import HeldRole, Principal, Realm
from chassis.testing import Harness
from tests.housing.factories import create_property
from tests.housing.rooms.factories import a_unit
from tests.people import person

CHIEF = person("wang", "bureau_head")
FINANCE = person("qian", "finance_approver")
PRICE, SURPLUS = "housing.rent_price", "housing.allocation_surplus"

_numbers = itertools.count(1)


def building(housing: Harness, *areas: float, use: str = "OFFICE", **changes: Any) -> Any:
    """A property with a vacant room of each area, numbered 101, 102 and so on."""
    created = create_property(housing, **changes)
    for number, area in enumerate(areas, start=101):
        housing.call(
            "create_room",
            property_id=created.id,
            code=str(number),
            floor=1,
            use=f"ROOM_USE_{use}",
            area_m2=area,
        )
    return created


def clerk_of(housing: Harness, **unit: Any) -> Principal:
    """A clerk of a unit of 990101 who may touch what is that unit's, and nothing else."""
    number = next(_numbers)
    unit = {"name": f"云澜市第{number}中心"} | unit
    unit_id = a_unit(housing, **unit)
    realm = Realm("9901", (unit_id,))
    return Principal(
        f"clerk{number}",
        name=f"经办{number}",
        unit_id=unit_id,
        unit_name=unit["name"],
        region_code="990101",
        scope=(realm,),
        roles=(HeldRole("unit_clerk", realm),),
    )


def request(housing: Harness, user: Principal, area_m2: float = 300, **changes: Any) -> Any:
    """Asks for offices from stock, unless said otherwise."""
    return housing.call("request_allocation", user=user, **asked(area_m2, **changes))


def asked(area_m2: float = 300, **changes: Any) -> dict[str, Any]:
    return {
        "way": "ALLOCATION_WAY_ADJUST",
        "use": "ROOM_USE_OFFICE",
        "area_m2": area_m2,
        "reason": "新增编制，办公用房不足",
    } | changes


def lease(housing: Harness, user: Principal, area_m2: float = 300, **changes: Any) -> Any:
    fields = {"way": "ALLOCATION_WAY_LEASE", "months": 12} | changes
    return request(housing, user, area_m2, **fields)


def decide(
    housing: Harness,
    allocation: Any,
    decision: str = "APPROVE",
    user: Principal = CHIEF,
    note: str = "已阅",
) -> Any:
    """The allocation once `user` has decided."""
    housing.call(
        "decide_approval",
        user=user,
        approval_id=allocation.approval_id,
        decision=f"DECISION_{decision}",
        note=note,
    )
    return read(housing, allocation)


def approved(housing: Harness, user: Principal, area_m2: float = 300, **changes: Any) -> Any:
    return decide(housing, request(housing, user, area_m2, **changes))


def read(housing: Harness, allocation: Any) -> Any:
    return housing.call("get_allocation", allocation_id=allocation.id)


def rooms_of(housing: Harness, building: Any) -> dict[str, Any]:
    """Rooms by number."""
    found = housing.call("list_rooms", property_id=building.id, page_size=500).rooms
    return {each.code: each for each in found}


def vacant(housing: Harness, building: Any) -> list[str]:
    found = rooms_of(housing, building).values()
    return [each.code for each in found if not each.unit_id and not each.reserved_for]


def norm(housing: Harness, kind: str, value: float, **changes: Any) -> None:
    fields = {"region_code": "990100", "valid_from": "2020-01-01", "source": "云澜市规定"} | changes
    housing.call("set_norm", kind=kind, value=str(value), **fields)
