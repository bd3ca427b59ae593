"""Rooms, the units that have them, and the people in them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from chassis.errors import AlreadyExists, IllegalState, InvalidInput, NotFound
from chassis.testing import Harness
from chassis.testing.reports import figures, rows_behind
from guanjia.housing.v1 import rooms_pb2 as pb
from tests.housing.factories import approved_disposal, create_property
from tests.housing.rooms.factories import a_person, a_room, a_unit, import_rooms, over, post, staff
from tests.refusals import refusal

pytestmark = pytest.mark.row("H09")

FIGURES = {"code": "301", "floor": 3, "use": "ROOM_USE_OFFICE", "area_m2": 24.5}


def test_a_room_lies_in_its_building_and_is_vacant(housing: Harness) -> None:
    building = create_property(housing, region_code="990102")
    made = housing.call("create_room", property_id=building.id, **FIGURES)
    assert (made.property_code, made.region_code, made.unit_id) == (building.code, "990102", "")
    assert made.use == pb.ROOM_USE_OFFICE
    assert housing.call("get_room", room_id=made.id) == made


def test_a_number_is_given_once_in_a_building(housing: Harness) -> None:
    building = create_property(housing)
    housing.call("create_room", property_id=building.id, **FIGURES)
    with pytest.raises(AlreadyExists):
        housing.call("create_room", property_id=building.id, **FIGURES)
    housing.call("create_room", property_id=create_property(housing).id, **FIGURES)


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"code": ""}, "code", "REQUIRED"),
        ({"floor": 201}, "floor", "OUT_OF_RANGE"),
        ({"area_m2": -1}, "area_m2", "OUT_OF_RANGE"),
        ({"use": 0}, "use", "REQUIRED"),
    ],
)
def test_a_wrong_figure_is_told(
    housing: Harness, changes: dict[str, Any], field: str, reason: str
) -> None:
    building = create_property(housing)
    fields = {"property_id": building.id, **FIGURES, **changes}
    assert refusal(housing, "create_room", InvalidInput, **fields) == (reason, [field])


def test_a_building_that_leaves_gets_no_rooms(housing: Harness) -> None:
    building = create_property(housing)
    approved_disposal(housing, property_id=building.id, assets=[])
    with pytest.raises(IllegalState):
        housing.call("create_room", property_id=building.id, **FIGURES)


def test_figures_that_are_given_change_and_others_stay(housing: Harness) -> None:
    room = a_room(housing, 20)
    changed = housing.call("update_room", room_id=room.id, etag=room.etag, area_m2=21.5)
    assert (changed.area_m2, changed.floor, changed.use) == (21.5, room.floor, room.use)


def test_rooms_are_found_by_building_unit_use_region_and_vacancy(housing: Harness) -> None:
    unit = a_unit(housing)
    mine = a_room(housing, 20, unit_id=unit)
    free = a_room(housing, 30, use="会议室")

    def found(**filters: Any) -> set[str]:
        return {each.id for each in housing.call("list_rooms", **filters).rooms}

    assert found() == {mine.id, free.id}
    assert found(unit_id=unit) == found(in_use=True) == {mine.id}
    assert found(vacant=True) == found(use="ROOM_USE_MEETING") == {free.id}
    assert found(property_id=mine.property_id) == {mine.id}
    assert found(region_code="990102") == set()


def test_a_freed_room_is_vacant_and_its_seats_end(housing: Harness) -> None:
    unit = a_unit(housing)
    room = a_room(housing, 20, unit_id=unit, people=staff(housing, unit, "STAFF"))
    freed = housing.call("free_room", room_id=room.id, to_on="2026-02-28")
    assert (freed.unit_id, freed.unit_name) == ("", "")
    [seat] = housing.call("list_seats", room_id=room.id).seats
    assert seat.to_on == "2026-02-28"
    [tenure] = housing.call("list_tenures", room_id=room.id).tenures
    assert (tenure.unit_id, tenure.from_on, tenure.to_on) == (unit, "2020-01-01", "2026-02-28")
    with pytest.raises(IllegalState):
        housing.call("free_room", room_id=room.id)
    assert over(housing) == {}


@pytest.mark.parametrize(
    ("day", "reason"), [("2019-12-31", "OVERLAPS"), ("2026-03-03", "IN_FUTURE")]
)
def test_a_room_is_freed_neither_before_it_was_had_nor_ahead(
    housing: Harness, day: str, reason: str
) -> None:
    room = a_room(housing, 20, unit_id=a_unit(housing))
    fields = {"room_id": room.id, "to_on": day}
    assert refusal(housing, "free_room", InvalidInput, **fields) == (reason, ["to_on"])


def test_only_who_serves_the_unit_gets_a_seat_and_one_only(housing: Harness) -> None:
    unit, other = a_unit(housing), a_unit(housing)
    room = a_room(housing, 20, unit_id=unit)
    stranger = a_person(housing, post(other))
    guest = a_person(housing, post(other), post(unit, concurrent=True))
    with pytest.raises(IllegalState) as refused:
        housing.call("seat_person", room_id=room.id, person_id=stranger)
    assert refused.value.reason == "NOT_OF_UNIT"
    housing.call("seat_person", room_id=room.id, person_id=guest)
    with pytest.raises(AlreadyExists):
        housing.call("seat_person", room_id=room.id, person_id=guest)
    with pytest.raises(NotFound):
        housing.call("seat_person", room_id=room.id, person_id="nobody")
    with pytest.raises(IllegalState) as refused:
        housing.call("seat_person", room_id=a_room(housing, 9).id, person_id=guest)
    assert refused.value.reason == "ROOM_NOT_IN_USE"


def test_a_seat_ends_once_and_may_be_taken_again(housing: Harness) -> None:
    unit = a_unit(housing)
    [person] = staff(housing, unit, "STAFF")
    room = a_room(housing, 9, unit_id=unit, people=[person])
    [seat] = housing.call("list_seats", room_id=room.id).seats
    ended = housing.call("end_seat", seat_id=seat.id, etag=seat.etag, to_on="2026-01-31")
    with pytest.raises(IllegalState):
        housing.call("end_seat", seat_id=seat.id)
    housing.call("seat_person", room_id=room.id, person_id=person, from_on="2026-02-01")
    assert ended.to_on == "2026-01-31"
    days = {"2026-01-31": 1, "2026-02-01": 1, "2019-12-31": 0}
    for day, number in days.items():
        assert len(housing.call("list_seats", room_id=room.id, on_day=day).seats) == number


def test_rooms_follow_a_renamed_unit_and_tenures_keep_the_old_name(housing: Harness) -> None:
    unit = a_unit(housing, name="旧局")
    room = a_room(housing, 20, unit_id=unit)
    a_unit(housing, id=unit, name="新局", etag="2")
    assert housing.call("get_room", room_id=room.id).unit_name == "新局"
    [tenure] = housing.call("list_tenures", room_id=room.id).tenures
    assert tenure.unit_name == "旧局"


def test_the_report_counts_what_is_vacant_and_leads_to_the_rooms(housing: Harness) -> None:
    a_room(housing, 30, unit_id=a_unit(housing))
    a_room(housing, 10)
    a_room(housing, 60, use="会议室")
    report = housing.call("report_rooms")
    assert figures(report) == {
        ("办公室",): {
            "count": 2,
            "area_m2": Decimal(40),
            "vacant": 1,
            "vacant_m2": Decimal(10),
            "vacant_rate": Decimal("25.0"),
        },
        ("会议室",): {
            "count": 1,
            "area_m2": Decimal(60),
            "vacant": 1,
            "vacant_m2": Decimal(60),
            "vacant_rate": Decimal("100.0"),
        },
        ("合计",): {
            "count": 3,
            "area_m2": Decimal(100),
            "vacant": 2,
            "vacant_m2": Decimal(70),
            "vacant_rate": Decimal("70.0"),
        },
    }
    for line in report.lines[:-1]:
        assert len(rows_behind(housing, line)) == int(line.figures[0])


def test_500_rooms_with_their_people_come_in_one_call(housing: Harness) -> None:
    unit = a_unit(housing, name="大局")
    for number in range(50):
        a_person(housing, post(unit), name=f"张{number:03}")
    building = create_property(housing)
    rows = [
        {
            "property_code": building.code,
            "code": f"{number // 20 + 1}{number % 20:02}",
            "floor": str(number // 20 + 1),
            "area_m2": "18",
            "unit_name": "大局",
            "people": f"张{number % 50:03}",
        }
        for number in range(500)
    ]
    assert import_rooms(housing, *rows).created == 500
    again = import_rooms(housing, *rows)
    assert (again.created, again.unchanged) == (0, 500)
    assert housing.count("seats") == 500
    with pytest.raises(InvalidInput):
        import_rooms(housing, *rows, rows[0])


def test_the_occupancy_list_comes_back_in_unchanged(housing: Harness) -> None:
    unit = a_unit(housing, name="回局")
    twins = [a_person(housing, post(unit), name="王伟") for _ in range(2)]
    other = a_person(housing, post(unit), name="赵六")
    a_room(housing, 20.5, unit_id=unit, people=[twins[0], other])
    a_room(housing, 9, unit_id=unit, people=[twins[1]])
    a_room(housing, 30, use="会议室")
    listed = housing.call("list_occupancy").rows
    assert sorted(each.people.count("、") for each in listed) == [0, 0, 1]
    uses = {pb.ROOM_USE_OFFICE: "办公室", pb.ROOM_USE_MEETING: "会议室"}
    rows = [
        {
            "property_code": each.property_code,
            "code": each.code,
            "floor": str(each.floor),
            "use": uses[each.use],
            "area_m2": str(each.area_m2),
            "unit_name": each.unit_name,
            "unit_uscc": each.unit_uscc,
            "people": each.people,
            "from_on": each.from_on,
        }
        for each in listed
    ]
    again = import_rooms(housing, *rows)
    assert (again.created, again.unchanged, again.refused) == (0, 3, 0)


def test_a_reserved_room_stays_as_it_was_asked_for(housing: Harness) -> None:
    unit = a_unit(housing)
    room = a_room(housing, 300)
    request = {"unit_id": unit, "way": "ALLOCATION_WAY_ADJUST", "use": "ROOM_USE_OFFICE"}
    housing.call("request_allocation", area_m2=300, reason="新设", **request)
    act = {"room_id": room.id, "area_m2": 3000}
    assert refusal(housing, "update_room", IllegalState, **act)[0] == "ILLEGAL_STATE"


def test_rooms_of_a_building_that_is_gone_count_no_more(housing: Harness) -> None:
    building = create_property(housing)
    room = a_room(housing, 30, building=building)
    disposal = approved_disposal(housing, property_id=building.id, assets=[])
    housing.call("complete_disposal", disposal_id=disposal.id)
    assert not housing.call("list_rooms", vacant=True).rooms
    assert not housing.call("report_rooms").lines
    [closed] = housing.call("list_rooms", include_closed=True).rooms
    assert (closed.id, closed.closed_on) == (room.id, "2026-03-02")
    act = {"room_id": room.id, "area_m2": 31}
    assert refusal(housing, "update_room", IllegalState, **act)[0] == "ILLEGAL_STATE"


def test_a_seat_does_not_begin_before_the_one_before_has_ended(housing: Harness) -> None:
    unit = a_unit(housing)
    [person] = staff(housing, unit, "STAFF")
    room = a_room(housing, 9, unit_id=unit, people=[person])
    [seat] = housing.call("list_seats", room_id=room.id).seats
    housing.call("end_seat", seat_id=seat.id, to_on="2026-01-31")
    again = {"room_id": room.id, "person_id": person}
    overlapping = {**again, "from_on": "2026-01-31"}
    assert refusal(housing, "seat_person", AlreadyExists, **overlapping)[0] == "ALREADY_SEATED"
    housing.call("seat_person", from_on="2026-02-01", **again)


def test_a_row_that_names_somebody_twice_or_a_foreign_room_costs_itself_only(
    housing: Harness,
) -> None:
    mine, other = a_unit(housing, name="甲局"), a_unit(housing, name="乙局")
    person = a_person(housing, post(mine), name="张三")
    building = create_property(housing, unit_uscc="", unit_name="")
    a_room(housing, 10, unit_id=other, building=building, code="101")
    row = {"property_code": building.code, "area_m2": "10", "unit_name": "甲局"}
    reply = import_rooms(
        housing,
        row | {"code": "102", "people": "张三、张三"},
        row | {"code": "103", "people": "张三"},
    )
    assert [(each.row, each.reason) for each in reply.problems] == [(2, "DUPLICATE")]
    assert reply.created == 1
    assert len(housing.call("list_seats", person_id=person).seats) == 1
