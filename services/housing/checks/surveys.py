"""The columns of a survey sheet, and how its rows come into a check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import and_, or_, select

from chassis import sheets
from chassis.fields import Code, Day, Line
from chassis.figures import Area
from chassis.regions import region_prefix
from chassis.sheets import IN_FUTURE, Batch, Row, RowSchema, Sheet
from chassis.storage import UnitOfWork
from chassis.storage.columns import new_id
from guanjia.housing.v1 import checks_pb2 as pb
from housing.checks.model import Check, CheckState, Survey
from housing.properties.model import Property

Key = tuple[str, str, str, str]
"""Check, property code, name, address: the last two count only where there is no code."""


class SurveyRowSchema(RowSchema):
    check_code = Code()
    property_code = Code(optional=True, load_default="")
    name = Line()
    address = Line(300, optional=True, load_default="")
    surveyed_area_m2 = Area(required=True)
    certificate_area_m2 = Area(load_default=None)
    surveyed_on = Day()
    surveyor = Line()
    found_use = Line(100, optional=True, load_default="")


SHEET = Sheet(pb.SurveyRow, SurveyRowSchema())


class Importing(sheets.Importing):
    """One batch of surveys, against what is known of the checks they name."""

    sheet = SHEET

    def __init__(self, uow: UnitOfWork, batch: Batch) -> None:
        super().__init__(uow, batch)
        codes = sorted(set(batch.column("check_code")))
        checks = select(Check).where(Check.code.in_(codes)).order_by(Check.id).with_for_update()
        self._checks: dict[str, Check] = {each.code: each for each in uow.all(checks)}
        self._known = self._surveys()
        self._registered = uow.taken(Property.code, batch.column("property_code"))
        self._regions = self._regions_of(batch.column("property_code"))

    def take(self, row: Row) -> None:
        wrong = self._wrong(row)
        if wrong is not None:
            return self._refuse(row, *wrong)
        values = self._values(row)
        known = self._known.get(_key(values))
        if known is not None:
            is_same = all(getattr(known, name) == value for name, value in values.items())
            return self._recognise(row, is_same, "property_code", *_OTHER_CONTENT)
        self._known[_key(values)] = made = Survey(id=new_id(), **values)
        return self._create(made)

    def finish(self) -> None:
        changed = {each.check_id for each in self._new}
        for check in self._checks.values():
            if check.id in changed:
                check.take_surveys()
        super().finish()

    def _values(self, row: Row) -> dict[str, Any]:
        values = dict(row.values)
        return {"check_id": self._checks[values.pop("check_code")].id, **values}

    def _wrong(self, row: Row) -> tuple[str, str, str, str] | None:
        """Field, reason and texts, if a row cannot be taken whatever else is known."""
        check = self._checks.get(row.values["check_code"])
        if check is None:
            return ("check_code", "UNKNOWN_CHECK", "没有这张清查单", "there is no such check")
        if check.state is not CheckState.RUNNING:
            return ("check_code", "ILLEGAL_STATE", "该清查已结束", "this check is closed")
        if row.values["surveyed_on"] > self._today:
            return ("surveyed_on", *IN_FUTURE)
        code = row.values["property_code"]
        region = self._regions.get(code, "")
        if code in self._registered and not region.startswith(region_prefix(check.region_code)):
            return (
                "property_code",
                "OTHER_REGION",
                "该房产登记在清查范围之外",
                "this property is registered outside the region of the check",
            )
        return None

    def _surveys(self) -> dict[Key, Survey]:
        """What the checks know already of what the rows name."""
        ids = [each.id for each in self._checks.values()]
        if not ids:
            return {}
        by_code = Survey.property_code.in_(self._batch.column("property_code"))
        nameless = and_(Survey.property_code == "", Survey.name.in_(self._batch.column("name")))
        found = select(Survey).where(Survey.check_id.in_(ids), or_(by_code, nameless))
        return {_key(vars(each)): each for each in self._uow.all(found)}

    def _regions_of(self, codes: list[str]) -> dict[str, str]:
        if not codes:
            return {}
        found = self._uow.all(select(Property).where(Property.code.in_(codes)))
        return {each.code: each.region_code for each in found}


def _key(values: Mapping[str, Any]) -> Key:
    code = values["property_code"]
    if code:
        return (values["check_id"], code, "", "")
    return (values["check_id"], "", values["name"], values["address"])


_OTHER_CONTENT = (
    "SURVEYED_OTHERWISE",
    "该房产在本次清查中已有实测记录，且内容不同",
    "this check holds a survey of it with other content",
)
