"""A report on screen: the table at every width, what its figures mean, the way down."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len

from cli.render.tables import tables_of
from guanjia.report.v1 import report_pb2 as pb
from tests.cli.fake_gateway import fake_gateway
from tests.cli.printed import printed, run
from tests.cli.report import REPORT

WIDE = """\
房产台账汇总  截至 2026-01-31
                     处数      建筑面积    使用面积  使用面积系数          账面价值
房产类别  使用状态     处            ㎡          ㎡             %                元
───────────────────────────────────────────────────────────────────────────────────
办公用房  在用      1,803  1,234,567.80  890,123.40          72.1  1,234,567,890.12
土地      闲置          3      5,800.50        0.00             —            100.00

合计                1,806  1,240,368.30  890,123.40          71.8  1,234,567,990.12

处数（处）         在册房产的处数
建筑面积（㎡）     建筑面积之和
使用面积（㎡）     使用面积之和
使用面积系数（%）  使用面积之和 ÷ 建筑面积之和
"""


def shown(report: pb.Report, width: int) -> str:
    text = printed(*tables_of(report, width), width=width)
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def test_a_report_is_a_table_with_its_definitions_below() -> None:
    assert shown(REPORT, 120) == WIDE


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120])
def test_figures_without_room_stand_in_a_table_below_and_none_is_cut(width: int) -> None:
    text = shown(REPORT, width)
    assert max(map(cell_len, text.splitlines())) <= width
    for told in ("1,806", "1,240,368.30", "890,123.40", "71.8", "1,234,567,990.12"):
        assert told in text
    assert text.count("合计") == text.count("房产类别")


def test_a_long_name_leaves_room_for_the_figures() -> None:
    report = pb.Report()
    report.CopyFrom(REPORT)
    report.lines[0].about[0] = "云澜市机关事务管理局" * 8
    text = shown(report, 80)
    assert max(map(cell_len, text.splitlines())) <= 80
    assert "1,234,567.80" in text


def test_a_report_of_nothing_says_so() -> None:
    empty = pb.Report(title="房产台账汇总", as_of="2026-01-31", dimensions=["房产类别"])
    assert "没有数据" in shown(empty, 80)


def test_the_way_to_the_rows_of_a_line_is_a_command_to_copy(tmp_path: Path) -> None:
    with fake_gateway(housing_ReportProperties=REPORT) as gateway:
        result = run("call", "housing.ReportProperties", "--gateway", gateway.address, COLUMNS="80")
    assert result.exit_code == 0
    command = "guanjia call housing.ListProperties kind=办公用房 region_code=9901 use_state=在用"
    assert f"明细 rows of 办公用房 · 在用: {command}" in result.output


def test_a_call_this_release_does_not_know_is_told_as_it_came() -> None:
    report = pb.Report(title="新表", figures=[pb.Figure(label="数")], dimensions=["项"])
    told = report.lines.add(about=["甲 乙"], figures=["1"])
    told.drill.method = "housing.ListNewThings"
    told.drill.fields["kind"] = "NEW KIND"
    with fake_gateway(housing_ReportProperties=report) as gateway:
        output = run("call", "housing.ReportProperties", "--gateway", gateway.address).output
    assert "guanjia call housing.ListNewThings 'kind=NEW KIND'" in output
