"""Repair plans that come by spreadsheet: a repair with one line is drafted for each row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from chassis import sheets
from chassis.fields import Code, Labelled, Line
from chassis.figures import Area, Year
from chassis.sheets import Batch, Row, RowSchema, Sheet
from chassis.storage import UnitOfWork
from guanjia.housing.v1 import repairs_pb2 as pb
from housing.properties.held import held
from housing.properties.model import LEAVING
from housing.repairs import rules
from housing.repairs.model import ENDED, WORK, Repair
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

Key = tuple[str, int, str, str]
"""What a row is known by: property, year, component, description."""

Content = tuple[Any, ...]
"""What else it says: kind, reason, area, amount."""


class Importing(sheets.Importing):
    """One batch of a plan. By hand, several repairs may say something of the same work."""

    sheet = SHEET

    def __init__(self, uow: UnitOfWork, batch: Batch) -> None:
        super().__init__(uow, batch)
        self._buildings = held(uow, batch.column("property_code"))
        self._known = self._applied_for([each.id for each in self._buildings.values()])

    def take(self, row: Row) -> None:
        values = row.values
        building = self._buildings.get(values["property_code"])
        if building is None:
            return self._refuse(row, "property_code", *_NO_PROPERTY)
        known, content = self._known[_key_of(building.id, values)], _content_of(values)
        if known:
            return self._recognise(row, content in known, "description", *_OTHER_CONTENT)
        if building.use_state in LEAVING:
            return self._refuse(row, "property_code", *_LEAVING)
        known.add(content)
        made = Repair.of(building, self._uow.principal.subject)
        work = {name: values[name] for name in WORK}
        made.says(values["kind"], values["year"], values["reason"], [work])
        return self._create(made)

    def finish(self) -> None:
        self._number("WX")
        super().finish()

    def _applied_for(self, property_ids: list[str]) -> defaultdict[Key, set[Content]]:
        """What was applied for, and neither rejected nor withdrawn."""
        known: defaultdict[Key, set[Content]] = defaultdict(set)
        if not property_ids:
            return known
        still = Repair.property_id.in_(property_ids) & Repair.state.not_in(ENDED)
        for each in self._uow.all(select(Repair).where(still)):
            for key, content in _told_by(each):
                known[key].add(content)
        return known


def _key_of(property_id: str, row: Mapping[str, Any]) -> Key:
    return property_id, row["year"], row["component"], row["description"]


def _content_of(row: Mapping[str, Any]) -> Content:
    return row["kind"], row["reason"], row["area_m2"], row["asked_fen"]


def _told_by(repair: Repair) -> Iterator[tuple[Key, Content]]:
    """What the lines of a repair say, as rows would."""
    for line in repair.lines:
        key = (repair.property_id, repair.year, line.component, line.description)
        yield key, (repair.kind, repair.reason, line.area_m2, line.asked_fen)


_LEAVING = ("ILLEGAL_STATE", "该房产处置中、已处置或已注销", "the property is leaving")
_NO_PROPERTY = ("NOT_FOUND", "未找到该房产编号", "there is no such property")
_OTHER_CONTENT = (
    "ALREADY_APPLIED",
    "该房产当年同一部位、同一内容的维修已登记，且其他内容不同",
    "this work is applied for with other content",
)
