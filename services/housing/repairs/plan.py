"""The columns of a repair plan (维修计划) as offices keep it."""

from __future__ import annotations

from typing import Any

from chassis.fields import Code, Labelled, Line
from chassis.figures import Area
from chassis.sheets import RowSchema, Sheet
from guanjia.housing.v1 import repairs_pb2 as pb
from housing.repairs.model import Repair
from housing.repairs.schemas import AskedYuan, Year


class RepairRowSchema(RowSchema):
    """One row: one repair with one line; an area that is not known counts as 0."""

    property_code = Code()
    kind = Labelled(pb.RepairKind.DESCRIPTOR)
    year = Year(required=True)
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


def key_of(property_id: str, row: dict[str, Any]) -> Key:
    return property_id, row["year"], row["component"], row["description"]


def content_of(row: dict[str, Any]) -> Content:
    return row["kind"], row["reason"], row["area_m2"], row["asked_fen"]


def told_by(repair: Repair) -> dict[Key, Content]:
    """What the lines of a repair say, as rows would."""
    return {
        (repair.property_id, repair.year, line.component, line.description): (
            repair.kind,
            repair.reason,
            line.area_m2,
            line.asked_fen,
        )
        for line in repair.lines
    }
