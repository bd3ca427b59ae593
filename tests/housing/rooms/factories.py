"""Units, people and rooms for tests, as the directory tells of them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from chassis.storage import new_id
from chassis.testing import Harness
from guanjia.directory.v1 import events_pb2
from housing.rooms.importing import SHEET
from tests.housing.factories import create_property

_numbers = itertools.count(1)

Post = dict[str, Any]


def a_unit(housing: Harness, **changes: Any) -> str:
    """The id of a unit the directory told of: a bureau of the city, unless said otherwise."""
    number = next(_numbers)
    told = {
        "id": new_id(),
        "name": f"云澜市第{number}局",
        "kind": "UNIT_KIND_GOVERNMENT_ORGAN",
        "level": "UNIT_LEVEL_CITY",
        "region_code": "990101",
        "valid_from": "2010-01-01",
        "etag": "1",
    } | changes
    housing.react("on_unit_registered", events_pb2.UnitRegistered(unit=told))
    return str(told["id"])


def post(unit_id: str, rank: str = "STAFF", **changes: Any) -> Post:
    return {
        "unit_id": unit_id,
        "region_code": "990101",
        "post": "干部",
        "rank": f"RANK_{rank}",
        "valid_from": "2015-01-01",
    } | changes


def a_person(housing: Harness, *posts: Post, name: str = "", id: str = "") -> str:
    """The id of a person with these posts, the first of them now the main one."""
    number = next(_numbers)
    now = [each for each in posts if not each.get("valid_to")] or [posts[-1]]
    fact = events_pb2.PersonChanged(
        person_id=id or new_id(),
        subject=f"p{number}",
        name=name or f"职员{number}",
        postings=posts,
        **{key: now[0][key] for key in ("unit_id", "region_code", "post", "rank", "valid_from")},
    )
    housing.react("on_person_changed", fact)
    return fact.person_id


def staff(housing: Harness, unit_id: str, *ranks: str) -> list[str]:
    return [a_person(housing, post(unit_id, rank)) for rank in ranks]


def a_room(
    housing: Harness,
    area_m2: float,
    *,
    unit_id: str = "",
    people: Sequence[str] = (),
    since: str = "2020-01-01",
    building: Any = None,
    **changes: str,
) -> Any:
    """A room of a unit, taken by `people` on `since`, as a list of rooms brings it."""
    lies_in = building or create_property(housing)
    cells = {
        "property_code": lies_in.code,
        "code": str(next(_numbers)),
        "area_m2": str(area_m2),
        "unit_name": _name(housing, unit_id),
        "people": "、".join(_account(housing, each) for each in people),
        "from_on": since,
    } | changes
    reply = import_rooms(housing, cells)
    assert not reply.problems, reply
    rooms = housing.call("list_rooms", property_id=lies_in.id, page_size=500).rooms
    return next(each for each in rooms if each.code == cells["code"])


def import_rooms(housing: Harness, *rows: dict[str, str]) -> Any:
    """The reply to rows given by field; they stand in the sheet from row 2 on."""
    sheet = [
        {"row": number, "cells": {SHEET.headings[name]: text for name, text in row.items()}}
        for number, row in enumerate(rows, start=2)
    ]
    return housing.call("import_rooms", rows=sheet)


def over(housing: Harness, **fields: Any) -> dict[str, Any]:
    """Over-standard list: name → row."""
    people = housing.call("list_over_standard", **fields).people
    return {each.person_name: each for each in people}


def _name(housing: Harness, unit_id: str) -> str:
    return _column(housing, "SELECT name FROM unit_copies WHERE id = '{}'", unit_id)


def _account(housing: Harness, person_id: str) -> str:
    return _column(housing, "SELECT subject FROM person_copies WHERE id = '{}'", person_id)


def _column(housing: Harness, sql: str, id: str) -> str:
    if not id:
        return ""
    with housing.database.reading() as connection:
        return str(connection.exec_driver_sql(sql.format(id)).scalar_one())
