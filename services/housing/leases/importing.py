"""Leases that come by spreadsheet: what a batch needs is looked up once, not row by row."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import lazyload

from chassis import sheets
from chassis.copies import units
from chassis.copies.model import UnitCopy
from chassis.fields import Code, Day, Labelled, Line, RegionCode, Uscc
from chassis.figures import Area, Whole, Yuan
from chassis.sheets import Batch, Row, RowSchema, Sheet
from chassis.storage import UnitOfWork, new_id
from guanjia.housing.v1 import leases_pb2 as pb
from housing.leases.lettings import (
    ALREADY_LET,
    NOT_LETTABLE,
    PLACE,
    belonging,
    given_as_a_whole,
    place_of,
)
from housing.leases.model import GIVEN, Lease
from housing.leases.parts import LeaseReceipt
from housing.leases.schemas import Months, PlaceSchema, RentYuan, TermsSchema, YesNo
from housing.leases.settling import opening_voucher
from housing.properties.held import held
from housing.properties.model import Property


class LeaseRowSchema(TermsSchema, PlaceSchema, RowSchema):
    """One row; no rent counts as 0."""

    property_field = "property_code"

    code = Code()
    direction = Labelled(pb.LeaseDirection.DESCRIPTOR)
    property_code = Code(optional=True, load_default="")
    premises = Line()
    address = Line(300, optional=True, load_default="")
    region_code = RegionCode(optional=True, load_default="")
    counterparty = Line()
    area_m2 = Area(required=True)
    start_on = Day()
    end_on = Day()
    rent_fen = RentYuan(load_default=0)
    period_months = Months(load_default=0)
    pay_within_days = Whole(0, 90, load_default=0)
    deposit_fen = Yuan(load_default=0)
    unit_name = Line(optional=True, load_default="")
    unit_uscc = Uscc(optional=True, load_default="")
    tendered = YesNo(load_default=False)
    tender_number = Code(optional=True, load_default="")
    note = Line(500, optional=True, load_default="")
    opening_received_fen = Yuan(load_default=None)


SHEET = Sheet(pb.LeaseRow, LeaseRowSchema())
HEADINGS = SHEET.headings
_BESIDE = ("property_code", "opening_received_fen", *PLACE)
_TERMS = tuple(name for name in HEADINGS if name not in _BESIDE)


class Importing(sheets.Importing):
    """One batch of leases."""

    sheet = SHEET

    def __init__(self, uow: UnitOfWork, batch: Batch) -> None:
        super().__init__(uow, batch)
        self._buildings = held(uow, batch.column("property_code"))
        self._given: defaultdict[str | None, list[Lease]] = defaultdict(list)
        for each in given_as_a_whole(uow, [each.id for each in self._buildings.values()]):
            self._given[each.property_id].append(each)
        self._units = units.by_name(uow, batch.column("unit_name"))
        self._units |= units.by_uscc(uow, batch.column("unit_uscc"))
        codes = batch.column("code")
        # In this order: what another import commits in between is known, not elsewhere.
        taken = uow.taken(Lease.code, codes)
        self._known = self._registered(codes)
        self._elsewhere = taken - self._known.keys()
        self._opened = self._openings()

    def take(self, row: Row) -> None:
        values = row.values
        building = self._buildings.get(values["property_code"])
        if building is None and values["property_code"]:
            return self._refuse(row, "property_code", *_NO_BUILDING)
        place = belonging(place_of(values, building), self._unit_of(values))
        agreed = {name: values[name] for name in _TERMS} | place
        known = self._known.get(values["code"])
        if known is not None:
            return self._recognise(row, self._says(known, row, agreed), "code", *_OTHER_CONTENT)
        if values["code"] in self._elsewhere:
            return self._refuse(row, "code", *_OTHER_CONTENT)
        if building and values["direction"] in GIVEN and building.use_state in NOT_LETTABLE:
            return self._refuse(row, "property_code", *_NOT_LETTABLE)
        if building and self._is_given(building, values):
            return self._refuse(row, "property_code", *ALREADY_LET)
        made = Lease.sign(**agreed)
        opening = values["opening_received_fen"] or 0
        if opening > sum(each.amount_fen for each in made.charges):
            return self._refuse(row, "opening_received_fen", *_EXCEEDS)
        if opening:
            self._open(made, opening)
        self._known[values["code"]] = made
        return self._create(made)

    def _open(self, lease: Lease, amount_fen: int) -> None:
        """What was received before the ledger came here, whenever that was: a receipt of today."""
        opening = LeaseReceipt(
            id=new_id(),
            voucher=opening_voucher(lease.id),
            received_on=self._today,
            amount_fen=amount_fen,
            payer=lease.counterparty,
            recorded_by=self._uow.principal.subject,
        )
        lease.open_with(opening)
        self._opened[opening.voucher] = amount_fen

    def _unit_of(self, values: dict[str, Any]) -> UnitCopy | None:
        return self._units.get(values["unit_uscc"] or values["unit_name"])

    def _registered(self, codes: list[str]) -> dict[str, Lease]:
        if not codes:
            return {}
        named = select(Lease).where(Lease.code.in_(set(codes)))
        return {each.code: each for each in self._uow.all(named.options(lazyload("*")))}

    def _openings(self) -> dict[str, int]:
        """What was received, in fen, by the voucher of the opening receipt."""
        vouchers = [opening_voucher(each.id) for each in self._known.values()]
        if not vouchers:
            return {}
        statement = select(LeaseReceipt).where(LeaseReceipt.voucher.in_(vouchers))
        found = self._uow.all(statement.options(lazyload("*")))
        return {each.voucher: each.amount_fen for each in found}

    def _is_given(self, building: Property, values: dict[str, Any]) -> bool:
        """Whether another lease gives the whole of it away during the time of the row."""
        return values["direction"] in GIVEN and any(
            each.start_on <= values["end_on"] and each.last_day >= values["start_on"]
            for each in self._given[building.id]
        )

    def _says(self, known: Lease, row: Row, agreed: dict[str, Any]) -> bool:
        """Whether the lease is what the row says; a row need not repeat what the register says,
        nor what was received until then."""
        opening = row.values["opening_received_fen"]
        if opening is not None and opening != self._opened.get(opening_voucher(known.id), 0):
            return False
        said = [name for name in agreed if name in _TERMS or row.values.get(name)]
        return all(getattr(known, name) == agreed[name] for name in said)


_NO_BUILDING = ("NOT_FOUND", "台账中没有该房产编号", "no property with this code")
_NOT_LETTABLE = (
    "ILLEGAL_STATE",
    "该房产为危房、处置中、已处置或已注销，不能出租或出借",
    "the property is dangerous or leaving",
)
_EXCEEDS = ("EXCEEDS_OWED", "超过整个租期的应收租金", "more than the rent of the whole term")
_OTHER_CONTENT = (
    "CODE_TAKEN",
    "该合同编号已登记，且内容不同",
    "this contract number is known with other content",
)
