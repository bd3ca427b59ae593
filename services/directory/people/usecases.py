"""What may be done with people."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, or_, select

from chassis.days import day_of
from chassis.errors import AlreadyExists, IllegalState, PermissionDenied
from chassis.spans import not_ahead
from chassis.storage import Reader, UnitOfWork, within
from chassis.usecases import command, query
from chassis.wire import Values
from directory.access.facts import publish_access_changed
from directory.access.queries import with_grants
from directory.people.facts import publish_change, publish_person
from directory.people.importing import Importing
from directory.people.model import Person, Posting, Rank, digest_of
from directory.people.schemas import (
    AddConcurrentPostSchema,
    ChangePersonSchema,
    EndConcurrentPostSchema,
    EndPersonSchema,
    ListPeopleSchema,
    RegisterPersonSchema,
)
from directory.units.model import Unit

_TABLE = Person.__table__
_POSTINGS = Posting.__table__
_BY_ID = select(_TABLE).where(_TABLE.c.id == bindparam("person_id"))


@command(RegisterPersonSchema())
def register_person(uow: UnitOfWork, request: Values) -> Person:
    unit = _unit_to_serve(uow, request.unit_id)
    day = not_ahead(request.valid_from, uow.now, "valid_from")
    _require_free(uow, request)
    if request.subject and uow.taken(Person.subject, [request.subject]):
        _require_no_grants(uow, request.subject)
    created = Person(
        **request.present("subject", "name", "unit_id", "post", "rank", "phone", "id_number"),
        id_number_digest=digest_of(request.id_number),
        valid_from=day,
    )
    created.join(unit)
    uow.add(created)
    publish_change(uow, created)
    return created


@command()
def import_people(uow: UnitOfWork, request: Values) -> dict[str, Any]:
    """Registers new people, row by row."""
    return Importing.of(uow, request.rows)


@command(ChangePersonSchema(partial=True))
def change_person(uow: UnitOfWork, request: Values) -> Person:
    found = uow.get(Person, request.person_id, "person_id", request.etag)
    found.must_be_present("变更", "change a person")
    version, subject = found.version, found.subject
    _require_free(uow, request, found)
    if request.get("subject", subject) != subject and subject:
        _require_no_grants(uow, subject)
    for name, value in request.present("subject", "name", "phone", "id_number").items():
        setattr(found, name, value)
    found.id_number_digest = digest_of(found.id_number)
    _repost(uow, found, request)
    uow.flush()
    if found.version != version:
        publish_change(uow, found)
    if subject not in ("", found.subject):
        publish_access_changed(uow, found, subject)
    return found


@command(AddConcurrentPostSchema())
def add_concurrent_post(uow: UnitOfWork, request: Values) -> Person:
    unit = _unit_to_serve(uow, request.unit_id)
    found = uow.get(Person, request.person_id, "person_id", request.etag, lock=True)
    _require_within_scope(uow, unit)
    day = not_ahead(request.valid_from, uow.now, "valid_from")
    found.add_post(unit, request.post, Rank(request.rank), day)
    publish_person(uow, found)
    return found


@command(EndConcurrentPostSchema())
def end_concurrent_post(uow: UnitOfWork, request: Values) -> Person:
    found = uow.get(Person, request.person_id, "person_id", request.etag, lock=True)
    found.end_post(request.posting_id, not_ahead(request.valid_to, uow.now, "valid_to"))
    publish_person(uow, found)
    return found


@command(EndPersonSchema())
def end_person(uow: UnitOfWork, request: Values) -> Person:
    found = uow.get(Person, request.person_id, "person_id", request.etag)
    last = not_ahead(request.valid_to, uow.now, "valid_to")
    found.leave(last)
    publish_change(uow, found)
    return found


@query()
def get_person(reader: Reader, request: Values) -> Any:
    return reader.row(_BY_ID, {"person_id": request.person_id}, "person_id")


@query()
def reveal_person(reader: Reader, request: Values) -> Any:
    return get_person(reader, request)


@query(ListPeopleSchema())
def list_people(reader: Reader, request: Values) -> dict[str, Any]:
    statement = select(_TABLE)
    if not request.include_ended:
        last = _TABLE.c.valid_to
        statement = statement.where(or_(last.is_(None), last >= day_of(reader.now)))
    for name in ("unit_id", "subject"):
        if request[name]:
            statement = statement.where(_TABLE.c[name] == request[name])
    statement = within(statement, _TABLE.c.region_code, request.region_code)
    rows, token = reader.page(statement, [_TABLE.c.id], request)
    return {"people": rows, "next_page_token": token}


@query()
def list_postings(reader: Reader, request: Values) -> dict[str, Any]:
    person = get_person(reader, request)
    of_person = select(_POSTINGS).where(_POSTINGS.c.person_id == person.id)
    order = (_POSTINGS.c.valid_from, _POSTINGS.c.concurrent, _POSTINGS.c.id)
    return {"postings": reader.rows(of_person.order_by(*order))}


def _repost(uow: UnitOfWork, person: Person, request: Values) -> None:
    """Another unit, post or rank, where one is given, from the day that is given."""
    unit_id = request.get("unit_id", person.unit_id)
    post = request.get("post", person.post)
    rank = request.rank or person.rank
    if (unit_id, post, rank) == (person.unit_id, person.post, person.rank):
        return
    unit = _unit_to_serve(uow, unit_id)
    day = not_ahead(request.valid_from, uow.now, "valid_from")
    person.take(unit, post, Rank(rank), day)


def _unit_to_serve(uow: UnitOfWork, unit_id: str) -> Unit:
    """Held until the end, lest it is merged or closed meanwhile."""
    unit = uow.get(Unit, unit_id, "unit_id", lock=True)
    unit.must_be_open("登记人员", "have people")
    return unit


def _require_within_scope(uow: UnitOfWork, unit: Unit) -> None:
    """Every unit may be read, but posts are given only in those of one's own."""
    if not uow.answers_for(unit.region_code, unit.id):
        raise PermissionDenied(
            "OUT_OF_SCOPE", "兼任单位超出您的数据权限范围", "the unit is outside your scope"
        )


def _require_free(uow: UnitOfWork, request: Values, person: Person | None = None) -> None:
    """Among those present an account, and an id number, stands for one person."""
    others = [Person.valid_to.is_(None), *([Person.id != person.id] if person else [])]
    subject, id_number = request.get("subject"), request.get("id_number")
    if subject and uow.taken(Person.subject, [subject], *others):
        raise AlreadyExists.key(
            "subject", "SUBJECT_TAKEN", "该账号已属于在岗人员", "the account is somebody's"
        )
    if id_number and uow.taken(Person.id_number_digest, [digest_of(id_number)], *others):
        raise AlreadyExists.key(
            "id_number", "ID_NUMBER_TAKEN", "该公民身份号码已登记", "this number is registered"
        )


def _require_no_grants(uow: UnitOfWork, subject: str) -> None:
    """An account that nobody has any longer would keep its rights though the person left."""
    if with_grants(uow, [subject], day_of(uow.now)):
        raise IllegalState(
            "STILL_GRANTED",
            "原账号尚有授权，请先终止授权再更换账号",
            "end what is granted to the present account first",
        )
