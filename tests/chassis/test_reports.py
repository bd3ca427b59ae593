"""Reports: figures with their definition, each line leading to its rows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from chassis.reports import Figure, Line, Report, percent, sums_of, yuan
from chassis.wire import to_message
from guanjia.housing.v1 import properties_pb2
from guanjia.report.v1 import report_pb2 as pb

COUNT = Figure("count", "处数", "处", "在册处数")
RATE = Figure("rate", "登记率", "%", "已登记 ÷ 应登记")
REPORT = Report("权属", by=("区域",), figures=(COUNT, RATE))


def test_a_report_carries_definitions_and_leads_to_rows() -> None:
    rows = properties_pb2.ListPropertiesRequest(
        kind=properties_pb2.PROPERTY_KIND_LAND, region_code="990101"
    )
    told = REPORT.told(date(2026, 12, 31), [Line(("市本级",), (3, Decimal("33.3")), rows)])
    assert to_message(pb.Report, told) == pb.Report(
        title="权属",
        as_of="2026-12-31",
        dimensions=["区域"],
        figures=[
            pb.Figure(key="count", label="处数", unit="处", definition="在册处数"),
            pb.Figure(key="rate", label="登记率", unit="%", definition="已登记 ÷ 应登记"),
        ],
        lines=[
            pb.ReportLine(
                about=["市本级"],
                figures=["3", "33.3"],
                drill=pb.Drill(
                    method="housing.ListProperties",
                    fields={"kind": "PROPERTY_KIND_LAND", "region_code": "990101"},
                ),
            )
        ],
    )


def test_a_rate_of_nothing_is_empty_and_large_figures_are_written_out() -> None:
    told = REPORT.told(date(2026, 1, 1), [Line(("a",), (Decimal("1E+12"), percent(0, 0)))])
    assert told["lines"][0]["figures"] == ["1000000000000", ""]


def test_a_line_of_another_shape_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError):
        REPORT.told(date(2026, 1, 1), [Line(("a",), (1,))])


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (77, 139, "55.4"),
        (803, 1000, "80.3"),
        (91, 1000, "9.1"),
        (1, 3, "33.3"),
        (2, 3, "66.7"),
        (1, 2000, "0.0"),
        (3, 2000, "0.2"),
    ],
)
def test_percent_has_one_decimal_a_lone_five_going_to_the_even_digit(
    part: int, whole: int, shown: str
) -> None:
    assert str(percent(part, whole)) == shown


def test_sums_and_yuan_are_exact() -> None:
    lines = [Line(("a",), (1, Decimal("0.1"))), Line(("b",), (2, Decimal("0.2")))]
    assert sums_of([*lines, Line(("c",), (None, None))]) == [3, Decimal("0.3")]
    assert str(yuan(123_456_789_012_345)) == "1234567890123.45"
