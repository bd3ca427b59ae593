"""Titles for tests: good ones, with what a test changes."""

from __future__ import annotations

import itertools
from typing import Any

from chassis.principal import Principal
from chassis.testing import Harness
from tests.housing.factories import create_property

_numbers = itertools.count(1)


def certificate_fields(**changes: Any) -> dict[str, Any]:
    """What RecordTitle takes; numbers of its own, in county 990101."""
    number = next(_numbers)
    return {
        "certificate_number": f"澜（2026）云澜市不动产权第{number:07}号",
        "unit_number": f"990101001002GB{number:05}F00010001",
        "holder_name": "云澜市机关事务管理局",
        "registered_on": "2026-02-27",
    } | changes


def unregistered_property(housing: Harness, **changes: Any) -> Any:
    fields = {"title_state": "TITLE_STATE_IN_PROGRESS", "title_number": ""}
    return create_property(housing, **fields | changes)


def begun_title(housing: Harness, **changes: Any) -> Any:
    building = unregistered_property(housing, **changes)
    return housing.call("begin_title", property_id=building.id, handler="李明")


def proposed_exemption(housing: Harness, *, user: str | Principal = "clerk", **changes: Any) -> Any:
    building = unregistered_property(housing, **changes)
    given = {"property_id": building.id, "reason": "地下人防工程，依法不予登记"}
    return housing.call("propose_title_exemption", user=user, **given)


def decide(
    housing: Harness, title: Any, decision: str = "DECISION_APPROVE", user: Any = "chief"
) -> Any:
    """The title once consent to its exemption was decided."""
    given = {"approval_id": title.approval_id, "decision": decision, "note": "已核"}
    housing.call("decide_approval", user=user, **given)
    return housing.call("get_title", property_id=title.property_id)
