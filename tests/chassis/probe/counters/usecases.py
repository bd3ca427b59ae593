"""What may be done with counters."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select

from chassis.fields import Line
from chassis.schemas import PageSchema, RequestSchema
from chassis.storage import Reader, UnitOfWork
from chassis.usecases import command, query
from chassis.wire import Values
from tests.chassis.probe.contract import pb
from tests.chassis.probe.counters.model import Counter

_TABLE = Counter.__table__


class CountSchema(RequestSchema):
    name = Line(40)


@command(CountSchema())
def count(uow: UnitOfWork, request: Values) -> Counter:
    """Adds `by`, to a new counter if there is none of that name."""
    found: Counter | None = uow.find(select(Counter).where(Counter.name == request.name))
    if found is None:
        found = Counter(name=request.name, count=0)
        uow.add(found)
    found.count += request.by
    uow.publish(pb.Counted(name=found.name, by=request.by), of=found)
    return found


@command()
def rename(uow: UnitOfWork, request: Values) -> Counter:
    found = uow.get(Counter, request.id, "id", request.etag)
    found.name = request.name
    return found


@query()
def get_counter(reader: Reader, request: Values) -> Any:
    statement = select(_TABLE).where(_TABLE.c.id == bindparam("id"))
    return reader.row(statement, {"id": request.id}, "id")


@query(PageSchema())
def list_counters(reader: Reader, request: Values) -> dict[str, Any]:
    rows, token = reader.page(select(_TABLE), [_TABLE.c.name], request)
    return {"counters": rows, "next_page_token": token}
