"""A unit that ended between its request and the decision."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import IllegalState
from chassis.principal import Principal
from chassis.testing import Harness
from guanjia.directory.v1 import events_pb2
from guanjia.housing.v1 import allocations_pb2 as pb
from tests.housing.allocations.factories import (
    building,
    clerk_of,
    decide,
    read,
    request,
    rooms_of,
    vacant,
)
from tests.housing.rooms.factories import a_unit

pytestmark = pytest.mark.row("H07")


def ends(housing: Harness, clerk: Principal, *successor_ids: str) -> None:
    """The directory tells that the clerk's unit ended, and who took over."""
    told: Any = {
        "id": clerk.unit_id,
        "name": clerk.unit_name,
        "kind": "UNIT_KIND_GOVERNMENT_ORGAN",
        "level": "UNIT_LEVEL_CITY",
        "region_code": "990101",
        "valid_from": "2010-01-01",
        "valid_to": "2026-03-01",
        "successor_ids": successor_ids,
        "etag": "2",
    }
    housing.react("on_unit_closed", events_pb2.UnitClosed(unit=told))


def test_its_rooms_go_to_the_unit_that_took_over_and_the_document_keeps_the_name(
    housing: Harness,
) -> None:
    there = building(housing, 300)
    clerk = clerk_of(housing, name="云澜市文化局")
    made = request(housing, clerk, 300)
    successor = a_unit(housing, name="云澜市文化和旅游局")
    ends(housing, clerk, successor)
    done = decide(housing, made)
    assert (done.unit_id, done.unit_name) == (clerk.unit_id, "云澜市文化局")
    [room] = rooms_of(housing, there).values()
    assert (room.unit_id, room.unit_name) == (successor, "云澜市文化和旅游局")
    [tenure] = housing.call("list_tenures", room_id=room.id).tenures
    assert (tenure.unit_id, tenure.unit_name, tenure.allocation_id) == (
        successor,
        "云澜市文化和旅游局",
        made.id,
    )
    housing.call("end_allocation", allocation_id=made.id)
    assert vacant(housing, there) == ["101"]


def test_where_nobody_took_over_nobody_gets_its_rooms(housing: Harness) -> None:
    there = building(housing, 300)
    clerk = clerk_of(housing)
    made = request(housing, clerk, 300)
    ends(housing, clerk)
    with pytest.raises(IllegalState) as refused:
        decide(housing, made)
    assert refused.value.reason == "CHANGED_SINCE_ASKED"
    assert read(housing, made) == made
    assert decide(housing, made, "REJECT").state == pb.ALLOCATION_STATE_REJECTED
    assert vacant(housing, there) == ["101"]
