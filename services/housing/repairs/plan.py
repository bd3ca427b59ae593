"""A repair plan (维修计划) as offices keep it: a row for each line of a repair."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, select

from chassis.fields import Code, Labelled, Line
from chassis.figures import Area, Year
from chassis.sheets import RowSchema, Sheet
from chassis.storage import within
from chassis.wire import Values
from guanjia.housing.v1 import repairs_pb2 as pb
from housing.properties.model import Property
from housing.repairs import rules
from housing.repairs.model import ENDED, Repair, RepairLine
from housing.repairs.schemas import AskedYuan


class RepairRowSchema(RowSchema):
    """One row: one repair with one line; an area that is not known counts as 0."""

    property_code = Code()
    kind = Labelled(pb.RepairKind.DESCRIPTOR)
    year = Year(rules.FIRST_YEAR, required=True)
    component = Labelled(pb.RepairComponent.DESCRIPTOR)
    description = Line()
    area_m2 = Area(load_default=0)
    asked_fen = AskedYuan(required=True)
    reason = Line(500)


SHEET = Sheet(pb.RepairRow, RepairRowSchema())
HEADINGS = SHEET.headings
WORK = ("component", "description", "area_m2", "asked_fen")

Key = tuple[str, int, str, str]
"""What a row is known by: property, year, component, description."""

Content = tuple[Any, ...]
"""What else it says: kind, reason, area, amount."""

Known = dict[Key, set[Content]]
"""What repairs say already; by hand, several may say something of the same work."""

_REPAIRS = Repair.__table__
_LINES = RepairLine.__table__
_PROPERTIES = Property.__table__
_OF_LINE = ("position", "component", "description", "area_m2", "asked_fen")
_OF_REPAIR = ("kind", "year", "reason", "code", "state")


def key_of(property_id: str, row: dict[str, Any]) -> Key:
    return property_id, row["year"], row["component"], row["description"]


def content_of(row: dict[str, Any]) -> Content:
    return row["kind"], row["reason"], row["area_m2"], row["asked_fen"]


def told_by(repair: Repair) -> Iterator[tuple[Key, Content]]:
    """What the lines of a repair say, as rows would."""
    for line in repair.lines:
        key = (repair.property_id, repair.year, line.component, line.description)
        yield key, (repair.kind, repair.reason, line.area_m2, line.asked_fen)


def works(request: Values) -> tuple[Select[Any], list[Any]]:
    """The plan as rows, and the columns it is in the order of. An import knows each of them:
    what was rejected or withdrawn, and may be applied for anew, is not among them."""
    statement = (
        select(
            _PROPERTIES.c.code.label("property_code"),
            *(_REPAIRS.c[name] for name in _OF_REPAIR),
            *(_LINES.c[name] for name in _OF_LINE),
        )
        .join_from(_LINES, _REPAIRS, _LINES.c.repair_id == _REPAIRS.c.id)
        .join(_PROPERTIES, _REPAIRS.c.property_id == _PROPERTIES.c.id)
        .where(_REPAIRS.c.state.not_in(ENDED))
    )
    for name in ("year", "property_id"):
        if request[name]:
            statement = statement.where(_REPAIRS.c[name] == request[name])
    statement = within(statement, _REPAIRS.c.region_code, request.region_code)
    return statement, [_REPAIRS.c.code, _LINES.c.position]
