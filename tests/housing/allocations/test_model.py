"""The moves of an allocation."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from chassis.errors import IllegalState, InvalidInput
from housing.allocations.model import STATE_NAMES, Allocation, AllocationState, AllocationWay
from housing.rooms.model import Room, RoomUse

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
S = AllocationState
pytestmark = pytest.mark.row("H07")

LEGAL = {
    "approve": {S.SUBMITTED},
    "reject": {S.SUBMITTED},
    "take_back": {S.SUBMITTED},
    "submit": {S.RETURNED},
    "correct": {S.RETURNED},
    "withdraw": {S.SUBMITTED, S.RETURNED},
    "end": {S.APPROVED},
}


def allocation(state: AllocationState = S.SUBMITTED) -> Allocation:
    return Allocation(
        code="DP-2026-000001",
        way=AllocationWay.ADJUST,
        state=state,
        use=RoomUse.OFFICE,
        area_m2=Decimal(30),
        from_on=date(2026, 3, 10),
        requested_by="zhang",
        corrected_by="",
        updated_at=NOW,
    )


def move(of: Allocation, name: str) -> None:
    match name:
        case "approve":
            of.approve("li", NOW, "", TODAY, None)
        case "reject":
            of.reject("li", NOW, "")
        case "correct":
            of.correct("zhang", {})
        case "withdraw":
            of.withdraw(TODAY)
        case "end":
            of.end(date(2026, 3, 10))
        case _:
            getattr(of, name)()


@pytest.mark.parametrize("state", list(S), ids=str)
@pytest.mark.parametrize("name", LEGAL)
def test_a_move_is_legal_in_its_states_and_raises_in_all_others(
    name: str, state: AllocationState
) -> None:
    made = allocation(state)
    if state in LEGAL[name]:
        move(made, name)
        return
    with pytest.raises(IllegalState) as refused:
        move(made, name)
    assert made.state is state
    assert STATE_NAMES[state] in refused.value.zh


def test_it_begins_on_the_day_asked_for_or_the_day_of_consent_if_later() -> None:
    assert allocation().approve("li", NOW, "", TODAY, None) == date(2026, 3, 10)
    assert allocation().approve("li", NOW, "", date(2026, 3, 11), None) == date(2026, 3, 11)


def test_it_ends_on_its_first_day_at_the_earliest() -> None:
    made = allocation()
    made.approve("li", NOW, "", TODAY, None)
    with pytest.raises(InvalidInput) as refused:
        made.end(date(2026, 3, 9))
    assert refused.value.reason == "ENDS_BEFORE_START"
    made.end(date(2026, 3, 10))
    assert made.state is S.ENDED


def test_it_keeps_what_its_rooms_were() -> None:
    made = allocation()
    room = Room(
        property_code="YL-1",
        code="101",
        floor=1,
        area_m2=Decimal("30.50"),
        unit_id="",
        reserved_for="",
    )
    made.keep([room])
    room.code = "102"
    made.approve("li", NOW, "", TODAY, 72_000)
    assert [(each.property_code, each.code) for each in made.rooms] == [("YL-1", "101")]
    assert (made.area_allotted_m2, made.rent_per_m2_year_fen) == (Decimal("30.50"), 72_000)
    assert room.reserved_for == made.id


def test_who_corrects_it_is_one_of_its_authors() -> None:
    made = allocation(S.RETURNED)
    for by in ("zhang", "li", "li"):
        made.correct(by, {"reason": "少要一间"})
    assert made.authors() == ["zhang", "li"]
    assert made.reason == "少要一间"


def test_it_is_withdrawn_until_the_day_before_its_first_and_then_allots_nothing() -> None:
    made = allocation()
    made.approve("li", NOW, "", TODAY, 72_000)
    with pytest.raises(IllegalState):
        made.withdraw(date(2026, 3, 10))
    made.withdraw(date(2026, 3, 9))
    assert (made.state, made.allotted_on, made.area_allotted_m2, made.rent_per_m2_year_fen) == (
        S.WITHDRAWN,
        None,
        Decimal(0),
        None,
    )
