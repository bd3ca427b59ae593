"""The answer to who asks which vacant rooms would fit."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import select

from chassis.storage import Reader
from chassis.wire import Values
from housing.allocations import stock
from housing.properties.model import Property

_PROPERTIES = Property.__table__
_MOST = 20


def found(reader: Reader, request: Values) -> dict[str, Any]:
    """Candidates by property, the best first, and the vacant area that is left in all."""
    everywhere = reader.unrestricted()
    own = reader.principal.region_code or reader.context.region_code
    sought = stock.wanted(
        everywhere,
        request.use,
        request.area_m2,
        request.region_code or own,
        request.property_code,
    )
    choices = stock.choices(everywhere, sought)[:_MOST]
    rooms = defaultdict(list)
    for each in (room for choice in choices for room in choice):
        rooms[each.property_code].append(each)
    names = _names(everywhere, list(rooms))
    return {
        "candidates": [
            {
                "property_code": code,
                "property_name": names.get(code, ""),
                "room_count": len(there),
                "area_m2": sum(each.area_m2 for each in there),
                "room_codes": sorted(each.code for each in there),
            }
            for code, there in rooms.items()
        ],
        "together": len(choices) == 1 and len(rooms) > 1,
        "vacant_m2": stock.left_m2(everywhere, sought),
    }


def _names(everywhere: Reader, codes: list[str]) -> dict[str, str]:
    named = select(_PROPERTIES.c.code, _PROPERTIES.c.name).where(_PROPERTIES.c.code.in_(codes))
    return {each.code: each.name for each in everywhere.rows(named)}
