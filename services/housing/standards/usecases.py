"""Who has more office area than the standards allow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from chassis.copies.model import UnitCopy
from chassis.days import day_of
from chassis.errors import InvalidInput
from chassis.storage import Reader, lies_in, within
from chassis.usecases import query
from chassis.wire import Values
from housing.standards import report, rules
from housing.standards.norms import OFFICE_AREA
from housing.standards.queries import areas_on, heirs_on, offices_on, seats_of
from housing.standards.schemas import ListOverStandardSchema, ReportOverStandardSchema

_UNITS = UnitCopy.__table__
_MOST_UNITS = 2_000


@query(ListOverStandardSchema())
def list_over_standard(reader: Reader, request: Values) -> dict[str, Any]:
    day, everyone = request.get("on_day") or day_of(reader.now), reader.unrestricted()
    areas = areas_on(day, OFFICE_AREA.everywhere(reader, day))
    statement = (
        select(areas, _UNITS.c.name.label("unit_name"))
        .join(_UNITS, _UNITS.c.id == areas.c.unit_id)
        .where(_is_told(reader))
    )
    if not request.everybody:
        statement = statement.where(areas.c.over_m2 > 0)
    if request.unit_id:
        statement = statement.where(areas.c.unit_id == request.unit_id)
    statement = within(statement, _UNITS.c.region_code, request.region_code)
    rows, token = everyone.page(statement, [areas.c.person_id], request)
    rooms = _rooms_of(everyone, [each.person_id for each in rows], day)
    people = [_told(each, rooms[each.person_id]) for each in rows]
    return {"people": people, "next_page_token": token}


@query(ReportOverStandardSchema())
def report_over_standard(reader: Reader, request: Values) -> dict[str, Any]:
    day, everyone = request.get("on_day") or day_of(reader.now), reader.unrestricted()
    areas = areas_on(day, OFFICE_AREA.everywhere(reader, day))
    by_unit = (
        select(
            areas.c.unit_id,
            func.count().label("people"),
            func.sum(areas.c.standard_m2).label("standard_m2"),
            (func.count() - func.count(areas.c.standard_m2)).label("without"),
            func.count(func.nullif(areas.c.over_m2, 0)).label("over_people"),
            func.sum(areas.c.over_m2).label("over_m2"),
        )
        .group_by(areas.c.unit_id)
        .subquery("by_unit")
    )
    offices = offices_on(day, heirs_on(everyone, day))
    statement: Select[Any] = (
        select(
            _UNITS.c.id,
            _UNITS.c.name,
            *(each for each in by_unit.c if each.key != "unit_id"),
            offices.c.office_m2,
        )
        .join_from(_UNITS, by_unit, by_unit.c.unit_id == _UNITS.c.id, isouter=True)
        .join(offices, offices.c.unit_id == _UNITS.c.id, isouter=True)
        .where(
            func.coalesce(by_unit.c.people, 0) + func.coalesce(offices.c.office_m2, 0) > 0,
            _is_told(reader),
        )
        .order_by(_UNITS.c.name, _UNITS.c.id)
        .limit(_MOST_UNITS + 1)
    )
    statement = within(statement, _UNITS.c.region_code, request.region_code)
    units = everyone.rows(statement)
    if len(units) > _MOST_UNITS:
        zh = f"超过 {_MOST_UNITS} 家单位，请指定区划"
        en = f"more than {_MOST_UNITS} units; name a region"
        raise InvalidInput.field("region_code", "TOO_MANY", zh, en)
    return report.told(day, units)


def _is_told(reader: Reader) -> ColumnElement[bool]:
    """People of units within the caller's scope. Areas are reckoned over everybody: who
    shares a room, or has another post elsewhere, counts although nothing is told of them."""
    return lies_in(reader.principal.scope, _UNITS.c.region_code, _UNITS.c.id)


def _rooms_of(reader: Reader, people: Sequence[str], day: date) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for each in reader.rows(seats_of(people, day)) if people else []:
        found[each.person_id].append(f"{each.property_code} {each.code}")
    return found


def _told(row: Any, rooms: Sequence[str]) -> dict[str, Any]:
    standard = None if row.standard_m2 is None else Decimal(row.standard_m2)
    over = Decimal(row.over_m2)
    return {**row._mapping, "rooms": rooms, "over_ratio": rules.ratio(over, standard)}
