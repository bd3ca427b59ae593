"""A building leaves, or somebody gets it: never both, however close the two come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chassis.errors import IllegalState
from chassis.testing import Harness
from guanjia.housing.v1 import disposals_pb2 as pb
from guanjia.housing.v1 import properties_pb2 as pp
from tests.housing.allocations.factories import building, clerk_of, request, rooms_of
from tests.housing.allocations.factories import decide as allot
from tests.housing.factories import create_property, decide, submitted_disposal
from tests.housing.leases.factories import sign
from tests.housing.revitalisation.factories import approved_plan, finish, record
from tests.housing.rooms.factories import a_unit, import_rooms
from tests.together import together

pytestmark = pytest.mark.row("H14")
ROUNDS = 4


def asked_of(housing: Harness, building: Any) -> Any:
    return submitted_disposal(housing, property_id=building.id, assets=[])


def disposed_of_or(
    housing: Harness, asked: Any, act: Callable[[], Any]
) -> tuple[bool, Any | Exception]:
    """Whether the building leaves by the approval of `asked`, begun together with `act`; and
    what became of `act`."""
    approved, outcome = together(lambda: decide(housing, asked.id), act)
    now = housing.call("get_disposal", disposal_id=asked.id).state
    use = housing.call("get_property", property_id=asked.property_id).use_state
    leaves = now == pb.DISPOSAL_STATE_HANDING_OVER
    assert leaves == (use == pp.USE_STATE_UNDER_DISPOSAL) == (not isinstance(approved, Exception))
    if not leaves:
        assert isinstance(approved, IllegalState)
        assert now == pb.DISPOSAL_STATE_SUBMITTED
    return leaves, outcome


def test_a_unit_moves_in_by_a_list_of_rooms_or_the_building_leaves(housing: Harness) -> None:
    unit = "云澜市档案局"
    a_unit(housing, name=unit)
    for _ in range(ROUNDS):
        there = create_property(housing)
        row = {"property_code": there.code, "code": "101", "area_m2": "20", "unit_name": unit}
        leaves, reply = disposed_of_or(
            housing, asked_of(housing, there), lambda row=row: import_rooms(housing, row)
        )
        assert (reply.created, reply.refused) == ((0, 1) if leaves else (1, 0))


def test_rooms_are_kept_for_a_unit_or_the_building_leaves(housing: Harness) -> None:
    for _ in range(ROUNDS):
        there = building(housing, 100)
        fields = {"user": clerk_of(housing), "property_code": there.code}
        leaves, outcome = disposed_of_or(
            housing,
            asked_of(housing, there),
            lambda fields=fields: request(housing, area_m2=100, **fields),
        )
        [room] = rooms_of(housing, there).values()
        assert isinstance(outcome, IllegalState) == leaves
        assert room.reserved_for == ("" if leaves else outcome.id)


def test_a_building_whose_rooms_are_allotted_meanwhile_stays(housing: Harness) -> None:
    for _ in range(ROUNDS):
        there = building(housing, 100)
        asked = asked_of(housing, there)
        clerk = clerk_of(housing)
        wanted = request(housing, clerk, 100, property_code=there.code)
        leaves, _ = disposed_of_or(housing, asked, lambda wanted=wanted: allot(housing, wanted))
        [room] = rooms_of(housing, there).values()
        assert (leaves, room.unit_id) == (False, clerk.unit_id)


def test_it_is_let_or_the_building_leaves(housing: Harness) -> None:
    for _ in range(ROUNDS):
        there = create_property(housing, use_state="USE_STATE_IDLE")
        term = {"start_on": "2026-01-01", "end_on": "2026-12-31"}
        leaves, outcome = disposed_of_or(
            housing,
            asked_of(housing, there),
            lambda there=there, term=term: sign(housing, property_id=there.id, **term),
        )
        assert isinstance(outcome, IllegalState) == leaves


def test_it_is_put_to_its_use_before_the_building_leaves_or_not_at_all(housing: Harness) -> None:
    for _ in range(ROUNDS):
        plan = record(housing, approved_plan(housing, "SWAP"), "SWAP")
        asked = submitted_disposal(housing, property_id=plan.property_id, assets=[])
        leaves, outcome = disposed_of_or(housing, asked, lambda plan=plan: finish(housing, plan))
        assert leaves
        housing.call("withdraw_disposal", disposal_id=asked.id, reason="不再处置")
        after = housing.call("get_property", property_id=plan.property_id).use_state
        refused = isinstance(outcome, IllegalState)
        assert after == (pp.USE_STATE_IDLE if refused else pp.USE_STATE_IN_USE)
