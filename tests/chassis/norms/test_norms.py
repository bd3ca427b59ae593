"""Norms: dated figures, the nearest region's first, never guessed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from chassis.errors import IllegalState, InvalidInput, PermissionDenied
from chassis.norms import Figures, Norms
from chassis.principal import Principal, Realm
from chassis.storage.reader import Context, Reader
from chassis.testing import Harness
from housing.service import service
from tests.refusals import refusal
from tests.together import together

KIND = "housing.office_area"
AREA = Norms(KIND, "办公室使用面积标准", "㎡/人")
TOWN = "township/section_head"


@pytest.fixture
def housing(harness_of: Callable[..., Harness]) -> Harness:
    return harness_of(service)


def set_norm(housing: Harness, value: str, valid_from: str, **given: Any) -> Any:
    fields = {
        "service": "housing",
        "kind": KIND,
        "key": TOWN,
        "value": value,
        "valid_from": valid_from,
        "source": "省实施细则",
    }
    return housing.call("set_norm", **fields | given)


def figure(housing: Harness, region_code: str, day: str, key: str = TOWN) -> Decimal | None:
    with housing.database.reading() as connection:
        anyone = Principal("anyone", scope=(Realm("99"),))
        reader = Reader(connection, Context(anyone, housing.clock(), "test"))
        return AREA.in_force(reader, region_code, date.fromisoformat(day)).get(key)


def test_a_norm_holds_from_its_first_day_until_the_next_one(housing: Harness) -> None:
    set_norm(housing, "12", "2026-01-01")
    set_norm(housing, "18.5", "2026-07-01")
    days = ("2025-12-31", "2026-01-01", "2026-06-30", "2026-07-01", "2099-12-31")
    found = [figure(housing, "990101", day) for day in days]
    assert found == [None, 12, 12, Decimal("18.5"), Decimal("18.5")]


@pytest.mark.parametrize(
    ("code", "key"),
    [("A05010201", "A0501"), ("A05990000", "A05"), ("A02", "A02"), ("A0", None), ("", None)],
)
def test_of_several_keys_a_code_begins_with_the_longest_decides(code: str, key: str | None) -> None:
    by_key = dict.fromkeys(["A02", "A0501", "A05"], Decimal(1))
    assert Figures(AREA, date(2026, 1, 1), by_key).key_of(code) == key


def test_the_nearest_region_has_the_last_word(housing: Harness) -> None:
    for region, value in {"": "9", "990000": "10", "990100": "11", "990101": "12"}.items():
        set_norm(housing, value, "2026-01-01", region_code=region)
    regions = ("990101", "990102", "990200", "980000")
    assert [figure(housing, region, "2026-01-01") for region in regions] == [12, 11, 10, 9]


def test_a_norm_may_end_without_another(housing: Harness) -> None:
    made = set_norm(housing, "12", "2026-01-01")
    act = {"service": "housing", "norm_id": made.id, "valid_to": "2026-12-31"}
    assert housing.call("end_norm", etag=made.etag, **act).valid_to == "2026-12-31"
    assert figure(housing, "990101", "2026-12-31") == 12
    assert figure(housing, "990101", "2027-01-01") is None
    with pytest.raises(IllegalState):
        housing.call("end_norm", **act)


def test_of_two_set_at_once_one_holds_at_a_time(housing: Harness) -> None:
    together(
        lambda: set_norm(housing, "10", "2026-01-01"), lambda: set_norm(housing, "20", "2026-02-01")
    )
    norms = housing.call("list_norms", service="housing", kind=KIND, page_size=500).norms
    assert len([each for each in norms if each.key == TOWN and not each.valid_to]) == 1


def test_history_is_not_rewritten(housing: Harness) -> None:
    set_norm(housing, "12", "2026-01-01")
    with pytest.raises(InvalidInput) as refused:
        set_norm(housing, "13", "2026-01-01")
    assert refused.value.reason == "LATER_NORM"
    made = set_norm(housing, "13", "2026-03-01")
    act = {"service": "housing", "norm_id": made.id, "valid_to": "2026-02-28"}
    assert refusal(housing, "end_norm", InvalidInput, **act) == ("ENDS_BEFORE_START", ["valid_to"])


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"kind": "housing.nothing"}, "kind", "UNKNOWN_KIND"),
        ({"value": "-1"}, "value", "OUT_OF_RANGE"),
        ({"value": "many"}, "value", "NOT_A_NUMBER"),
        ({"valid_from": "1 January"}, "valid_from", "INVALID_DATE"),
        ({"source": ""}, "source", "REQUIRED"),
        ({"region_code": "99"}, "region_code", "INVALID_REGION_CODE"),
    ],
)
def test_what_is_wrong_is_told(
    housing: Harness, changes: dict[str, str], field: str, reason: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        set_norm(housing, **{"value": "12", "valid_from": "2026-01-01", **changes})
    assert (refused.value.reason, refused.value.violations[0].field) == (reason, field)


def test_who_has_one_region_sets_no_norm_for_another(housing: Harness) -> None:
    county = Principal("county", scope=(Realm("990101"),))
    for region in ("", "990100", "990102"):
        with pytest.raises(PermissionDenied):
            set_norm(housing, "12", "2026-01-01", region_code=region, user=county)
    set_norm(housing, "12", "2026-01-01", region_code="990101", user=county)


def test_what_has_no_norm_is_told_by_name(housing: Harness) -> None:
    with housing.database.reading() as connection:
        anyone = Principal("anyone", scope=(Realm("99"),))
        reader = Reader(connection, Context(anyone, housing.clock(), "test"))
        found = AREA.in_force(reader, "990101", date(2026, 1, 1))
        assert found.must("city/staff") == 9
        with pytest.raises(IllegalState) as refused:
            found.must(TOWN)
    assert refused.value.reason == "NO_NORM"
    assert "township/section_head" in str(refused.value)


def test_norms_are_listed_by_kind_and_day_with_their_source(housing: Harness) -> None:
    asked = {"service": "housing", "kind": KIND, "page_size": 500}
    known = housing.call("list_norms", **asked, on_day="2026-01-01").norms
    assert len(known) == 21
    assert {each.source for each in known} == {"党政机关办公用房建设标准（发改投资〔2014〕2674号）"}
    assert not housing.call("list_norms", **asked, on_day="2014-11-23").norms
    other = housing.call("list_norms", service="housing", kind="housing.use_coefficient").norms
    assert {each.key: each.value for each in other} == {
        "multi_storey": "65.0000",
        "high_rise": "60.0000",
    }
