"""Properties that come by spreadsheet: new codes are registered."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from chassis import sheets
from chassis.copies import units
from chassis.sheets import Batch, Row
from chassis.storage import UnitOfWork
from housing.properties.facts import publish_change
from housing.properties.model import LEAVING, NEEDS_APPROVED_REASON, Property, TitleState
from housing.properties.register import SHEET


class Importing(sheets.Importing):
    """One batch of properties."""

    sheet = SHEET

    def __init__(self, uow: UnitOfWork, batch: Batch) -> None:
        super().__init__(uow, batch)
        codes = batch.column("code")
        # In this order: what another import commits in between is known, not elsewhere.
        taken = uow.taken(Property.code, codes)
        self._known = self._registered(codes)
        self._elsewhere = taken - self._known.keys()
        self._units = units.by_uscc(uow, batch.column("unit_uscc"))

    def take(self, row: Row) -> None:
        values = row.values
        known = self._known.get(values["code"])
        if known is not None:
            return self._recognise(row, _says(known, values), "code", *_OTHER_CONTENT)
        if values["use_state"] in LEAVING:
            return self._refuse(row, "use_state", *_ONLY_BY_DISPOSAL)
        if values["title_state"] == TitleState.NOT_REGISTRABLE:
            return self._refuse(row, "title_state", *NEEDS_APPROVED_REASON)
        if values["code"] in self._elsewhere:
            return self._refuse(row, "code", *_OTHER_CONTENT)
        self._known[values["code"]] = made = Property(**values)
        made.held_by(self._units.get(made.unit_uscc))
        return self._create(made)

    def finish(self) -> None:
        super().finish()
        for each in self._new:
            publish_change(self._uow, each)

    def _registered(self, codes: list[str]) -> dict[str, Property]:
        named = select(Property).where(Property.code.in_(codes))
        return {each.code: each for each in self._uow.all(named)} if codes else {}


def _says(known: Property, values: dict[str, Any]) -> bool:
    return all(getattr(known, name) == value for name, value in values.items())


_OTHER_CONTENT = (
    "CODE_TAKEN",
    "房产编号已登记，且内容不同",
    "this code is registered with other content",
)
_ONLY_BY_DISPOSAL = (
    "ILLEGAL_STATE",
    "该状态只能由处置流程产生",
    "only a disposal leads to this state",
)
