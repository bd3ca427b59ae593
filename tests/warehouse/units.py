"""Units the directory tells the warehouse of, and who acts for them."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

from chassis.principal import Principal, Realm, developer
from chassis.storage import new_id
from chassis.testing import Harness
from guanjia.directory.v1 import events_pb2 as directory_events

_numbers = itertools.count(1)
_usccs: dict[str, str] = {}
"""Of the units the directory told of, by their ids."""


def a_unit(warehouse: Harness, **changes: Any) -> Principal:
    """Somebody of a unit the directory told of, who may touch what is that unit's."""
    number = next(_numbers)
    told: Any = {
        "id": new_id(),
        "uscc": f"91{number:016}",
        "name": f"云澜市第{number}局",
        "kind": "UNIT_KIND_GOVERNMENT_ORGAN",
        "level": "UNIT_LEVEL_CITY",
        "region_code": "990101",
        "valid_from": "2010-01-01",
        "etag": "1",
    } | changes
    warehouse.react("on_unit_registered", directory_events.UnitRegistered(unit=told))
    _usccs[told["id"]] = told["uscc"]
    return clerk_of(told["id"], told["name"], told["region_code"])


def clerk_of(unit_id: str, name: str, region_code: str, *merged: str) -> Principal:
    """Somebody who may touch what belongs to a unit and to those `merged` into it."""
    realm = Realm(region_code, (unit_id, *merged))
    return replace(
        developer(f"clerk@{unit_id}"),
        unit_id=unit_id,
        unit_name=name,
        region_code=region_code,
        scope=(realm,),
    )


def keeper_of(region: str) -> Principal:
    """The keeper of the stores of a region and below it."""
    realm = Realm(region)
    keeper = developer(f"keeper@{region}")
    return replace(keeper, region_code=region.ljust(6, "0"), scope=(realm,))


def merges(warehouse: Harness, before: Principal, after: Principal) -> Principal:
    """The directory tells that one unit went into another; its clerk as they are now."""
    told = {
        "kind": "UNIT_KIND_GOVERNMENT_ORGAN",
        "level": "UNIT_LEVEL_CITY",
        "valid_from": "2010-01-01",
        "etag": "2",
    }
    ended: Any = _said(before) | told | {"valid_to": "2026-03-01", "successor_ids": [after.unit_id]}
    into: Any = _said(after) | told
    fact = directory_events.UnitMerged(ended=[ended], into=[into])
    warehouse.react("on_unit_merged", fact)
    return clerk_of(after.unit_id, after.unit_name, after.region_code, before.unit_id)


def renamed(warehouse: Harness, before: Principal, name: str) -> Principal:
    """The directory tells a new name of a unit; its clerk as they are now."""
    told = {
        "kind": "UNIT_KIND_GOVERNMENT_ORGAN",
        "level": "UNIT_LEVEL_CITY",
        "valid_from": "2010-01-01",
        "etag": "2",
    }
    unit: Any = _said(before) | told | {"name": name}
    warehouse.react("on_unit_changed", directory_events.UnitChanged(unit=unit))
    return replace(before, unit_name=name)


def _said(clerk: Principal) -> dict[str, Any]:
    return {
        "id": clerk.unit_id,
        "uscc": _usccs[clerk.unit_id],
        "name": clerk.unit_name,
        "region_code": clerk.region_code,
    }
