"""Several properties become one."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import (
    AlreadyExists,
    Conflict,
    DomainError,
    IllegalState,
    InvalidInput,
    NotFound,
)
from chassis.testing import Harness
from guanjia.housing.v1 import events_pb2
from guanjia.housing.v1 import properties_pb2 as pb
from tests.housing.allocations.factories import building, rooms_of
from tests.housing.factories import create_property
from tests.housing.properties.reshaping import merge, read, totals
from tests.refusals import refusal
from tests.together import together

pytestmark = pytest.mark.row("H01")
NOBODY = "0190b6e0-7d5c-7a3e-8f00-0123456789ab"


def test_the_merged_property_has_what_all_had(housing: Harness) -> None:
    one = building(housing, 10, built_year=0, floors=3)
    two = create_property(
        housing,
        floor_area_m2=99.5,
        usable_area_m2=9.75,
        book_value_fen=7,
        use_state="USE_STATE_IDLE",
        built_year=2001,
    )
    before = totals(housing)
    made = merge(housing, two, one)
    assert (made.code, made.name, made.address) == ("M-1", "合并楼", two.address)
    assert (made.floor_area_m2, made.usable_area_m2) == (2500, 1610)
    assert made.book_value_fen == 860_000_007
    assert (made.floors, made.built_year) == (6, 2001)
    assert (made.use_state, made.title_state) == (pb.USE_STATE_IN_USE, pb.TITLE_STATE_IN_PROGRESS)
    assert made.account_state == pb.ACCOUNT_STATE_BOOKED
    assert [each.property_code for each in rooms_of(housing, made).values()] == ["M-1"]
    assert totals(housing) == before
    for each in (one, two):
        assert read(housing, each.id).use_state == pb.USE_STATE_RETIRED
    assert len(housing.facts(events_pb2.PropertyChanged)) == 5


def test_what_is_dangerous_or_unbooked_in_part_is_so_as_a_whole(housing: Harness) -> None:
    one = create_property(housing, use_state="USE_STATE_DANGEROUS")
    two = create_property(housing, account_state="ACCOUNT_STATE_NOMINAL")
    made = merge(housing, one, two)
    assert made.use_state == pb.USE_STATE_DANGEROUS
    assert made.account_state == pb.ACCOUNT_STATE_UNBOOKED


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"region_code": "990102"}, "REGIONS_DIFFER"),
        ({"kind": "PROPERTY_KIND_LAND"}, "KINDS_DIFFER"),
        ({"unit_uscc": "", "unit_name": "云澜市档案馆"}, "UNITS_DIFFER"),
    ],
)
def test_only_what_is_alike_is_merged(
    housing: Harness, changes: dict[str, Any], reason: str
) -> None:
    one, two = create_property(housing), create_property(housing, **changes)
    with pytest.raises(InvalidInput) as refused:
        merge(housing, one, two)
    assert refused.value.reason == reason


def test_townships_of_one_county_merge_into_a_property_of_the_county(housing: Harness) -> None:
    one = building(housing, 10, region_code="990101001")
    two = create_property(housing, region_code="990101002")
    made = merge(housing, one, two)
    assert made.region_code == "990101"
    assert [each.region_code for each in rooms_of(housing, made).values()] == ["990101"]


def test_rooms_of_one_number_are_renumbered_first(housing: Harness) -> None:
    one, two = building(housing, 10, 20), building(housing, 30)
    with pytest.raises(IllegalState) as refused:
        merge(housing, one, two)
    assert refused.value.reason == "ROOM_CODES_CLASH"
    assert "101" in refused.value.zh
    assert "102" not in refused.value.zh


def test_a_merger_that_breaks_a_rule_is_refused_by_field(housing: Harness) -> None:
    one, two = create_property(housing), create_property(housing)
    ids = [one.id, two.id]
    fields: dict[str, Any] = {"property_ids": ids, "code": "M-1", "name": "楼", "reason": "合并"}

    def told(kind: type[DomainError], **changes: Any) -> tuple[str, list[str]]:
        return refusal(housing, "merge_properties", kind, **fields | changes)

    assert told(InvalidInput, property_ids=[]) == ("REQUIRED", ["property_ids"])
    assert told(InvalidInput, property_ids=ids[:1]) == ("TOO_FEW", ["property_ids"])
    assert told(InvalidInput, property_ids=[one.id, one.id])[0] == "DUPLICATE"
    assert told(InvalidInput, property_ids=["甲", "乙"])[0] == "INVALID_ID"
    assert told(InvalidInput, etags=["1"]) == ("WRONG_NUMBER", ["etags"])
    assert told(InvalidInput, reason="") == ("REQUIRED", ["reason"])
    assert told(NotFound, property_ids=[one.id, NOBODY]) == ("NOT_FOUND", ["property_ids"])
    assert told(AlreadyExists, code=one.code) == ("CODE_TAKEN", ["code"])
    assert told(Conflict, etags=["1", "7"]) == ("STALE", ["etag"])
    assert housing.call("merge_properties", **fields, etags=["1", "1"]).code == "M-1"


def test_mergers_that_share_a_property_at_once_do_not_wait_for_one_another(
    housing: Harness,
) -> None:
    one, two = create_property(housing), create_property(housing)
    outcomes = together(
        lambda: merge(housing, one, two),
        lambda: merge(housing, two, one, code="M-2"),
    )
    [refused] = [each for each in outcomes if isinstance(each, Exception)]
    assert isinstance(refused, IllegalState)
    assert housing.count("properties") == 3
