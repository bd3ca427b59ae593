"""A repair plan goes out as a sheet, and comes back as it went."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import InvalidInput
from chassis.principal import Realm
from chassis.testing import Harness
from cli import catalogue
from cli.exports import rows_field, table_of
from cli.exports.table import text_of
from guanjia.housing.v1 import repairs_pb2 as pb
from tests.housing.factories import approved_disposal, create_property
from tests.housing.repairs.factories import (
    accepted_repair,
    create_repair,
    review,
    submitted_repair,
    work,
)
from tests.housing.repairs.test_import import cells, counts, sent
from tests.people import person
from tests.refusals import refusal

pytestmark = pytest.mark.row("H15")


def works(housing: Harness, **fields: Any) -> list[Any]:
    return list(housing.call("list_repair_works", **fields).works)


def exported(rows: list[Any]) -> list[dict[str, str]]:
    """Rows as `guanjia export` writes them: heading to text."""
    listed = rows_field(catalogue.method("housing.ListRepairWorks"))
    assert listed is not None
    columns = table_of(listed).columns
    return [{each.heading: text_of(each.cell(row)) for each in columns} for row in rows]


@pytest.fixture
def plan(housing: Harness) -> Harness:
    """Two repairs of YL-A, the first with two lines, and one of YL-B next year."""
    ids = [create_property(housing, code=code).id for code in ("YL-A", "YL-B")]
    submitted_repair(
        housing, work(area_m2=1200.1, asked_fen=10_000_001), work("WALL"), property_id=ids[0]
    )
    accepted_repair(housing, work("ELECTRIC", area_m2=0), property_id=ids[0])
    create_repair(housing, work("LIFT"), property_id=ids[1], year=2027, kind="REPAIR_KIND_MEDIUM")
    return housing


def test_each_line_of_a_repair_is_a_row(plan: Harness) -> None:
    found = works(plan)
    assert [(each.code[-1], each.property_code, each.component) for each in found] == [
        ("1", "YL-A", pb.REPAIR_COMPONENT_ROOF),
        ("1", "YL-A", pb.REPAIR_COMPONENT_WALL),
        ("2", "YL-A", pb.REPAIR_COMPONENT_ELECTRIC),
        ("3", "YL-B", pb.REPAIR_COMPONENT_LIFT),
    ]
    assert exported(found[:1]) == [
        {
            "房产编号": "YL-A",
            "维修类别": "大修",
            "计划年度": "2026",
            "维修部位": "屋面防水",
            "维修内容": "屋面防水层翻新",
            "面积（㎡）": "1200.10",
            "申请金额（元）": "100000.01",
            "事由": "屋面漏水",
            "维修单号": "WX-2026-000001",
            "状态": "待评审",
        }
    ]


def test_what_was_exported_is_imported_unchanged(plan: Harness) -> None:
    before = plan.call("list_repairs").repairs
    reply = sent(plan, *exported(works(plan)))
    assert (counts(reply), list(reply.problems)) == ((0, 4, 0), [])
    assert plan.call("list_repairs").repairs == before


def test_it_is_also_unchanged_once_the_property_leaves(plan: Harness) -> None:
    property_id = plan.call("list_properties").properties[0].id
    approved_disposal(plan, property_id=property_id)
    assert counts(sent(plan, *exported(works(plan)))) == (0, 4, 0)


def test_two_repairs_that_say_different_things_of_one_work_are_both_known(plan: Harness) -> None:
    property_id = plan.call("list_properties").properties[1].id
    create_repair(plan, work("LIFT", asked_fen=7), property_id=property_id, year=2027)
    assert counts(sent(plan, *exported(works(plan)))) == (0, 5, 0)
    other = cells("YL-B", 计划年度="2027", 维修部位="电梯", **{"申请金额（元）": "8"})
    assert counts(sent(plan, other)) == (0, 0, 1)


def test_a_plan_of_another_place_is_drafted_from_the_sheet(plan: Harness) -> None:
    rows = [row | {"计划年度": "2028"} for row in exported(works(plan))]
    assert counts(sent(plan, *rows)) == (4, 0, 0)
    assert [each.asked_fen for each in works(plan, year=2028)] == [
        10_000_001,
        10_000_000,
        10_000_000,
        10_000_000,
    ]


def test_what_was_withdrawn_or_rejected_is_no_row(plan: Harness) -> None:
    first, _, third = plan.call("list_repairs").repairs
    reviewed = review(plan, first)
    plan.call(
        "decide_approval",
        user="chief",
        approval_id=reviewed.approval_id,
        decision="DECISION_REJECT",
        note="不急",
    )
    plan.call("withdraw_repair", repair_id=third.id)
    assert [each.component for each in works(plan)] == [pb.REPAIR_COMPONENT_ELECTRIC]


def test_rows_are_found_by_year_property_and_region(plan: Harness) -> None:
    one, two = (each.id for each in plan.call("list_properties").properties)
    create_repair(plan, property_id=create_property(plan, region_code="990102").id)
    assert len(works(plan)) == 5
    assert [each.property_code for each in works(plan, year=2027)] == ["YL-B"]
    assert len(works(plan, property_id=one)) == 3
    assert works(plan, property_id=two, year=2026) == []
    assert len(works(plan, region_code="990101")) == 4
    assert len(works(plan, region_code="990102")) == 1
    elsewhere = person("he", "unit_clerk", realm=Realm("990102"))
    assert len(works(plan, user=elsewhere)) == 1


def test_every_row_is_on_exactly_one_page(plan: Harness) -> None:
    token, found = "", []
    while not found or token:
        page = plan.call("list_repair_works", page_size=1, page_token=token)
        found += page.works
        token = page.next_page_token
    assert found == works(plan)


@pytest.mark.parametrize(
    ("filters", "field", "reason"),
    [
        ({"page_size": 501}, "page_size", "OUT_OF_RANGE"),
        ({"page_token": "x"}, "page_token", "INVALID_PAGE_TOKEN"),
        ({"year": -1}, "year", "OUT_OF_RANGE"),
        ({"property_id": "x"}, "property_id", "INVALID_ID"),
        ({"region_code": "99010"}, "region_code", "INVALID_REGION_CODE"),
    ],
)
def test_a_filter_that_means_nothing_is_refused(
    housing: Harness, filters: dict[str, Any], field: str, reason: str
) -> None:
    assert refusal(housing, "list_repair_works", InvalidInput, **filters) == (reason, [field])
