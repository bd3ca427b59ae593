"""A report as a file a bureau hands on."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

from python_calamine import CalamineWorkbook

from tests.cli.fake_gateway import fake_gateway
from tests.cli.printed import run
from tests.cli.report import REPORT

HEADINGS = [
    "房产类别",
    "使用状态",
    "处数（处）",
    "建筑面积（㎡）",
    "使用面积（㎡）",
    "使用面积系数（%）",
    "账面价值（元）",
]


def export(path: Path, *words: str) -> str:
    with fake_gateway(housing_ReportProperties=REPORT) as gateway:
        result = run(
            "export", "housing.ReportProperties", str(path), *words, "--gateway", gateway.address
        )
    assert result.exit_code == 0, result.output
    return result.output


def test_a_report_has_its_title_its_day_and_what_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    assert "3 行" in export(path, "region_code=9901")
    book = CalamineWorkbook.from_path(path)
    assert book.sheet_names == ["房产台账汇总", "口径"]
    rows = book.get_sheet_by_name("房产台账汇总").to_python()
    assert rows[0][0] == "房产台账汇总"
    assert rows[1][0] == "截至 2026-01-31    行政区划代码：9901"
    assert rows[2:] == [
        HEADINGS,
        ["办公用房", "在用", 1803, 1234567.8, 890123.4, 72.1, 1234567890.12],
        ["土地", "闲置", 3, 5800.5, 0, "", 100],
        ["合计", "", 1806, 1240368.3, 890123.4, 71.8, 1234567990.12],
    ]


def test_every_figure_is_defined_on_a_sheet_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    export(path)
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name("口径").to_python()
    assert rows == [
        ["指标", "计量单位", "口径"],
        ["处数", "处", "在册房产的处数"],
        ["建筑面积", "㎡", "建筑面积之和"],
        ["使用面积", "㎡", "使用面积之和"],
        ["使用面积系数", "%", "使用面积之和 ÷ 建筑面积之和"],
        ["账面价值", "元", ""],
    ]


def test_numbers_have_the_decimals_of_their_column_and_headings_stay_in_view(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.xlsx"
    export(path)
    with zipfile.ZipFile(path) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        styles = parts.read("xl/styles.xml").decode()
    assert '<pane xSplit="2" ySplit="3"' in sheet
    assert '<mergeCell ref="A1:G1"/>' in sheet
    for shown in ("#,##0", "#,##0.0", "#,##0.00"):
        assert f'formatCode="{shown}"' in styles


def test_a_text_file_has_the_table_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    assert "3 行" in export(path)
    assert list(csv.reader(path.read_text("utf-8-sig").splitlines())) == [
        HEADINGS,
        ["办公用房", "在用", "1803", "1234567.80", "890123.40", "72.1", "1234567890.12"],
        ["土地", "闲置", "3", "5800.50", "0.00", "", "100.00"],
        ["合计", "", "1806", "1240368.30", "890123.40", "71.8", "1234567990.12"],
    ]
