"""Titles as replies show them: of every property, with or without a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, select

from chassis.storage import Reader
from housing.properties.model import Property
from housing.titles.model import Title, TitleMove

_PROPERTIES = Property.__table__
_TITLES = Title.__table__
_MOVES = TitleMove.__table__
_COLUMNS = tuple(each.name for each in _TITLES.columns)
_OF_CASE = tuple(each for each in _COLUMNS if each not in ("property_id", "certificate_number"))
_PROPERTY = select(_PROPERTIES).where(_PROPERTIES.c.id == bindparam("property_id"))


def one(reader: Reader, property_id: str) -> dict[str, Any]:
    """The title of a property with its moves; NotFound if there is no such property."""
    building = reader.row(_PROPERTY, {"property_id": property_id}, "property_id")
    [found] = listed(reader, [building])
    if "id" in found:
        of_case = _MOVES.c.title_id == found["id"]
        found["moves"] = reader.rows(select(_MOVES).where(of_case).order_by(_MOVES.c.position))
    return found


def listed(reader: Reader, buildings: Sequence[Any]) -> list[dict[str, Any]]:
    """The titles of properties, in one more statement however many there are."""
    ids = [each.id for each in buildings]
    cases = reader.rows(select(_TITLES).where(_TITLES.c.property_id.in_(ids)))
    by_property = {each.property_id: dict(each._mapping) for each in cases}
    return [shown(each, by_property.get(each.id)) for each in buildings]


def of_case(case: Title, building: Property) -> dict[str, Any]:
    """A case that was just changed, with its moves."""
    values = {name: getattr(case, name) for name in _COLUMNS}
    return shown(building, values) | {"moves": case.moves}


def shown(building: Any, case: Mapping[str, Any] | None) -> dict[str, Any]:
    """Plain values of a Title message; without a case what the register says."""
    number = case["certificate_number"] if case is not None else ""
    return {
        "property_id": building.id,
        "property_code": building.code,
        "property_name": building.name,
        "region_code": building.region_code,
        "unit_id": building.unit_id,
        "unit_name": building.unit_name,
        "state": building.title_state,
        "certificate_number": number or building.title_number,
        **({name: case[name] for name in _OF_CASE} if case is not None else {}),
    }
