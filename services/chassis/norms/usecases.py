"""What may be done with norms, in every service."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from chassis.errors import InvalidInput
from chassis.norms.kinds import in_force_on
from chassis.norms.model import Norm
from chassis.norms.schemas import EndNormSchema, ListNormsSchema, SetNormSchema
from chassis.storage import Reader, UnitOfWork
from chassis.usecases import command, query
from chassis.wire import Values

_TABLE = Norm.__table__
_GIVEN = ("kind", "key", "value", "region_code", "valid_from", "source")


@query(ListNormsSchema())
def list_norms(reader: Reader, request: Values) -> dict[str, Any]:
    statement = select(_TABLE)
    if request.kind:
        statement = statement.where(_TABLE.c.kind == request.kind)
    if request.on_day:
        statement = statement.where(in_force_on(request.on_day))
    rows, token = reader.page(statement, [_TABLE.c.id], request)
    return {"norms": rows, "next_page_token": token}


@command(SetNormSchema())
def set_norm(uow: UnitOfWork, request: Values) -> Norm:
    assert uow.context.service is not None
    known = uow.context.service.norms
    if request.kind not in known:
        told = "、".join(sorted(known)) or "无"
        raise InvalidInput.field(
            "kind", "UNKNOWN_KIND", f"可设的标准：{told}", f"must be one of: {told}"
        )
    created = Norm(**request.present(*_GIVEN))
    before = (
        select(Norm)
        .where(
            Norm.kind == created.kind,
            Norm.key == created.key,
            Norm.region_code == created.region_code,
        )
        .order_by(Norm.valid_from.desc())
        .limit(1)
        .with_for_update()
    )
    last = uow.find(before)
    if last is not None:
        last.give_way(created.valid_from, "valid_from")
        uow.flush()  # before the new one: only one may be without an end
    uow.add(created)
    return created


@command(EndNormSchema())
def end_norm(uow: UnitOfWork, request: Values) -> Norm:
    found = uow.get(Norm, request.norm_id, "norm_id", request.etag, lock=True)
    found.end(request.valid_to, "valid_to")
    return found
