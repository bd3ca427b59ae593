"""Finding and summing properties."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from chassis.errors import InvalidInput
from chassis.testing import Harness
from chassis.testing.reports import figures, rows_behind
from guanjia.housing.v1 import properties_pb2 as pb
from tests.housing.factories import approved_disposal, create_property
from tests.refusals import refusal


@pytest.fixture
def register(housing: Harness) -> Harness:
    """Four properties in two districts and another city."""
    differing: dict[str, dict[str, Any]] = {
        "A": {"region_code": "990101"},
        "B": {"region_code": "990102", "kind": "PROPERTY_KIND_LAND"},
        "C": {"region_code": "990101001", "use_state": "USE_STATE_IDLE"},
        "D": {"region_code": "990201", "floor_area_m2": 0.1, "usable_area_m2": 0.1},
    }
    for code, changes in differing.items():
        create_property(housing, code=code, **changes)
    return housing


def codes(housing: Harness, **filters: Any) -> str:
    return "".join(each.code for each in housing.call("list_properties", **filters).properties)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, "ABCD"),
        ({"region_code": "990000"}, "ABCD"),
        ({"region_code": "99"}, "ABCD"),
        ({"region_code": "990100"}, "ABC"),
        ({"region_code": "9901"}, "ABC"),
        ({"region_code": "990101"}, "AC"),
        ({"region_code": "990101001"}, "C"),
        ({"region_code": "990300"}, ""),
        ({"kind": "PROPERTY_KIND_LAND"}, "B"),
        ({"use_state": "USE_STATE_IDLE"}, "C"),
        ({"use_state": "USE_STATE_IN_USE", "region_code": "990100"}, "AB"),
        ({"code": "ｂ"}, "B"),
        ({"code": "none"}, ""),
    ],
)
def test_a_list_holds_what_its_filters_name(
    register: Harness, filters: dict[str, Any], expected: str
) -> None:
    assert codes(register, **filters) == expected


@pytest.mark.parametrize(
    ("filters", "field", "reason"),
    [
        ({"region_code": "99_1"}, "region_code", "INVALID_REGION_CODE"),
        ({"code": "a%"}, "code", "INVALID_CODE"),
        ({"page_size": 501}, "page_size", "OUT_OF_RANGE"),
        ({"page_size": -1}, "page_size", "OUT_OF_RANGE"),
        ({"page_token": "x"}, "page_token", "INVALID_PAGE_TOKEN"),
        ({"kind": 99}, "kind", "UNKNOWN_VALUE"),
    ],
)
def test_a_filter_that_means_nothing_is_refused(
    housing: Harness, filters: dict[str, Any], field: str, reason: str
) -> None:
    assert refusal(housing, "list_properties", InvalidInput, **filters) == (reason, [field])


def test_pages_go_on_within_a_filter(register: Harness) -> None:
    first = register.call("list_properties", page_size=2, region_code="990100")
    rest = register.call(
        "list_properties", page_size=2, region_code="990100", page_token=first.next_page_token
    )
    assert [each.code for each in (*first.properties, *rest.properties)] == ["A", "B", "C"]
    assert rest.next_page_token == ""


@pytest.mark.row("H01")
def test_a_summary_adds_up_by_kind_and_use_exactly(register: Harness) -> None:
    create_property(register, code="E", floor_area_m2=0.2, usable_area_m2=0.2)
    report = register.call("report_properties")
    office, land = ("办公用房", "在用"), ("土地", "在用")
    one = {
        "count": Decimal(1),
        "floor_area_m2": Decimal("2400.50"),
        "usable_area_m2": Decimal("1600.25"),
        "use_ratio": Decimal("66.7"),
        "book_value_yuan": Decimal("8600000"),
        "below_coefficient": Decimal(0),
    }
    assert figures(report) == {
        office: {
            "count": Decimal(3),
            "floor_area_m2": Decimal("2400.80"),
            "usable_area_m2": Decimal("1600.55"),
            "use_ratio": Decimal("66.7"),
            "book_value_yuan": Decimal("25800000"),
            "below_coefficient": Decimal(0),
        },
        land: one,
        ("办公用房", "闲置"): one,
        ("合计", ""): {
            "count": Decimal(5),
            "floor_area_m2": Decimal("7201.80"),
            "usable_area_m2": Decimal("4801.05"),
            "use_ratio": Decimal("66.7"),
            "book_value_yuan": Decimal("43000000"),
            "below_coefficient": Decimal(0),
        },
    }
    assert all(each.definition for each in report.figures)
    for line in report.lines[:-1]:
        assert len(rows_behind(register, line)) == int(line.figures[0])


@pytest.mark.row("H01")
def test_k2_offices_with_too_little_usable_area_are_counted(housing: Harness) -> None:
    differing: dict[str, dict[str, Any]] = {
        "A": {"floors": 6, "usable_area_m2": 650},
        "B": {"floors": 6, "usable_area_m2": 649.99},
        "C": {"floors": 7, "usable_area_m2": 600},
        "D": {"floors": 7, "usable_area_m2": 599.99},
        "E": {"usable_area_m2": 0},
        "F": {"kind": "PROPERTY_KIND_RESIDENTIAL", "usable_area_m2": 100},
        "G": {"kind": "PROPERTY_KIND_TECHNICAL", "usable_area_m2": 100},
    }
    for code, changes in differing.items():
        create_property(housing, code=code, floor_area_m2=1000, **changes)
    told = figures(housing.call("report_properties"))
    counted = {kind: each["below_coefficient"] for (kind, _), each in told.items()}
    assert counted == {"办公用房": 2, "存量住宅": 0, "技术业务用房": 1, "合计": 3}


def test_a_summary_counts_a_region_and_all_below_it(register: Harness) -> None:
    def count(region_code: str) -> int:
        report = register.call("report_properties", region_code=region_code)
        return int((figures(report).get(("合计", "")) or {}).get("count") or 0)

    assert [count(code) for code in ("", "990100", "990201", "990300")] == [4, 3, 1, 0]
    with pytest.raises(InvalidInput):
        count("all")


def test_a_disposed_property_counts_no_more(housing: Harness) -> None:
    id = create_property(housing).id
    disposal = approved_disposal(housing, property_id=id, assets=[])
    assert ("办公用房", "处置中") in figures(housing.call("report_properties"))
    housing.call("complete_disposal", disposal_id=disposal.id)
    assert not housing.call("report_properties").lines
    assert housing.call("get_property", property_id=id).use_state == pb.USE_STATE_DISPOSED
