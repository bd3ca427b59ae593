"""What was approved for a day ahead is undone as if it had never been."""

from __future__ import annotations

import pytest

from chassis.errors import IllegalState
from chassis.testing import Harness
from guanjia.housing.v1 import allocations_pb2 as pb
from tests.housing.allocations.factories import (
    approved,
    building,
    clerk_of,
    decide,
    lease,
    read,
    rooms_of,
    vacant,
)
from tests.refusals import refusal

pytestmark = pytest.mark.row("H07")


def test_its_rooms_are_vacant_the_same_moment_and_were_never_the_units(housing: Harness) -> None:
    there = building(housing, 150, 150)
    clerk = clerk_of(housing)
    made = approved(housing, clerk, 300, from_on="2026-05-01")
    undone = housing.call("withdraw_allocation", user=clerk, allocation_id=made.id)
    assert (undone.state, undone.allotted_on, undone.area_allotted_m2) == (
        pb.ALLOCATION_STATE_WITHDRAWN,
        "",
        0,
    )
    assert read(housing, made) == undone
    assert vacant(housing, there) == ["101", "102"]
    for room in rooms_of(housing, there).values():
        assert not housing.call("list_tenures", room_id=room.id).tenures
    other = approved(housing, clerk_of(housing), 300)
    assert other.allotted_on == "2026-03-02"


def test_who_had_the_rooms_before_is_still_known(housing: Harness) -> None:
    there = building(housing, 300)
    before = approved(housing, clerk_of(housing), 300)
    housing.call("end_allocation", allocation_id=before.id)
    made = approved(housing, clerk_of(housing), 300, from_on="2026-05-01")
    housing.call("withdraw_allocation", allocation_id=made.id)
    [room] = rooms_of(housing, there).values()
    [tenure] = housing.call("list_tenures", room_id=room.id).tenures
    assert (tenure.allocation_id, tenure.to_on) == (before.id, "2026-03-02")


def test_what_was_undone_is_no_year_s_stock(housing: Harness) -> None:
    building(housing, 300)
    made = approved(housing, clerk_of(housing), 300, from_on="2026-05-01")

    def counted() -> list[str]:
        found = housing.call("list_allocations", from_stock_in_year=2026).allocations
        return [each.id for each in found]

    assert counted() == [made.id]
    housing.call("withdraw_allocation", allocation_id=made.id)
    assert counted() == []


def test_from_its_first_day_on_it_is_ended_and_not_undone(housing: Harness) -> None:
    there = building(housing, 300)
    made = approved(housing, clerk_of(housing), 300, from_on="2026-03-03")
    housing.clock.advance(days=1)
    told = refusal(housing, "withdraw_allocation", IllegalState, allocation_id=made.id)
    assert told == ("ILLEGAL_STATE", ["state"])
    assert vacant(housing, there) == []
    ended = housing.call("end_allocation", allocation_id=made.id)
    assert (ended.state, ended.ended_on) == (pb.ALLOCATION_STATE_ENDED, "2026-03-03")


def test_a_lease_that_was_approved_for_a_day_ahead_is_undone(housing: Harness) -> None:
    clerk = clerk_of(housing)
    made = decide(housing, lease(housing, clerk, 300, from_on="2026-05-01"))
    undone = housing.call("withdraw_allocation", user=clerk, allocation_id=made.id)
    assert (undone.state, undone.allotted_on) == (pb.ALLOCATION_STATE_WITHDRAWN, "")
