"""A unit asks for rooms: what is reserved, allotted, and given back."""

from __future__ import annotations

import pytest

from chassis.errors import IllegalState, InvalidInput, PermissionDenied
from chassis.testing import Harness
from guanjia.housing.v1 import allocations_pb2 as pb
from tests.housing.allocations.factories import (
    approved,
    asked,
    building,
    clerk_of,
    decide,
    read,
    request,
    rooms_of,
    vacant,
)
from tests.housing.rooms.factories import a_person, a_unit, post
from tests.refusals import refusal

pytestmark = pytest.mark.row("H07")


def test_rooms_from_stock_are_reserved_at_once(housing: Harness) -> None:
    there = building(housing, 120, 110, 90, 60)
    made = request(housing, clerk_of(housing), 300, property_code=there.code)
    assert made.state == pb.ALLOCATION_STATE_SUBMITTED
    assert made.code == "DP-2026-000001"
    assert made.from_on == "2026-03-02"
    assert [(each.property_code, each.code, each.area_m2) for each in made.rooms] == [
        (there.code, "101", 120),
        (there.code, "102", 110),
        (there.code, "103", 90),
    ]
    assert vacant(housing, there) == ["104"]
    assert rooms_of(housing, there)["101"].reserved_for == made.id
    assert read(housing, made) == made


def test_a_unit_gets_its_rooms_once_the_bureau_consents(housing: Harness) -> None:
    there = building(housing, 150, 150)
    clerk = clerk_of(housing)
    done = approved(housing, clerk, 300)
    assert done.state == pb.ALLOCATION_STATE_APPROVED
    assert (done.area_allotted_m2, done.allotted_on) == (300, "2026-03-02")
    assert (done.decided_by, done.decision_note) == ("wang", "已阅")
    for room in rooms_of(housing, there).values():
        assert (room.unit_id, room.unit_name, room.reserved_for) == (
            clerk.unit_id,
            clerk.unit_name,
            "",
        )
        [tenure] = housing.call("list_tenures", room_id=room.id).tenures
        assert (tenure.from_on, tenure.to_on, tenure.allocation_id) == ("2026-03-02", "", done.id)


def test_the_unit_has_the_rooms_from_the_day_it_asked_for(housing: Harness) -> None:
    there = building(housing, 300)
    done = approved(housing, clerk_of(housing), 300, from_on="2026-05-01")
    assert done.allotted_on == "2026-05-01"
    [room] = rooms_of(housing, there).values()
    assert housing.call("list_tenures", room_id=room.id).tenures[0].from_on == "2026-05-01"


def test_the_unit_has_the_rooms_from_the_day_of_consent_if_that_is_later(
    housing: Harness,
) -> None:
    building(housing, 300)
    made = request(housing, clerk_of(housing), 300, from_on="2026-03-03")
    housing.clock.advance(days=3)
    assert decide(housing, made).allotted_on == "2026-03-05"


def test_a_room_given_back_today_is_the_next_units_from_tomorrow(housing: Harness) -> None:
    there = building(housing, 300)
    first = approved(housing, clerk_of(housing), 300)
    housing.call("end_allocation", allocation_id=first.id)
    approved(housing, clerk_of(housing), 300)
    [room] = rooms_of(housing, there).values()
    spans = [
        (each.from_on, each.to_on) for each in housing.call("list_tenures", room_id=room.id).tenures
    ]
    assert spans == [("2026-03-02", "2026-03-02"), ("2026-03-03", "")]


@pytest.mark.parametrize("decision", ["REJECT", "RETURN"])
def test_rooms_are_vacant_again_once_it_is_turned_down(housing: Harness, decision: str) -> None:
    there = building(housing, 300)
    made = request(housing, clerk_of(housing), 300)
    assert vacant(housing, there) == []
    after = decide(housing, made, decision)
    assert pb.AllocationState.Name(after.state) == f"ALLOCATION_STATE_{decision}ED"
    assert vacant(housing, there) == ["101"]


def test_one_that_was_returned_is_corrected_and_submitted_again(housing: Harness) -> None:
    there = building(housing, 200, 100)
    clerk = clerk_of(housing)
    made = decide(housing, request(housing, clerk, 300), "RETURN")
    housing.call(
        "update_allocation", user=clerk, allocation_id=made.id, **asked(100, reason="只需一间")
    )
    again = housing.call("submit_allocation", user=clerk, allocation_id=made.id)
    assert again.state == pb.ALLOCATION_STATE_SUBMITTED
    assert [each.code for each in again.rooms] == ["102"]
    assert vacant(housing, there) == ["101"]
    assert decide(housing, again).area_allotted_m2 == 100


