"""What may be done with tags and labels."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from chassis.errors import (
    AlreadyExists,
    Conflict,
    DomainError,
    IllegalState,
    InvalidInput,
    NotFound,
    PermissionDenied,
)
from chassis.storage.tables import audit
from chassis.testing import Harness
from chassis.testing.reports import figures, rows_behind
from guanjia.warehouse.v1 import items_pb2 as ip
from tests.refusals import refusal
from tests.statements import statements
from tests.together import together
from tests.warehouse.factories import create_store, keeper_of, stocked

pytestmark = pytest.mark.row("W06")

NOBODY = "0190b6e0-7d5c-7a3e-8f00-0123456789ab"


def bind(warehouse: Harness, item: Any, tag: str) -> Any:
    return warehouse.call("bind_tag", item_id=item.id, tag=tag)


def now(warehouse: Harness, item: Any) -> Any:
    return warehouse.call("get_item", item_id=item.id)


def test_a_card_has_one_tag_which_another_replaces_and_which_may_go(warehouse: Harness) -> None:
    [desk, chair] = stocked(warehouse, 2)
    assert bind(warehouse, desk, " ｅ280-0001 ").tag == "E280-0001"
    assert bind(warehouse, desk, "E280-0002").tag == "E280-0002"
    assert bind(warehouse, chair, "E280-0001").tag == "E280-0001"
    assert bind(warehouse, chair, "E280-0001").tag == "E280-0001"
    assert warehouse.call("unbind_tag", item_id=desk.id).tag == ""
    assert refusal(warehouse, "unbind_tag", IllegalState, item_id=desk.id)[0] == "NOT_TAGGED"
    [found] = warehouse.call("list_items", tag="e280-0001").items
    assert found.id == chair.id


def test_the_trail_keeps_which_tag_a_card_had(warehouse: Harness) -> None:
    [desk] = stocked(warehouse, 1)
    bind(warehouse, desk, "E280-0001")
    bind(warehouse, desk, "E280-0002")
    with warehouse.database.reading() as connection:
        bound = select(audit.c.changes).where(audit.c.act == "warehouse.bind_tag")
        rows = connection.execute(bound.order_by(audit.c.id)).all()
    assert "E280-0001" in rows[-1].changes
    assert "E280-0002" in rows[-1].changes


def test_one_tag_does_not_bind_two_cards(warehouse: Harness) -> None:
    [desk, chair] = stocked(warehouse, 2)
    bind(warehouse, desk, "E280-0001")
    told = refusal(warehouse, "bind_tag", AlreadyExists, item_id=chair.id, tag="E280-0001")
    assert told == ("TAG_TAKEN", ["tag"])


def test_of_four_cards_bound_to_one_tag_at_once_one_has_it(warehouse: Harness) -> None:
    desks = stocked(warehouse, 4)
    outcomes = together(*(lambda each=each: bind(warehouse, each, "E280-0001") for each in desks))
    assert len([each for each in outcomes if isinstance(each, ip.Item)]) == 1
    refused = [each.reason for each in outcomes if isinstance(each, DomainError)]
    assert refused == ["TAG_TAKEN"] * 3
    assert len(warehouse.call("list_items", tag="E280-0001").items) == 1


def test_a_tag_is_not_the_code_of_another_card_or_asset(warehouse: Harness) -> None:
    [desk, chair] = stocked(warehouse, 2)
    for tag in (chair.code, "GW-2031-000001", chair.asset.asset_code):
        told = refusal(warehouse, "bind_tag", InvalidInput, item_id=desk.id, tag=tag)
        assert told == ("CODE_OF_OTHER", ["tag"])
    assert bind(warehouse, desk, desk.code).tag == desk.code
    assert bind(warehouse, desk, desk.asset.asset_code).tag == desk.asset.asset_code


def test_what_cannot_be_a_tag_is_refused(warehouse: Harness) -> None:
    [desk] = stocked(warehouse, 1)
    for tag, reason in (("", "REQUIRED"), ("a b", "INVALID_CODE"), ("x" * 65, "TOO_LONG")):
        told = refusal(warehouse, "bind_tag", InvalidInput, item_id=desk.id, tag=tag)
        assert told == (reason, ["tag"])
    stale = {"item_id": desk.id, "tag": "X", "etag": "99"}
    assert refusal(warehouse, "bind_tag", Conflict, **stale) == ("STALE", ["etag"])
    told = refusal(warehouse, "bind_tag", NotFound, item_id=NOBODY, tag="X")
    assert told == ("NOT_FOUND", ["item_id"])


def test_thirty_labels_are_two_pages_and_bind_what_has_no_tag(warehouse: Harness) -> None:
    desks = stocked(warehouse, 29)
    tagged = bind(warehouse, desks[3], "E280-0001")
    [other] = stocked(warehouse, 1)
    ids = [each.id for each in [*desks, other]]
    document = warehouse.call("print_labels", item_ids=ids)
    assert (document.file_name, document.content_type) == ("公物仓标签.pdf", "application/pdf")
    assert document.content.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type /Page\b", document.content)) == 2
    assert now(warehouse, desks[0]).tag == desks[0].code
    assert now(warehouse, tagged) == tagged
    again = warehouse.call("print_labels", item_ids=ids)
    assert again == document
    assert now(warehouse, desks[0]).etag == "2"


def test_a_place_is_printed_in_the_order_of_codes(warehouse: Harness) -> None:
    desks = stocked(warehouse, 3)
    document = warehouse.call(
        "print_labels", store_id=desks[0].store_id, place="A-01", format="LABEL_FORMAT_SVG"
    )
    assert (document.file_name, document.content_type) == ("公物仓标签.svg", "image/svg+xml")
    told = re.findall(r">(GW-\d{4}-\d{6})<", document.content.decode())
    assert told == [desks[0].code] * 2 + [desks[1].code] * 2 + [desks[2].code] * 2


def test_more_than_fits_into_one_file_is_refused(warehouse: Harness) -> None:
    desks = stocked(warehouse, 101)
    store_id, ids = desks[0].store_id, [each.id for each in desks]
    svg = {"format": "LABEL_FORMAT_SVG"}
    for fields, field in (
        ({"item_ids": ids}, "item_ids"),
        ({"store_id": store_id}, "store_id"),
        ({"item_ids": ids[:25]} | svg, "item_ids"),
        ({"store_id": store_id, "place": "A-01"} | svg, "store_id"),
    ):
        told = refusal(warehouse, "print_labels", InvalidInput, **fields)
        assert told == ("TOO_MANY", [field])
    assert now(warehouse, desks[0]).tag == ""


def test_what_is_printed_is_named_in_one_way(warehouse: Harness) -> None:
    [desk], store = stocked(warehouse, 1), create_store(warehouse)
    both = {"item_ids": [desk.id], "store_id": desk.store_id}
    for fields, told in (
        ({}, ("ONE_OF_BOTH", ["item_ids"])),
        (both, ("ONE_OF_BOTH", ["item_ids"])),
        ({"item_ids": [desk.id], "place": "A-01"}, ("REQUIRED", ["store_id"])),
        ({"item_ids": [desk.id, desk.id]}, ("DUPLICATE", ["item_ids"])),
    ):
        assert refusal(warehouse, "print_labels", InvalidInput, **fields) == told
    told = refusal(warehouse, "print_labels", NotFound, item_ids=[desk.id, NOBODY])
    assert told == ("NOT_FOUND", ["item_ids.1"])
    told = refusal(warehouse, "print_labels", IllegalState, store_id=store.id)
    assert told == ("NOTHING_THERE", [])


def test_a_keeper_prints_and_binds_within_their_region_only(warehouse: Harness) -> None:
    [desk] = stocked(warehouse, 1, region_code="990200")
    for method, fields in (
        ("bind_tag", {"item_id": desk.id, "tag": "E280-0001"}),
        ("print_labels", {"item_ids": [desk.id]}),
    ):
        with pytest.raises(PermissionDenied) as refused:
            warehouse.call(method, user=keeper_of("9901"), **fields)
        assert refused.value.reason == "OUT_OF_SCOPE"
    assert now(warehouse, desk) == desk


def test_coverage_is_what_is_tagged_of_what_must_be(warehouse: Harness) -> None:
    desks = stocked(warehouse, 8)
    stocked(warehouse, 2, 分类代码="A08010000")
    printers = stocked(warehouse, 3, 分类代码="A02010601", region_code="990200")
    for desk in desks[:3]:
        bind(warehouse, desk, f"E280-{desk.code[-4:]}")
    warehouse.call("print_labels", item_ids=[each.id for each in printers])
    report = warehouse.call("report_tags")
    told = figures(report)
    by_class = {about[2]: each for about, each in told.items()}
    assert by_class == {
        "A05": _row(8, 3, 5, "37.5"),
        "A02": _row(3, 3, 0, "100.0"),
        "合计": _row(11, 6, 5, "54.5"),
    }
    for line in report.lines[:-1]:
        rows = rows_behind(warehouse, line)
        assert len(rows) == told[tuple(line.about)]["must_tag"]
        assert len([row for row in rows if row.tag]) == told[tuple(line.about)]["tagged"]
    near = figures(warehouse.call("report_tags", region_code="9902"))
    assert [about[2] for about in near] == ["A02", "合计"]


def test_coverage_costs_the_same_however_many_stores_there_are(warehouse: Harness) -> None:
    create_store(warehouse)
    with statements(warehouse) as few:
        warehouse.call("report_tags")
    for _ in range(5):
        create_store(warehouse)
    with statements(warehouse) as many:
        warehouse.call("report_tags")
    assert len(many) == len(few)


def test_nothing_that_must_be_tagged_has_no_coverage(warehouse: Harness) -> None:
    create_store(warehouse)
    assert list(figures(warehouse.call("report_tags")).values()) == [
        {"must_tag": 0, "tagged": 0, "untagged": 0, "rate": None}
    ]


def _row(must_tag: int, tagged: int, untagged: int, rate: str) -> dict[str, Decimal]:
    numbers = (must_tag, tagged, untagged, rate)
    keys = ("must_tag", "tagged", "untagged", "rate")
    return {key: Decimal(each) for key, each in zip(keys, numbers, strict=True)}
