"""How the copies follow the directory, and how rows follow their units.

Facts may come late, twice, or in another order: what is older than the copy changes
nothing. A unit's new name and its successor go to every model that says it
`follows` its unit; documents keep what they say.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import or_, select

from chassis.approvals.deadlines import set_open_deadlines
from chassis.copies.model import CalendarCopy, PersonCopy, PostingCopy, RegionCopy, UnitCopy
from chassis.copies.units import present
from chassis.storage import Belongs, UnitOfWork
from chassis.storage.columns import new_id
from chassis.usecases import reaction
from chassis.wire import Values, to_plain
from guanjia.directory.v1 import directory_pb2, events_pb2

_UNIT = ("uscc", "name", "kind", "level", "region_code", "parent_id", "valid_from", "valid_to")
_PERSON = ("subject", "name", "unit_id", "region_code", "post", "rank", "valid_from", "valid_to")
_POSTING = (
    "person_name",
    "unit_id",
    "region_code",
    "post",
    "rank",
    "valid_from",
    "valid_to",
    "concurrent",
)
_REGION = ("name", "level", "parent_code", "valid_from", "valid_to", "successor_code")


@reaction(events_pb2.UnitRegistered)
def on_unit_registered(uow: UnitOfWork, fact: events_pb2.UnitRegistered) -> None:
    _keep_unit(uow, fact.unit)


@reaction(events_pb2.UnitChanged)
def on_unit_changed(uow: UnitOfWork, fact: events_pb2.UnitChanged) -> None:
    _keep_unit(uow, fact.unit)


@reaction(events_pb2.UnitClosed)
def on_unit_closed(uow: UnitOfWork, fact: events_pb2.UnitClosed) -> None:
    _keep_unit(uow, fact.unit)


@reaction(events_pb2.UnitMerged)
def on_unit_merged(uow: UnitOfWork, fact: events_pb2.UnitMerged) -> None:
    for each in (*fact.into, *fact.ended):
        _keep_unit(uow, each)


@reaction(events_pb2.PersonChanged)
def on_person_changed(uow: UnitOfWork, fact: events_pb2.PersonChanged) -> None:
    plain = to_plain(fact)
    if _keep(uow, PersonCopy, fact.person_id, _version(uow), _texts(plain, _PERSON)):
        _keep_postings(uow, plain)


@reaction(events_pb2.RegionDefined)
def on_region_defined(uow: UnitOfWork, fact: events_pb2.RegionDefined) -> None:
    _keep(uow, RegionCopy, fact.region.code, _version(uow), _texts(to_plain(fact.region), _REGION))


@reaction(events_pb2.CalendarYearPublished)
def on_calendar_year_published(uow: UnitOfWork, fact: events_pb2.CalendarYearPublished) -> None:
    told = fact.calendar
    days = {"holidays": list(told.holidays), "workdays": list(told.workdays)}
    if _keep(uow, CalendarCopy, str(told.year), int(told.etag or 0), days):
        set_open_deadlines(uow)


def _keep_unit(uow: UnitOfWork, told: directory_pb2.Unit) -> None:
    plain = to_plain(told)
    values = _texts(plain, _UNIT)
    values["successor_id"] = next(iter(plain["successor_ids"]), "")
    if not _keep(uow, UnitCopy, told.id, int(told.etag or 0), values):
        return
    _bring_along(uow, told.id, values)
    for before in uow.all(select(UnitCopy).where(UnitCopy.successor_id == told.id)):
        ended = {name: getattr(before, name) for name in (*_UNIT, "successor_id")}
        _bring_along(uow, before.id, ended)


def _keep_postings(uow: UnitOfWork, person: Values) -> None:
    """The whole history in place of the one before. A fact that tells none comes from a
    release that told of none: everybody has one."""
    of_person = select(PostingCopy).where(PostingCopy.person_id == person.person_id)
    known = uow.all(of_person)
    told = [_posting(person, each) for each in person.postings]
    before = {tuple(getattr(each, name) for name in _POSTING) for each in known}
    if told and before != {tuple(each[name] for name in _POSTING) for each in told}:
        uow.remove(*known)
        uow.add(*(PostingCopy(id=new_id(), person_id=person.person_id, **each) for each in told))


def _posting(person: Values, told: Values) -> dict[str, Any]:
    return {
        "person_name": person.name,
        **_texts(told, ("unit_id", "region_code", "post", "rank")),
        "valid_from": date.fromisoformat(told.valid_from),
        "valid_to": date.fromisoformat(told.valid_to) if told.valid_to else None,
        "concurrent": told.concurrent,
    }


def _bring_along(uow: UnitOfWork, unit_id: str, unit: dict[str, Any]) -> None:
    assert uow.context.service is not None
    for kind in uow.context.service.models:
        if isinstance(kind.scoped, Belongs) and kind.scoped.follows:
            _let_follow(uow, kind, kind.scoped, unit_id, unit)


def _let_follow(
    uow: UnitOfWork, kind: Any, said: Belongs, unit_id: str, unit: dict[str, Any]
) -> None:
    """Rows of `kind` show what their unit is called now, or go to its successor."""
    own = getattr(kind, said.unit)
    after = unit
    values: dict[str, Any] = {}
    if unit["successor_id"]:
        successor = uow.find(select(UnitCopy).where(UnitCopy.id == unit["successor_id"]))
        if successor is None:
            return  # brought along once its own fact has come
        successor = present(uow, successor)
        after = {"name": successor.name, "uscc": successor.uscc}
        values[said.unit] = successor.id
    values |= {column: after[attribute] for column, attribute in said.follows.items()}
    differs = or_(*(getattr(kind, column) != value for column, value in values.items()))
    uow.change_all(kind, values, own == unit_id, differs)
    for column, attribute in said.follows.items():
        if attribute == "uscc":  # rows that named the unit before it was known
            named = getattr(kind, column) == unit["uscc"]
            uow.change_all(kind, {said.unit: unit_id, **values}, own == "", named)


def _keep(uow: UnitOfWork, kind: Any, id: str, version: int, values: dict[str, Any]) -> bool:
    """Whether what was told is at least as young as what is known."""
    found = uow.find(select(kind).where(kind.id == id).with_for_update())
    if found is None:
        uow.add(kind(id=id, as_of_version=version, **values))
    elif version < found.as_of_version:
        return False
    else:
        for name, value in {**values, "as_of_version": version}.items():
            setattr(found, name, value)
    uow.flush()
    return True


def _texts(plain: Values, names: tuple[str, ...]) -> dict[str, str]:
    return {name: plain[name] or "" for name in names}


def _version(uow: UnitOfWork) -> int:
    assert uow.envelope is not None
    return uow.envelope.aggregate_version