def test_one_that_was_recalled_may_be_withdrawn(housing: Harness) -> None:
    there = building(housing, 300)
    clerk = clerk_of(housing)
    made = request(housing, clerk, 300)
    housing.call("recall_approval", user=clerk, approval_id=made.approval_id)
    assert read(housing, made).state == pb.ALLOCATION_STATE_RETURNED
    assert vacant(housing, there) == ["101"]
    after = housing.call("withdraw_allocation", user=clerk, allocation_id=made.id)
    assert after.state == pb.ALLOCATION_STATE_WITHDRAWN


def test_withdrawing_it_ends_the_request_for_consent_and_frees_the_rooms(
    housing: Harness,
) -> None:
    there = building(housing, 300)
    clerk = clerk_of(housing)
    made = request(housing, clerk, 300)
    housing.call("withdraw_allocation", user=clerk, allocation_id=made.id)
    assert vacant(housing, there) == ["101"]
    with pytest.raises(IllegalState):
        decide(housing, made)


def test_its_author_does_not_decide_on_it(housing: Harness) -> None:
    building(housing, 300)
    made = housing.call("request_allocation", user="root", unit_id=a_unit(housing), **asked(300))
    with pytest.raises(PermissionDenied) as refused:
        housing.call(
            "decide_approval",
            user="root",
            approval_id=made.approval_id,
            decision="DECISION_APPROVE",
        )
    assert refused.value.reason == "OWN_REQUEST"


def test_ending_it_frees_its_rooms_and_their_seats(housing: Harness) -> None:
    there = building(housing, 150, 150)
    clerk = clerk_of(housing)
    made = approved(housing, clerk, 300)
    room = rooms_of(housing, there)["101"]
    someone = a_person(housing, post(clerk.unit_id))
    seat = housing.call("seat_person", room_id=room.id, person_id=someone)
    housing.clock.advance(days=30)
    after = housing.call("end_allocation", allocation_id=made.id, to_on="2026-03-31")
    assert (after.state, after.ended_on) == (pb.ALLOCATION_STATE_ENDED, "2026-03-31")
    assert vacant(housing, there) == ["101", "102"]
    assert housing.call("list_tenures", room_id=room.id).tenures[0].to_on == "2026-03-31"
    [ended] = housing.call("list_seats", room_id=room.id).seats
    assert (ended.id, ended.to_on) == (seat.id, "2026-03-31")


def test_everybody_seated_in_any_of_its_rooms_leaves_on_the_last_day(housing: Harness) -> None:
    there = building(housing, 100, 100, 100)
    clerk = clerk_of(housing)
    made = approved(housing, clerk, 300)
    for room in rooms_of(housing, there).values():
        for _ in range(2):
            someone = a_person(housing, post(clerk.unit_id))
            housing.call("seat_person", room_id=room.id, person_id=someone)
    housing.call("end_allocation", allocation_id=made.id)
    seats = housing.call("list_seats").seats
    assert [each.to_on for each in seats] == ["2026-03-02"] * 6


def test_ending_it_leaves_alone_a_room_that_was_given_back_before(housing: Harness) -> None:
    there = building(housing, 150, 150)
    made = approved(housing, clerk_of(housing), 300)
    room = rooms_of(housing, there)["101"]
    housing.call("free_room", room_id=room.id)
    housing.clock.advance(days=1)
    other = clerk_of(housing)
    approved(housing, other, 150)
    housing.call("end_allocation", allocation_id=made.id)
    there_now = rooms_of(housing, there)
    assert (there_now["101"].unit_id, there_now["102"].unit_id) == (other.unit_id, "")


@pytest.mark.parametrize(
    ("to_on", "reason"), [("2026-03-01", "ENDS_BEFORE_START"), ("2026-03-03", "IN_FUTURE")]
)
def test_it_ends_neither_before_it_began_nor_ahead(
    housing: Harness, to_on: str, reason: str
) -> None:
    building(housing, 300)
    made = approved(housing, clerk_of(housing), 300)
    fields = {"allocation_id": made.id, "to_on": to_on}
    assert refusal(housing, "end_allocation", InvalidInput, **fields) == (reason, ["to_on"])


def test_what_is_not_so_far_or_over_is_not_moved(housing: Harness) -> None:
    building(housing, 300)
    made = request(housing, clerk_of(housing), 300)
    for method in ("end_allocation", "submit_allocation"):
        reason, _ = refusal(housing, method, IllegalState, allocation_id=made.id)
        assert reason == "ILLEGAL_STATE"
    decide(housing, made)
    for method in ("withdraw_allocation", "submit_allocation"):
        reason, _ = refusal(housing, method, IllegalState, allocation_id=made.id)
        assert reason == "ILLEGAL_STATE"
    changed = {"allocation_id": made.id, **asked(10)}
    assert refusal(housing, "update_allocation", IllegalState, **changed)[0] == "ILLEGAL_STATE"
