"""What is read out of a spreadsheet, and what is refused."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.sheets import Sheet, Why, read_rows
from cli.sheets.apart import read_apart

HEADINGS = ("房产编号", "房产名称", "建筑面积（㎡）", "账面价值（元）", "使用状态", "备注")
TITLE = ["云澜市房产台账"]
ABOVE = [TITLE, ["编制单位：云澜市机关事务管理局", "", "单位：平方米、元"]]
OFFICE = ["0012", "办公楼", "1200.5", "350000", "在用", ""]
ANNEX = ["0013", "附楼", "800", "1", "闲置", "待维修"]


def xlsx(path: Path, *sheets: Sequence[Sequence[object]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        for number, rows in enumerate(sheets, start=1):
            sheet = book.add_worksheet(f"表{number}")
            for row, values in enumerate(rows):
                for column, value in enumerate(values):
                    if isinstance(value, str):
                        sheet.write_string(row, column, value)
                    else:
                        sheet.write(row, column, value)
    return path


def read(path: Path, *sheets: Sequence[Sequence[object]]) -> Sheet:
    return read_rows(xlsx(path / "a.xlsx", *sheets), HEADINGS)


def test_rows_carry_the_number_the_program_shows(tmp_path: Path) -> None:
    sheet = read(tmp_path, [*ABOVE, HEADINGS, OFFICE, [], ANNEX])
    assert [row.number for row in sheet.rows] == [4, 6]
    assert sheet.rows[1].cells == dict(zip(HEADINGS, ANNEX, strict=True))
    assert [(row.number, row.why) for row in sheet.skipped] == [(5, Why.BLANK)]


def test_the_table_is_found_on_a_later_sheet_and_the_others_are_named(tmp_path: Path) -> None:
    guide = [["填表说明"], ["备注"], ["一处一行"]]
    path = xlsx(tmp_path / "a.xlsx", guide, [HEADINGS, OFFICE], [HEADINGS, ANNEX])
    sheet = read_rows(path, HEADINGS)
    assert (sheet.name, len(sheet.rows), sheet.others) == ("表2", 1, ["表3"])
    assert read_rows(path, HEADINGS, sheet="表3").rows[0].cells["房产名称"] == "附楼"


def test_a_table_that_starts_away_from_the_corner_is_found(tmp_path: Path) -> None:
    sheet = read(tmp_path, [[], [], ["", "", *HEADINGS], ["", "", *OFFICE]])
    assert sheet.rows[0].number == 4
    assert list(sheet.rows[0].cells.values()) == OFFICE


def test_totals_notes_captions_and_repeated_headings_are_no_rows(tmp_path: Path) -> None:
    below: list[list[object]] = [
        ["小 计", "", 1200.5],
        [*HEADINGS],
        [*ANNEX],
        ["合计（2 处）", "", 2000.5],
        ["其中：闲置", "", 800],
        ["备注：1. 面积以权证为准。"],
        ["2. 价值以账面为准。"],
        ["填表人：林知远", "", "审核人：沈亦舟"],
        [],
    ]
    sheet = read(tmp_path, [HEADINGS, OFFICE, *below])
    assert [row.number for row in sheet.rows] == [2, 5]
    assert [(row.number, row.why) for row in sheet.skipped] == [
        (3, Why.TOTAL),
        (4, Why.HEADING),
        (6, Why.TOTAL),
        (7, Why.TOTAL),
        (8, Why.NOTE),
        (9, Why.NOTE),
        (10, Why.NOTE),
    ]


def test_lines_that_are_only_numbered_are_blank(tmp_path: Path) -> None:
    numbered = ["序号", *HEADINGS]
    sheet = read(tmp_path, [numbered, [1, *OFFICE], ["一、市直机关"], [2], [3, *ANNEX], [4]])
    assert [row.number for row in sheet.rows] == [2, 5]
    assert [row.why for row in sheet.skipped] == [Why.CAPTION, Why.BLANK, Why.BLANK]


def test_the_words_of_the_sheet_are_kept_for_messages(tmp_path: Path) -> None:
    sheet = read(tmp_path, [["房产编号", "建筑面积\n(平方米)", "楼长"], ["0012", 1200.5, "无"]])
    assert sheet.headings == ["房产编号", "建筑面积（㎡）", "楼长"]
    assert sheet.typed["建筑面积（㎡）"] == "建筑面积(平方米)"


def test_an_error_cell_is_read_as_its_text_and_not_as_blank(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_row(1, 0, OFFICE[:2])
        sheet.write_formula(1, 2, "=NA()", None, "#N/A")
    assert read_rows(path, HEADINGS).rows[0].cells["建筑面积（㎡）"] == "#N/A"


def test_a_fault_of_our_own_is_not_taken_for_a_bad_file(tmp_path: Path) -> None:
    wrong_type: list[object] = [1]
    with pytest.raises(RuntimeError, match="Traceback"):
        read_apart(xlsx(tmp_path / "a.xlsx", [HEADINGS, OFFICE]), wrong_type, "")  # type: ignore[arg-type]


words = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co"), exclude_characters="\u200b\ufeff"),
    min_size=1,
).map(str.strip)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(words, words), min_size=1, max_size=20))
def test_text_comes_back_as_it_was_written(pairs: list[tuple[str, str]]) -> None:
    rows = [[f"码{number}", *pair] for number, pair in enumerate(pairs)]
    with tempfile.TemporaryDirectory() as folder:
        sheet = read(Path(folder), [HEADINGS, *rows])
    assert [list(row.cells.values())[:3] for row in sheet.rows] == rows
