"""Registers come in by spreadsheet."""

from __future__ import annotations

import pytest

from chassis.errors import InvalidInput
from chassis.testing import Harness
from chassis.testing.reports import figures
from guanjia.housing.v1 import events_pb2
from guanjia.sheet.v1 import sheet_pb2
from housing.properties.register import HEADINGS
from tests.housing.factories import approved_disposal, create_property
from tests.housing.register import cells, register, sent, sums
from tests.refusals import refusal
from tests.together import together

pytestmark = pytest.mark.row("H01")


def counts(reply: sheet_pb2.ImportResponse) -> tuple[int, int, int]:
    return reply.created, reply.unchanged, reply.refused


def test_1392_rows_with_3_bad_areas_save_1389_and_again_none(housing: Harness) -> None:
    rows = register(good=1389, bad=3)
    for expected in ((1389, 0, 3), (0, 1389, 3)):
        replies = [
            sent(housing, rows[start : start + 500], first=start + 2)
            for start in range(0, len(rows), 500)
        ]
        assert tuple(map(sum, zip(*map(counts, replies), strict=True))) == expected
        problems = [each for reply in replies for each in reply.problems]
        bad = [
            number for number, row in enumerate(rows, 2) if row[HEADINGS["floor_area_m2"]] == "-5"
        ]
        assert [(each.row, each.field, each.value, each.reason) for each in problems] == [
            (number, "floor_area_m2", "-5", "OUT_OF_RANGE") for number in bad
        ]
    assert len(housing.facts(events_pb2.PropertyChanged)) == 1389
    good = [row for row in rows if row[HEADINGS["floor_area_m2"]] != "-5"]
    found = figures(housing.call("report_properties"))
    assert {
        kind: (each["count"], each["floor_area_m2"], each["book_value_yuan"])
        for (kind, _), each in found.items()
        if kind != "合计"
    } == sums(good)


def test_a_code_twice_in_a_file_counts_once_and_with_other_content_is_refused(
    housing: Harness,
) -> None:
    reply = sent(housing, [cells("A"), cells("ａ"), cells("A", name="别的楼"), cells("B")])
    assert counts(reply) == (2, 1, 1)
    [problem] = reply.problems
    assert (problem.row, problem.field, problem.reason) == (4, "code", "CODE_TAKEN")
    assert housing.call("get_property", property_id=first_id(housing)).name == "云澜市财政局办公楼"


def first_id(housing: Harness) -> str:
    return str(housing.call("list_properties", page_size=1).properties[0].id)


def test_what_is_registered_with_other_content_is_refused_and_never_overwritten(
    housing: Harness,
) -> None:
    created = create_property(housing, code="A")
    reply = sent(housing, [cells("A", name="别的楼")])
    assert counts(reply) == (0, 0, 1)
    assert housing.call("get_property", property_id=created.id) == created


def test_a_file_may_not_say_that_a_property_leaves(housing: Harness) -> None:
    reply = sent(housing, [cells("A", use_state="处置中"), cells("B", use_state="已处置")])
    assert counts(reply) == (0, 0, 2)
    assert {each.reason for each in reply.problems} == {"ILLEGAL_STATE"}


@pytest.mark.row("H04")
def test_a_file_may_not_say_that_a_new_property_is_not_registrable(housing: Harness) -> None:
    reply = sent(housing, [cells("A", title_state="不可登记"), cells("B")])
    assert counts(reply) == (1, 0, 1)
    [problem] = reply.problems
    assert (problem.row, problem.field, problem.reason) == (
        2,
        "title_state",
        "NEEDS_APPROVED_REASON",
    )


@pytest.mark.row("H04")
def test_a_property_that_was_exempted_is_unchanged_by_the_file_that_says_so(
    housing: Harness,
) -> None:
    sent(housing, [cells("A", title_state="办理中")])
    given = {"property_id": first_id(housing), "reason": "地下人防工程"}
    asked = housing.call("propose_title_exemption", **given)
    decision = {"approval_id": asked.approval_id, "decision": "DECISION_APPROVE"}
    housing.call("decide_approval", user="chief", **decision)
    assert counts(sent(housing, [cells("A", title_state="不可登记")])) == (0, 1, 0)


def test_a_property_under_disposal_is_unchanged_by_the_file_that_says_so(housing: Harness) -> None:
    sent(housing, [cells("A")])
    approved_disposal(housing, property_id=first_id(housing))
    assert counts(sent(housing, [cells("A", use_state="处置中")])) == (0, 1, 0)
    assert counts(sent(housing, [cells("A")])) == (0, 0, 1)


def test_no_rows_are_no_change(housing: Harness) -> None:
    assert housing.call("import_properties") == sheet_pb2.ImportResponse()


def test_more_than_500_rows_are_refused(housing: Harness) -> None:
    rows = [{"row": number, "cells": {}} for number in range(501)]
    told = refusal(housing, "import_properties", InvalidInput, rows=rows)
    assert told == ("TOO_MANY", ["rows"])


def test_every_row_is_counted_though_two_have_the_same_number(housing: Harness) -> None:
    rows = [{"row": 0, "cells": cells(code, floor_area_m2="-5")} for code in "AB"]
    reply = housing.call("import_properties", rows=[*rows, {"row": 0, "cells": cells("C")}])
    assert counts(reply) == (1, 0, 2)


def test_a_row_with_several_problems_is_refused_once(housing: Harness) -> None:
    reply = sent(housing, [cells("A", floor_area_m2="-5", floors="x"), cells("B")])
    assert counts(reply) == (1, 0, 1)
    assert [(each.row, each.field) for each in reply.problems] == [
        (2, "floors"),
        (2, "floor_area_m2"),
    ]


def test_a_row_longer_than_a_message_may_be_is_refused_as_a_whole(housing: Harness) -> None:
    rows = [{"row": 2, "cells": cells("A", name="长" * 4_001)}]
    told = refusal(housing, "import_properties", InvalidInput, rows=rows)
    assert told == ("TOO_LONG", ["rows.0.cells.房产名称"])


def test_r12_the_same_import_at_once_is_one_import(housing: Harness) -> None:
    rows = [{"row": number, "cells": cells(f"A{number}")} for number in range(20)]
    replies = together(
        *[lambda: housing.call("import_properties", rows=rows, request_id="one")] * 4
    )
    assert replies == [replies[0]] * 4
    assert housing.count("properties") == len(housing.facts()) == 20


def test_r22_two_files_with_the_same_properties_at_once_register_each_once(
    housing: Harness,
) -> None:
    rows = [cells(f"A{number:02}") for number in range(30)]
    replies = together(lambda: sent(housing, rows), lambda: sent(housing, rows[::-1]))
    assert sorted(map(counts, replies)) == [(0, 30, 0), (30, 0, 0)]  # type: ignore[arg-type]
    assert housing.count("properties") == 30
