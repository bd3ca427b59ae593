"""What may be done with properties."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import and_, bindparam, case, func, or_, select

from chassis.copies import units
from chassis.days import day_of
from chassis.errors import AlreadyExists, IllegalState
from chassis.storage import Reader, UnitOfWork, within
from chassis.usecases import command, query
from chassis.wire import Values
from housing.leases.lettings import given_from
from housing.leases.model import Lease
from housing.properties import register, report, reshaping
from housing.properties.facts import publish_change
from housing.properties.importing import Importing
from housing.properties.lineage import PropertyLineage
from housing.properties.model import (
    GONE,
    LEAVING,
    Property,
    PropertyKind,
    TitleState,
    needs_approved_reason,
)
from housing.properties.norms import HIGH_RISE, USE_COEFFICIENT
from housing.properties.schemas import (
    CreatePropertySchema,
    ListPropertiesSchema,
    MergePropertiesSchema,
    PropertySchema,
    ReportPropertiesSchema,
    SplitPropertySchema,
)

_TABLE = Property.__table__
_LINEAGE = PropertyLineage.__table__
_FIELDS = tuple(register.HEADINGS)
_FIXED = ("code", "kind", "region_code", "title_state", "title_number")
"""What stays, and what only its title's own case changes."""
_CHANGEABLE = tuple(name for name in _FIELDS if name not in _FIXED)


@command(CreatePropertySchema())
def create_property(uow: UnitOfWork, request: Values) -> Property:
    given = request.property
    if given["use_state"] in LEAVING:
        raise IllegalState.move(
            "直接登记为该状态",
            "register it in that state",
            "由处置、拆分或合并产生",
            "of a disposal or split",
        )
    if given["title_state"] == TitleState.NOT_REGISTRABLE:
        raise needs_approved_reason("property.title_state")
    if uow.taken(Property.code, [given["code"]]):
        raise AlreadyExists.key(
            "property.code", "CODE_TAKEN", "房产编号已登记", "this code is registered"
        )
    created = Property(**{name: given[name] for name in _FIELDS})
    created.held_by(units.by_uscc(uow, [created.unit_uscc]).get(created.unit_uscc))
    uow.add(created)
    uow.flush()
    publish_change(uow, created)
    return created


@command(PropertySchema(partial=True))
def update_property(uow: UnitOfWork, request: Values) -> Property:
    found = uow.get(Property, request.property_id, "property_id", request.etag)
    if request.get("use_state") not in (None, found.use_state):
        _require_not_given(uow, found)
    changed = found.revise(**request.present(*_CHANGEABLE))
    if "unit_uscc" in request:
        found.held_by(units.by_uscc(uow, [found.unit_uscc]).get(found.unit_uscc))
    elif "unit_name" in request and found.unit_id:  # another name is another unit
        found.unit_uscc = ""
        found.held_by(units.by_name(uow, [found.unit_name]).get(found.unit_name))
    if changed:
        publish_change(uow, found)
    return found


_BY_ID = select(_TABLE).where(_TABLE.c.id == bindparam("property_id"))


@query()
def get_property(reader: Reader, request: Values) -> Any:
    return reader.row(_BY_ID, {"property_id": request.property_id}, "property_id")


@query(ListPropertiesSchema())
def list_properties(reader: Reader, request: Values) -> dict[str, Any]:
    statement = select(_TABLE)
    if request.kind:
        statement = statement.where(_TABLE.c.kind == request.kind)
    if request.use_state:
        statement = statement.where(_TABLE.c.use_state == request.use_state)
    if request.code:
        statement = statement.where(_TABLE.c.code == request.code)
    statement = within(statement, _TABLE.c.region_code, request.region_code)
    rows, token = reader.page(statement, [_TABLE.c.code], request)
    return {"properties": rows, "next_page_token": token}


@command()
def import_properties(uow: UnitOfWork, request: Values) -> dict[str, Any]:
    """Registers new codes, counts unchanged ones, refuses the rest row by row."""
    return Importing.of(uow, request.rows)


@query(ReportPropertiesSchema())
def report_properties(reader: Reader, request: Values) -> dict[str, Any]:
    columns = (_TABLE.c.kind, _TABLE.c.use_state)
    today = day_of(reader.now)
    statement = (
        select(
            *columns,
            func.count().label("number"),
            func.sum(_TABLE.c.floor_area_m2).label("floor_area_m2"),
            func.sum(_TABLE.c.usable_area_m2).label("usable_area_m2"),
            func.sum(_TABLE.c.book_value_fen).label("book_value_fen"),
            func.sum(case((_is_below(reader, today), 1), else_=0)).label("below"),
        )
        .where(_TABLE.c.use_state.not_in(GONE))
        .group_by(*columns)
        .order_by(*columns)
    )
    totals = reader.rows(within(statement, _TABLE.c.region_code, request.region_code))
    return report.told(today, totals, request.region_code)


@command(SplitPropertySchema())
def split_property(uow: UnitOfWork, request: Values) -> dict[str, Any]:
    found = uow.get(Property, request.property_id, "property_id", request.etag, lock=True)
    made = reshaping.split(uow, found, request.parts, request.reason)
    return {"original": found, "parts": made}


@command(MergePropertiesSchema())
def merge_properties(uow: UnitOfWork, request: Values) -> Property:
    """Locks them in the order of their ids, so that two mergers cannot wait for one another."""
    ids = request.property_ids
    etags = dict(zip(ids, request.etags or [""] * len(ids), strict=True))
    found = {id: uow.get(Property, id, "property_ids", etags[id], lock=True) for id in sorted(ids)}
    originals = [found[id] for id in ids]
    return reshaping.merge(uow, originals, request.code, request.name, request.reason)


@query()
def list_property_lineage(reader: Reader, request: Values) -> dict[str, Any]:
    id = reader.row(_BY_ID, {"property_id": request.property_id}, "property_id").id
    either = or_(_LINEAGE.c.from_id == id, _LINEAGE.c.to_id == id)
    found = select(_LINEAGE).where(either).order_by(_LINEAGE.c.on_day, _LINEAGE.c.id)
    return {"lineage": reader.rows(found.limit(1_000))}


def _require_not_given(uow: UnitOfWork, building: Property) -> None:
    """What a lease gives away as a whole is used as the lease says until its last day."""
    today = day_of(uow.now)
    running = (Lease.whole_property.is_(True), Lease.start_on <= today)
    if given_from(uow, [building.id], today, *running):
        raise IllegalState(
            "LEASE_RUNNING", "该房产整体出租或出借，租期未满", "it is let or lent as a whole"
        )


def _is_below(reader: Reader, day: date) -> Any:
    """Offices whose usable area is a smaller part of the floor area than the norm asks for."""
    region = _TABLE.c.region_code
    high_rise = HIGH_RISE.where(reader, day, "", region)
    least = case(
        (_TABLE.c.floors >= high_rise, USE_COEFFICIENT.where(reader, day, "high_rise", region)),
        else_=USE_COEFFICIENT.where(reader, day, "multi_storey", region),
    )
    return and_(
        _TABLE.c.kind.in_((PropertyKind.OFFICE, PropertyKind.TECHNICAL)),
        _TABLE.c.floors > 0,
        _TABLE.c.usable_area_m2 > 0,
        _TABLE.c.usable_area_m2 * 100 < _TABLE.c.floor_area_m2 * least,
    )
