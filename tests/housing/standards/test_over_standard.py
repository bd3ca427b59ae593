"""Who has more office area than the standards allow."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from chassis.principal import Principal, Realm
from chassis.testing import Harness
from chassis.testing.reports import figures, rows_behind
from tests.housing.rooms.factories import a_person, a_room, a_unit, import_rooms, over, post, staff

pytestmark = pytest.mark.row("H09")


def areas(row: Any) -> tuple[float, float, float]:
    return row.standard_m2, row.actual_m2, row.over_m2


@pytest.mark.parametrize(
    ("level", "rank", "standard"),
    [
        ("PROVINCE", "PROVINCE_HEAD", 54),
        ("PROVINCE", "PROVINCE_DEPUTY", 42),
        ("PROVINCE", "DEPARTMENT_HEAD", 30),
        ("PROVINCE", "DEPARTMENT_DEPUTY", 24),
        ("PROVINCE", "DIVISION_HEAD", 18),
        ("PROVINCE", "DIVISION_DEPUTY", 12),
        ("PROVINCE", "SECTION_HEAD", 9),
        ("CITY", "DEPARTMENT_HEAD", 42),
        ("CITY", "DEPARTMENT_DEPUTY", 30),
        ("CITY", "DIVISION_HEAD", 24),
        ("CITY", "DIVISION_DEPUTY", 18),
        ("CITY", "SECTION_HEAD", 9),
        ("CITY", "STAFF", 9),
        ("COUNTY", "DIVISION_HEAD", 30),
        ("COUNTY", "DIVISION_DEPUTY", 24),
        ("COUNTY", "SECTION_HEAD", 18),
        ("COUNTY", "SECTION_DEPUTY", 12),
        ("COUNTY", "STAFF", 9),
    ],
)
def test_k1_each_level_and_rank_has_its_standard(
    housing: Harness, level: str, rank: str, standard: int
) -> None:
    unit = a_unit(housing, level=f"UNIT_LEVEL_{level}")
    [person] = staff(housing, unit, rank)
    a_room(housing, standard + 0.01, unit_id=unit, people=[person])
    [row] = over(housing).values()
    assert areas(row) == (standard, standard + 0.01, 0.01)


def test_a_division_head_in_26_4_has_2_4_too_much_which_is_a_tenth(housing: Harness) -> None:
    unit = a_unit(housing)
    head = a_person(housing, post(unit, "DIVISION_HEAD"), name="赵一")
    a_room(housing, 26.4, unit_id=unit, people=[head], code="301")
    [row] = over(housing).values()
    assert areas(row) == (24, 26.4, 2.4)
    assert row.over_ratio == pytest.approx(0.1)
    assert [each.partition(" ")[2] for each in row.rooms] == ["301"]


def test_three_clerks_in_25_are_not_over_and_in_27_01_they_are_by_a_trace(housing: Harness) -> None:
    unit = a_unit(housing)
    a_room(housing, 25, unit_id=unit, people=staff(housing, unit, *["STAFF"] * 3))
    assert over(housing) == {}
    everybody = over(housing, everybody=True).values()
    assert sorted(each.actual_m2 for each in everybody) == [8.33, 8.33, 8.33]
    a_room(housing, 27.06, unit_id=unit, people=staff(housing, unit, *["STAFF"] * 3))
    assert [each.over_m2 for each in over(housing).values()] == [0.02] * 3


def test_a_shared_room_counts_by_the_share_of_the_standard(housing: Harness) -> None:
    unit = a_unit(housing)
    deputy, clerk = staff(housing, unit, "DIVISION_DEPUTY", "STAFF")
    a_room(housing, 30, unit_id=unit, people=[deputy, clerk])
    assert sorted(areas(each) for each in over(housing).values()) == [(9, 10, 1), (18, 20, 2)]


def test_all_rooms_of_a_person_count_together(housing: Harness) -> None:
    unit = a_unit(housing)
    [deputy] = staff(housing, unit, "DIVISION_DEPUTY")
    for _ in range(2):
        a_room(housing, 12, unit_id=unit, people=[deputy])
    [row] = over(housing).values()
    assert areas(row) == (18, 24, 6)
    assert len(row.rooms) == 2


def test_only_offices_count(housing: Harness) -> None:
    unit = a_unit(housing)
    [clerk] = staff(housing, unit, "STAFF")
    a_room(housing, 90, unit_id=unit, people=[clerk], use="会议室")
    assert over(housing) == {}


def test_a_person_with_two_posts_has_the_higher_standard_once(housing: Harness) -> None:
    bureau, office = a_unit(housing), a_unit(housing, level="UNIT_LEVEL_COUNTY")
    person = a_person(
        housing, post(bureau, "DIVISION_DEPUTY"), post(office, "DIVISION_HEAD", concurrent=True)
    )
    a_room(housing, 18, unit_id=bureau, people=[person])
    a_room(housing, 15, unit_id=office, people=[person])
    [row] = over(housing).values()
    assert areas(row) == (30, 33, 3)
    assert row.unit_id == bureau


def test_a_rank_change_in_the_past_counts_from_its_day_and_history_stays(housing: Harness) -> None:
    unit = a_unit(housing)
    before = post(unit, "DIVISION_DEPUTY", valid_to="2025-12-31")
    person = a_person(housing, before, post(unit, "DIVISION_HEAD", valid_from="2026-01-01"))
    a_room(housing, 20, unit_id=unit, people=[person], since="2024-01-01")
    assert areas(*over(housing, on_day="2025-12-31").values()) == (18, 20, 2)
    assert over(housing, on_day="2026-01-01") == over(housing) == {}
    changed = [
        before | {"valid_to": "2025-06-30"},
        post(unit, "DIVISION_HEAD") | {"valid_from": "2025-07-01"},
    ]
    a_person(housing, *changed, id=person)
    assert over(housing, on_day="2025-12-31") == {}
    assert len(over(housing, on_day="2025-06-30")) == 1


def test_seats_count_from_their_first_to_their_last_day(housing: Harness) -> None:
    unit = a_unit(housing)
    [clerk] = staff(housing, unit, "STAFF")
    a_room(housing, 20, unit_id=unit, people=[clerk], since="2025-03-01")
    [seat] = housing.call("list_seats", person_id=clerk).seats
    housing.call("end_seat", seat_id=seat.id, to_on="2025-12-31")
    days = ("2025-02-28", "2025-03-01", "2025-12-31", "2026-01-01")
    assert [len(over(housing, on_day=day)) for day in days] == [0, 1, 1, 0]


def test_who_left_has_no_standard_and_no_area(housing: Harness) -> None:
    unit = a_unit(housing)
    leaving = a_person(housing, post(unit, "STAFF"))
    a_room(housing, 20, unit_id=unit, people=[leaving])
    a_person(housing, post(unit, "STAFF", valid_to="2026-02-28"), id=leaving)
    assert len(over(housing, on_day="2026-02-28")) == 1
    assert over(housing, on_day="2026-03-01") == {}


def test_without_a_norm_nobody_is_over_but_it_is_told(housing: Harness) -> None:
    town = a_unit(housing, level="UNIT_LEVEL_TOWNSHIP")
    a_room(housing, 90, unit_id=town, people=staff(housing, town, "STAFF"))
    assert over(housing) == {}
    told = figures(housing.call("report_over_standard"))
    assert told["合计",]["without"] == 1


def test_a_region_may_set_its_own_standard_from_a_day_on(housing: Harness) -> None:
    town = a_unit(housing, level="UNIT_LEVEL_TOWNSHIP")
    a_room(housing, 20, unit_id=town, people=staff(housing, town, "SECTION_HEAD"))
    housing.call(
        "set_norm",
        service="housing",
        kind="housing.office_area",
        key="township/section_head",
        value="18",
        region_code="990000",
        valid_from="2026-02-01",
        source="省实施细则",
    )
    assert over(housing, on_day="2026-01-31") == {}
    [row] = over(housing).values()
    assert areas(row) == (18, 20, 2)


def test_the_report_tells_of_units_whole_and_leads_to_their_people(housing: Harness) -> None:
    first, second = a_unit(housing, name="甲局"), a_unit(housing, name="乙局")
    head, clerk = staff(housing, first, "DIVISION_HEAD", "STAFF")
    a_room(housing, 26.4, unit_id=first, people=[head])
    a_room(housing, 9, unit_id=first, people=[clerk])
    a_room(housing, 10, unit_id=first)
    a_room(housing, 9, unit_id=second, people=staff(housing, second, "STAFF"))
    report = housing.call("report_over_standard")
    assert figures(report)["甲局",] == {
        "people": 2,
        "standard_m2": Decimal(33),
        "office_m2": Decimal("45.40"),
        "unit_over_m2": Decimal("12.40"),
        "unit_over_rate": Decimal("37.6"),
        "over_people": 1,
        "over_m2": Decimal("2.40"),
        "without": 0,
    }
    assert figures(report)["乙局",]["unit_over_m2"] == 0
    assert figures(report)["合计",]["unit_over_m2"] == Decimal("12.40")
    for line in report.lines[:-1]:
        assert len(rows_behind(housing, line)) == int(line.figures[5])


def test_the_list_is_of_a_unit_or_a_region_page_by_page(housing: Harness) -> None:
    here, there = a_unit(housing), a_unit(housing, region_code="990201")
    a_room(housing, 100, unit_id=here, people=staff(housing, here, *["STAFF"] * 3))
    a_room(housing, 100, unit_id=there, people=staff(housing, there, "STAFF"))
    assert len(over(housing)) == 4
    assert len(over(housing, unit_id=here)) == 3
    assert len(over(housing, region_code="990200")) == 1
    page = housing.call("list_over_standard", page_size=3)
    rest = housing.call("list_over_standard", page_size=3, page_token=page.next_page_token)
    assert (len(page.people), len(rest.people), rest.next_page_token) == (3, 1, "")


def test_an_import_of_people_and_rooms_names_what_it_does_not_know(housing: Harness) -> None:
    unit = a_unit(housing, name="丙局")
    for _ in range(2):
        a_person(housing, post(unit), name="王伟")
    building = a_room(housing, 10).property_code
    good = {"property_code": building, "code": "1", "area_m2": "10", "unit_name": "丙局"}
    reply = import_rooms(
        housing,
        good | {"people": "王伟"},
        good | {"people": "李四"},
        good | {"unit_name": "丁局"},
        good | {"property_code": "YL-0"},
        good | {"from_on": "2026-03-03"},
        good | {"area_m2": ""},
        good | {"use": "仓库"},
        good,
    )
    assert [(each.row, each.field, each.reason) for each in reply.problems] == [
        (2, "people", "PERSON_AMBIGUOUS"),
        (3, "people", "PERSON_UNKNOWN"),
        (4, "unit_name", "UNIT_UNKNOWN"),
        (5, "property_code", "NOT_FOUND"),
        (6, "from_on", "IN_FUTURE"),
        (7, "area_m2", "REQUIRED"),
        (8, "use", "UNKNOWN_VALUE"),
    ]
    assert (reply.created, reply.unchanged, reply.refused) == (1, 0, 7)
    again = import_rooms(housing, good, good | {"area_m2": "11"})
    assert (again.created, again.unchanged, again.refused) == (0, 1, 1)


def test_who_shares_a_room_or_has_another_post_counts_though_nothing_is_told_of_them(
    housing: Harness,
) -> None:
    mine, other = a_unit(housing), a_unit(housing)
    chief = a_person(housing, post(other, "DIVISION_HEAD"), post(mine, concurrent=True))
    [clerk] = staff(housing, mine, "STAFF")
    a_room(housing, 30, unit_id=mine, people=[chief, clerk])
    head = Principal("head", scope=(Realm("9901", (mine,)),))
    everybody = {"everybody": True, "unit_id": mine}
    [told] = housing.call("list_over_standard", user=head, **everybody).people
    assert areas(told) == (9, 8.18, 0)
    assert list(housing.call("list_over_standard", **everybody).people) == [told]


def test_after_a_merger_offices_are_with_the_people(housing: Harness) -> None:
    old, new = a_unit(housing, name="旧局"), a_unit(housing, name="新局")
    person = a_person(housing, post(old))
    a_room(housing, 12, unit_id=old, people=[person])
    ended = {"id": old, "name": "旧局", "valid_to": "2025-12-31", "successor_ids": [new]}
    a_unit(housing, etag="2", **ended)
    moved = [post(old, valid_to="2025-12-31"), post(new, valid_from="2026-01-01")]
    a_person(housing, *moved, id=person)
    for day, name in (("2025-12-31", "旧局"), ("2026-01-01", "新局")):
        told = figures(housing.call("report_over_standard", on_day=day))
        assert list(told) == [(name,), ("合计",)]
        assert (told[name,]["people"], told[name,]["office_m2"]) == (1, 12)
    [seat] = housing.call("list_seats", unit_id=new).seats
    assert (seat.person_id, seat.unit_name) == (person, "新局")


def test_who_may_see_one_unit_sees_its_people_only(housing: Harness) -> None:
    mine, other = a_unit(housing), a_unit(housing)
    for unit in (mine, other):
        a_room(housing, 30, unit_id=unit, people=staff(housing, unit, "STAFF"))
    head = Principal("head", scope=(Realm("9901", (mine,)),))
    [seen] = housing.call("list_over_standard", user=head).people
    assert seen.unit_id == mine
    told = figures(housing.call("report_over_standard", user=head))
    assert told["合计",]["people"] == 1
    assert told["合计",]["office_m2"] == 30
