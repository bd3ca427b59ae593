"""Offered assets that come by spreadsheet: an intake is drafted for each row.

A row is known by its unit, its document of origin (来源单号, perhaps none) and its asset code:
what is known with the same content is unchanged, whatever became of it since. Who offers an
asset again names another document.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID, uuid5

from sqlalchemy import select

from chassis import sheets
from chassis.assets import FIELDS
from chassis.copies import units
from chassis.norms import Figures
from chassis.sheets import Batch, Row, Sheet
from chassis.storage import UnitOfWork
from guanjia.warehouse.v1 import intakes_pb2 as pb
from warehouse.intakes.model import NOT_TAKEN, OBSTACLES, Intake, IntakeState, obstacle
from warehouse.intakes.norms import TAKES
from warehouse.intakes.schemas import IntakeRowSchema
from warehouse.items.model import Item
from warehouse.items.states import ItemState

SHEET = Sheet(pb.IntakeRow, IntakeRowSchema())
_LEDGERS = UUID("5b7c2d0e-6a41-5d38-9f27-0c1e8a94b3d6")
"""What ids of documents that are known by their code only are derived from."""

Key = tuple[str, str, str]
"""Asset code, unit id, code of the document; empty for none."""


class Importing(sheets.Importing):
    """One batch of intakes. Batches come one after the other: the series is held first."""

    sheet = SHEET

    def __init__(self, uow: UnitOfWork, batch: Batch) -> None:
        super().__init__(uow, batch)
        uow.next_numbers("RK", 0)
        self._own = uow.own_unit()
        self._units = units.by_name(uow, batch.column("unit_name"))
        codes = list(set(batch.column("asset_code")))
        listed = select(Intake).where(Intake.service == "warehouse", Intake.asset_code.in_(codes))
        self._known = {_key_of(each): each for each in uow.all(listed)}
        drafted = Intake.state == IntakeState.DRAFTED
        self._offered = uow.taken(Intake.asset_code, codes, drafted)
        held = select(Item).where(Item.asset_code.in_(codes), Item.state != ItemState.GONE)
        self._held = {each.asset_code: each for each in uow.all(held)}
        self._takes: dict[str, Figures] = {}

    def take(self, row: Row) -> None:
        unit = self._unit(row.values["unit_name"])
        if unit is None:
            return self._refuse(row, "unit_name", *_NO_UNIT)
        if not self._uow.answers_for(unit["region_code"], unit["unit_id"]):
            return self._refuse(row, "unit_name", *_OUT_OF_SCOPE)
        if not self._is_taken(row.values["kind"], unit["region_code"]):
            return self._refuse(row, "kind", *NOT_TAKEN)
        asset_code, unit_id = row.values["asset_code"], unit["unit_id"]
        known = self._known.get((asset_code, unit_id, row.values["document_code"]))
        if known is not None:
            return self._compare(row, known)
        reason = obstacle(self._held.get(asset_code), unit_id)
        if reason is not None:
            return self._refuse(row, "asset_code", *OBSTACLES[reason])
        if asset_code in self._offered:
            return self._refuse(row, "asset_code", *_OFFERED)
        return self._draft(row, unit)

    def finish(self) -> None:
        self._number("RK")
        for each in self._new:
            each.document_code = each.document_code or each.code
        super().finish()

    def _draft(self, row: Row, unit: Mapping[str, str]) -> None:
        document_code = row.values["document_code"]
        drafted = Intake(
            state=IntakeState.DRAFTED,
            service="warehouse",
            document_code=document_code,
            kind=row.values["kind"],
            **{name: row.values[name] for name in FIELDS},
            **unit,
        )
        if document_code:
            drafted.document_id = str(uuid5(_LEDGERS, f"{unit['unit_id']} {document_code}"))
            drafted.line_id = drafted.asset_code
        else:
            drafted.document_id = drafted.line_id = drafted.id
        self._known[_key_of(drafted)] = drafted
        self._offered.add(drafted.asset_code)
        self._create(drafted)

    def _compare(self, row: Row, known: Intake) -> None:
        is_same = all(getattr(known, name) == row.values[name] for name in (*FIELDS, "kind"))
        self._recognise(row, is_same, "asset_code", *_OTHER_CONTENT)

    def _is_taken(self, kind: str, region_code: str) -> bool:
        if region_code not in self._takes:
            self._takes[region_code] = TAKES.in_force(self._uow, region_code, self._today)
        return bool(self._takes[region_code].get(kind))

    def _unit(self, name: str) -> Mapping[str, str] | None:
        """The unit that gives the asset up, as the intake says it."""
        if not name:
            return self._own
        unit = self._units.get(name)
        if unit is None:
            return None
        return {"region_code": unit.region_code, "unit_id": unit.id, "unit_name": unit.name}


def _key_of(intake: Intake) -> Key:
    of_itself = intake.document_id == intake.id
    return intake.asset_code, intake.unit_id, "" if of_itself else intake.document_code


_NO_UNIT = ("NOT_FOUND", "单位名录中没有该单位", "no such unit in the directory")
_OUT_OF_SCOPE = ("OUT_OF_SCOPE", "该单位超出您的数据权限范围", "outside the scope of your rights")
_OFFERED = ("ALREADY_OFFERED", "该资产已有待验收的入仓单", "an intake of this asset is open")
_OTHER_CONTENT = (
    "ALREADY_LISTED",
    "该来源单号下已有此资产，且内容不同",
    "the document lists this asset with other content",
)
