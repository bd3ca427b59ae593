"""Merging, splitting and closing units (机构改革)."""

from __future__ import annotations

from datetime import date
from typing import Any

from chassis.errors import IllegalState
from chassis.spans import not_ahead
from chassis.storage import UnitOfWork
from chassis.usecases import command
from chassis.wire import Values
from directory.days import too_early
from directory.people.model import Posting
from directory.reorganisations.schemas import (
    CloseUnitSchema,
    MergeUnitsSchema,
    SplitUnitSchema,
)
from directory.reorganisations.succession import succeed
from directory.units.facts import message
from directory.units.model import Unit
from directory.units.register import enter, locked
from guanjia.directory.v1 import events_pb2


@command(MergeUnitsSchema())
def merge_units(uow: UnitOfWork, request: Values) -> Unit:
    day = not_ahead(request.valid_from, uow.now, "valid_from")
    wanted = [(f"unit_ids.{number}", id) for number, id in enumerate(request.unit_ids)]
    into, *ended = locked(uow, [("into_unit_id", request.into_unit_id), *wanted])
    into.must_be_open("承接其他单位", "take over other units")
    if day < into.valid_from:
        raise too_early("valid_from")
    into.touch()
    succeed(uow, ended, [into], day, request.source)
    return into


@command(SplitUnitSchema())
def split_unit(uow: UnitOfWork, request: Values) -> dict[str, Any]:
    day = not_ahead(request.valid_from, uow.now, "valid_from")
    ended = uow.get(Unit, request.unit_id, "unit_id", request.etag, lock=True)
    ended.must_be_open("拆分", "split the unit")
    given = [
        (f"units.{number}.uscc", _new_unit(each, ended, day))
        for number, each in enumerate(request.units)
    ]
    created = enter(uow, given)
    succeed(uow, [ended], created, day, request.source)
    return {"ended": ended, "units": created}


@command(CloseUnitSchema())
def close_unit(uow: UnitOfWork, request: Values) -> Unit:
    found = uow.get(Unit, request.unit_id, "unit_id", request.etag, lock=True)
    found.must_be_open("撤销", "close the unit")
    if uow.taken(Unit.parent_id, [found.id], Unit.valid_to.is_(None)):
        raise _still_has("下级单位", "units below it")
    if uow.taken(Posting.unit_id, [found.id], Posting.valid_to.is_(None)):
        raise _still_has("在岗人员", "people")
    last = not_ahead(request.valid_to, uow.now, "valid_to")
    found.end(last, "valid_to", request.source, [])
    uow.flush()
    uow.publish(events_pb2.UnitClosed(unit=message(found)), of=found)
    return found


def _new_unit(given: dict[str, Any], ended: Unit, day: date) -> dict[str, Any]:
    return {
        "uscc": given["uscc"],
        "name": given["name"],
        "kind": given["kind"],
        "level": given["level"] or ended.level,
        "region_code": given["region_code"] or ended.region_code,
        "parent_id": ended.parent_id,
        "valid_from": day,
    }


def _still_has(zh: str, en: str) -> IllegalState:
    return IllegalState("STILL_IN_USE", f"该单位尚有{zh}，不能撤销", f"the unit still has {en}")
