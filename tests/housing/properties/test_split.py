"""One property becomes several: areas, values and rooms stay in all."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import (
    AlreadyExists,
    Conflict,
    DomainError,
    IllegalState,
    InvalidInput,
    PermissionDenied,
)
from chassis.principal import Realm
from chassis.testing import Harness
from guanjia.housing.v1 import events_pb2
from guanjia.housing.v1 import properties_pb2 as pb
from tests.housing.allocations.factories import approved, building, clerk_of, request, rooms_of
from tests.housing.factories import approved_disposal, create_property
from tests.housing.properties.reshaping import halves, merge, part, read, split
from tests.housing.rooms.factories import a_person, post
from tests.people import person
from tests.refusals import refusal
from tests.together import together

pytestmark = pytest.mark.row("H01")


def test_the_parts_have_what_the_whole_had(housing: Harness) -> None:
    whole = create_property(housing, code="YL-W", use_state="USE_STATE_IDLE")
    told = split(housing, whole.id, part("P-1"), part("P-2", usable_area_m2=700))
    assert told.original.use_state == pb.USE_STATE_RETIRED
    assert read(housing, whole.id) == told.original
    assert [each.code for each in told.parts] == ["P-1", "P-2"]
    for made in told.parts:
        assert read(housing, made.id) == made
        assert (made.floor_area_m2, made.book_value_fen) == (1200.25, 430_000_000)
        assert (made.use_state, made.title_state) == (
            pb.USE_STATE_IDLE,
            pb.TITLE_STATE_IN_PROGRESS,
        )
        assert made.title_number == ""
        for name in (
            "kind",
            "address",
            "region_code",
            "floors",
            "account_state",
            "unit_name",
            "unit_uscc",
            "unit_id",
            "built_year",
        ):
            assert getattr(made, name) == getattr(whole, name), name


def test_every_property_that_ended_or_began_is_a_fact(housing: Harness) -> None:
    told = halves(housing)
    facts = housing.facts(events_pb2.PropertyChanged)[1:]
    assert [(each.property_id, each.use_state) for each in facts] == [
        (told.original.id, pb.USE_STATE_RETIRED),
        (told.parts[0].id, pb.USE_STATE_IN_USE),
        (told.parts[1].id, pb.USE_STATE_IN_USE),
    ]


def test_rooms_keep_who_has_them_and_who_sits_in_them(housing: Harness) -> None:
    there = building(housing, 100, 90, 80)
    clerk = clerk_of(housing)
    approved(housing, clerk, 190)
    before = rooms_of(housing, there)
    seat = housing.call(
        "seat_person",
        room_id=before["101"].id,
        person_id=a_person(housing, post(clerk.unit_id)),
    )
    told = split(housing, there.id, part("P-1", "101", "103"), part("P-2", "102"))
    after = [rooms_of(housing, each) for each in told.parts]
    assert [sorted(each) for each in after] == [["101", "103"], ["102"]]
    assert rooms_of(housing, there) == {}
    for code, room in (after[0] | after[1]).items():
        assert (room.id, room.unit_id) == (before[code].id, before[code].unit_id)
        old, new = (
            housing.call("list_tenures", room_id=each.id).tenures for each in (before[code], room)
        )
        assert old == new
    assert after[0]["101"].property_code == "P-1"
    [kept] = housing.call("list_seats", room_id=before["101"].id).seats
    assert kept == seat


@pytest.mark.parametrize(
    ("changes", "reason", "told"),
    [
        ({"floor_area_m2": 1200.24}, "AREA_DIFFERS", "+0.01 ㎡"),
        ({"floor_area_m2": 1200.26}, "AREA_DIFFERS", "-0.01 ㎡"),
        ({"book_value_fen": 429_999_999}, "VALUE_DIFFERS", "+1 分"),
        ({"book_value_fen": 430_000_001}, "VALUE_DIFFERS", "-1 分"),
        ({"usable_area_m2": 800.26}, "USABLE_AREA_EXCEEDS", "1600.25 ㎡"),
    ],
)
def test_what_is_missing_or_too_much_is_refused_with_the_difference(
    housing: Harness, changes: dict[str, Any], reason: str, told: str
) -> None:
    whole = create_property(housing)
    with pytest.raises(InvalidInput) as refused:
        split(housing, whole.id, part("P-1"), part("P-2", **changes))
    assert refused.value.reason == reason
    assert told in refused.value.zh
    assert [each.field for each in refused.value.violations] == ["parts"]
    assert read(housing, whole.id) == whole


def test_some_usable_area_may_be_lost(housing: Harness) -> None:
    whole = create_property(housing)
    parts = [part(code, usable_area_m2=0) for code in ("P-1", "P-2")]
    assert split(housing, whole.id, *parts).parts[0].usable_area_m2 == 0


@pytest.mark.parametrize(
    ("first", "second", "reason", "field"),
    [
        (["101"], [], "ROOMS_LEFT", "parts"),
        (["101", "102"], ["103"], "ROOM_UNKNOWN", "parts.1.room_codes"),
        (["101", "102"], ["101"], "ROOM_GIVEN_TWICE", "parts.1.room_codes"),
    ],
)
def test_every_room_goes_to_exactly_one_part(
    housing: Harness, first: list[str], second: list[str], reason: str, field: str
) -> None:
    there = building(housing, 10, 20)
    fields = {
        "property_id": there.id,
        "parts": [part("P-1", *first), part("P-2", *second)],
        "reason": "分割",
    }
    assert refusal(housing, "split_property", InvalidInput, **fields) == (reason, [field])


@pytest.mark.parametrize(
    ("parts", "reason", "field"),
    [
        ([], "REQUIRED", "parts"),
        ([part("P-1")], "TOO_FEW", "parts"),
        ([part(f"P-{number}") for number in range(51)], "TOO_MANY", "parts"),
        ([part("P-1"), part("ｐ-1", name="乙")], "DUPLICATE", "parts.1.code"),
        ([part("P-1"), part("")], "REQUIRED", "parts.1.code"),
        ([part("P-1"), part("P-2", floor_area_m2=-1)], "OUT_OF_RANGE", "parts.1.floor_area_m2"),
        (
            [part("P-1"), part("P-2", usable_area_m2=1300)],
            "USABLE_EXCEEDS_FLOOR_AREA",
            "parts.1.usable_area_m2",
        ),
    ],
    ids=["none", "one", "too many", "same code", "no code", "negative", "usable"],
)
def test_parts_that_break_a_rule_are_refused_by_field(
    housing: Harness, parts: list[dict[str, Any]], reason: str, field: str
) -> None:
    fields = {"property_id": create_property(housing).id, "parts": parts, "reason": "分割"}
    assert refusal(housing, "split_property", InvalidInput, **fields) == (reason, [field])


def test_a_part_takes_no_code_that_is_registered(housing: Harness) -> None:
    whole = create_property(housing, code="YL-W")
    fields = {
        "property_id": whole.id,
        "parts": [part("P-1"), part("YL-W")],
        "reason": "分割",
    }
    told = refusal(housing, "split_property", AlreadyExists, **fields)
    assert told == ("CODE_TAKEN", ["parts.1.code"])


@pytest.mark.parametrize("state", ["LET", "LENT"])
def test_what_others_have_is_neither_split_nor_merged(housing: Harness, state: str) -> None:
    given, free = create_property(housing, use_state=f"USE_STATE_{state}"), create_property(housing)
    with pytest.raises(IllegalState):
        split(housing, given.id, part("P-1"), part("P-2"))
    with pytest.raises(IllegalState):
        merge(housing, free, given)
    assert read(housing, free.id) == free


def test_what_leaves_or_has_left_is_neither_split_nor_merged(housing: Harness) -> None:
    leaving, free = create_property(housing), create_property(housing)
    disposal = approved_disposal(housing, property_id=leaving.id, assets=[])
    for _ in range(2):
        with pytest.raises(IllegalState):
            split(housing, leaving.id, part("P-1"), part("P-2"))
        with pytest.raises(IllegalState):
            merge(housing, leaving, free)
        if disposal is not None:
            housing.call("complete_disposal", disposal_id=disposal.id, income_fen=1)
            disposal = None


def test_rooms_kept_for_an_allocation_stay_until_it_is_decided(housing: Harness) -> None:
    there = building(housing, 100, 50)
    request(housing, clerk_of(housing), 100)
    with pytest.raises(IllegalState) as refused:
        split(housing, there.id, part("P-1", "101"), part("P-2", "102"))
    assert refused.value.reason == "ROOM_RESERVED"
    assert "101" in refused.value.zh
    with pytest.raises(IllegalState):
        merge(housing, there, create_property(housing))


def test_nobody_splits_a_property_some_of_whose_rooms_they_may_not_touch(
    housing: Harness,
) -> None:
    clerk = clerk_of(housing)
    there = building(housing, 100)
    approved(housing, clerk, 100)
    holder = person("zhang", "clerk", realm=Realm("9901", ("",)))
    with pytest.raises(PermissionDenied) as refused:
        split(housing, there.id, part("P-1", "101"), part("P-2"), user=holder)
    assert refused.value.reason == "OUT_OF_SCOPE"
    assert rooms_of(housing, there)["101"].property_code == there.code


def test_one_of_two_who_split_at_once_wins(housing: Harness) -> None:
    whole = create_property(housing)
    outcomes = together(
        lambda: split(housing, whole.id, part("P-1"), part("P-2")),
        lambda: split(housing, whole.id, part("Q-1"), part("Q-2")),
    )
    [refused] = [each for each in outcomes if isinstance(each, Exception)]
    assert isinstance(refused, DomainError)
    assert refused.reason == "ILLEGAL_STATE"
    assert housing.count("properties") == 3
    assert housing.count("property_lineage") == 2


def test_a_split_of_what_somebody_changed_is_refused(housing: Harness) -> None:
    whole = create_property(housing)
    housing.call("update_property", property_id=whole.id, name="新名")
    with pytest.raises(Conflict):
        split(housing, whole.id, part("P-1"), part("P-2"), etag=whole.etag)
