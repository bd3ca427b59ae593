"""What may be done with properties."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError
from sqlalchemy import Select, bindparam, func, select

from chassis.copies import units
from chassis.errors import AlreadyExists, IllegalState, InvalidInput
from chassis.regions import region_prefix
from chassis.storage import Reader, UnitOfWork
from chassis.usecases import command, query
from chassis.wire import Values
from housing.properties import register
from housing.properties.facts import publish_change
from housing.properties.model import LEAVING, Property, UseState
from housing.properties.schemas import (
    CreatePropertySchema,
    ListPropertiesSchema,
    PropertySchema,
    SummarizePropertiesSchema,
)

MAX_ROWS = 500
_TABLE = Property.__table__
_FIELDS = tuple(register.HEADINGS)
_CHANGEABLE = tuple(name for name in _FIELDS if name not in ("code", "kind", "region_code"))


@command(CreatePropertySchema())
def create_property(uow: UnitOfWork, request: Values) -> Property:
    given = request.property
    if given["use_state"] in LEAVING:
        raise IllegalState.move(
            "直接登记为该状态", "register it in that state", "处置流程管理", "under a disposal"
        )
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
    changed = found.revise(**request.present(*_CHANGEABLE))
    if "unit_uscc" in request:
        found.held_by(units.by_uscc(uow, [found.unit_uscc]).get(found.unit_uscc))
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
    statement = _within(statement, request.region_code)
    rows, token = reader.page(statement, [_TABLE.c.code], request)
    return {"properties": rows, "next_page_token": token}


@command()
def import_properties(uow: UnitOfWork, request: Values) -> dict[str, Any]:
    """Registers new codes, counts unchanged ones, refuses the rest row by row."""
    if len(request.rows) > MAX_ROWS:
        raise InvalidInput.field(
            "rows", "TOO_MANY", f"每次最多 {MAX_ROWS} 行", f"at most {MAX_ROWS} rows a call"
        )
    problems: list[dict[str, Any]] = []
    read: list[tuple[int, dict[str, Any]]] = []
    for row in request.rows:
        try:
            read.append((row["row"], register.read_row(row["cells"])))
        except ValidationError as error:
            problems += register.problems_of(row["row"], row["cells"], error)
    codes = [values["code"] for _, values in read]
    known = _registered(uow, codes)
    elsewhere = uow.taken(Property.code, codes) - known.keys()
    unit_of = units.by_uscc(uow, [values["unit_uscc"] for _, values in read])
    created: list[Property] = []
    unchanged = 0
    for number, values in read:
        before = known.get(values["code"])
        if before is None and values["use_state"] in LEAVING:
            problems.append(_only_by_disposal(number))
        elif values["code"] in elsewhere:
            problems.append(_taken(number, values["code"]))
        elif before is None:
            known[values["code"]] = made = Property(**values)
            made.held_by(unit_of.get(made.unit_uscc))
            created.append(made)
        elif all(getattr(before, name) == value for name, value in values.items()):
            unchanged += 1
        else:
            problems.append(_taken(number, values["code"]))
    uow.add(*created)
    uow.flush()
    for each in created:
        publish_change(uow, each)
    return {
        "created": len(created),
        "unchanged": unchanged,
        "refused": len(request.rows) - len(created) - unchanged,
        "problems": sorted(problems, key=lambda each: each["row"]),
    }


@query(SummarizePropertiesSchema())
def summarize_properties(reader: Reader, request: Values) -> dict[str, Any]:
    columns = (_TABLE.c.kind, _TABLE.c.use_state)
    statement = (
        select(
            *columns,
            func.count().label("count"),
            func.sum(_TABLE.c.floor_area_m2).label("floor_area_m2"),
            func.sum(_TABLE.c.usable_area_m2).label("usable_area_m2"),
            func.sum(_TABLE.c.book_value_fen).label("book_value_fen"),
        )
        .where(_TABLE.c.use_state != UseState.DISPOSED)
        .group_by(*columns)
        .order_by(*columns)
    )
    return {"totals": reader.rows(_within(statement, request.region_code))}


def _within(statement: Select[Any], region_code: str) -> Select[Any]:
    """Rows of a region and everything below it."""
    if not region_code:
        return statement
    below = region_prefix(region_code)
    return statement.where(_TABLE.c.region_code.startswith(below, autoescape=True))


def _registered(uow: UnitOfWork, codes: list[str]) -> dict[str, Property]:
    found = uow.all(select(Property).where(Property.code.in_(codes))) if codes else []
    return {each.code: each for each in found}


def _taken(row: int, code: str) -> dict[str, Any]:
    return register.problem(
        row,
        "code",
        code,
        "CODE_TAKEN",
        "房产编号已登记，且内容不同",
        "this code is registered with other content",
    )


def _only_by_disposal(row: int) -> dict[str, Any]:
    return register.problem(
        row,
        "use_state",
        "",
        "ILLEGAL_STATE",
        "该状态只能由处置流程产生",
        "only a disposal leads to this state",
    )
