"""Every way in which a file is refused; never with a stack trace."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
import xlsxwriter

from cli.sheets import SpreadsheetRefused, read_rows

HEADINGS = ("房产编号", "房产名称", "建筑面积（㎡）")
TITLE = ["云澜市房产台账"]
OFFICE = ["0012", "办公楼", "1200.5"]
STRAY = 1_048_575, 16_383


def xlsx(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path


def refusal(path: Path, headings: Sequence[str] = HEADINGS) -> SpreadsheetRefused:
    with pytest.raises(SpreadsheetRefused) as refused:
        read_rows(path, headings)
    assert refused.value.zh
    assert refused.value.en
    return refused.value


def test_a_missing_file_and_an_unknown_format_are_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.xlsx").reason == "SPREADSHEET_NOT_FOUND"
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7")
    assert refusal(tmp_path / "a.pdf").reason == "SPREADSHEET_FORMAT_UNKNOWN"


@pytest.mark.parametrize(
    "content", [b"<html><table>", "房产编号,1".encode(), b"PK\3\4 broken", b"\xd0\xcf\x11\xe0" * 99]
)
@pytest.mark.parametrize("suffix", [".xlsx", ".xls", ".ods"])
def test_what_only_looks_like_a_workbook_is_refused(
    tmp_path: Path, suffix: str, content: bytes
) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content)
    assert refusal(path).reason == "SPREADSHEET_UNREADABLE"


def test_a_text_file_called_xlsx_is_refused_without_starting_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.sheets.read_apart", lambda *_: pytest.fail("was started"))
    path = tmp_path / "a.xlsx"
    path.write_text("房产编号\t房产名称\n", encoding="utf-8")
    assert refusal(path).reason == "SPREADSHEET_UNREADABLE"


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_a_file_of_thirty_megabytes_is_refused_unread(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"a{suffix}"
    with path.open("wb") as file:
        file.truncate(30 * 1024 * 1024)
    monkeypatch.setattr(Path, "open", lambda *_, **__: pytest.fail("was opened"))
    assert refusal(path).reason == "SPREADSHEET_TOO_LARGE"


def test_a_zip_bomb_is_refused_by_the_size_it_declares(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", b"<Types/>")
        with file.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(301):
                part.write(bytes(1024 * 1024))
    assert refusal(path).reason == "SPREADSHEET_TOO_LARGE"


def test_a_zip_that_lies_about_its_size_is_unpacked_no_further(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/workbook.xml", bytes(400 * 1024 * 1024))
        file.infolist()[0].file_size = 100
    assert refusal(path).reason == "SPREADSHEET_UNREADABLE"


def test_a_stray_cell_in_the_far_corner_ends_in_a_refusal_not_in_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_string(*STRAY, "误填")
    assert refusal(path).reason == "SPREADSHEET_TOO_LARGE"


def test_more_rows_than_the_limit_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.sheets.table.MAX_ROWS", 2)
    path = tmp_path / "a.csv"
    path.write_text("房产编号,房产名称\n" + "1,楼\n" * 2, encoding="utf-8")
    assert len(read_rows(path, HEADINGS).rows) == 2
    path.write_text("房产编号,房产名称\n" + "1,楼\n" * 3, encoding="utf-8")
    assert refusal(path).reason == "SPREADSHEET_TOO_LARGE"


@pytest.mark.parametrize("rows", [[], [[""], [" \u3000"]], [TITLE, HEADINGS, ["合计"]]])
def test_a_table_without_data_is_refused_as_empty(
    tmp_path: Path, rows: Sequence[Sequence[str]]
) -> None:
    assert refusal(xlsx(tmp_path / "a.xlsx", rows)).reason == "SPREADSHEET_EMPTY"
    (tmp_path / "a.csv").write_bytes(b"")
    assert refusal(tmp_path / "a.csv").reason == "SPREADSHEET_EMPTY"


def test_a_sheet_without_the_headings_is_refused_with_their_names(tmp_path: Path) -> None:
    refused = refusal(xlsx(tmp_path / "a.xlsx", [TITLE, ["车牌号", "品牌"], ["澜A", "未知"]]))
    assert refused.reason == "SPREADSHEET_NO_HEADINGS"
    assert all(heading in refused.zh for heading in HEADINGS)


def test_a_heading_that_stands_twice_is_refused_with_both_columns(tmp_path: Path) -> None:
    twice = [*HEADINGS, "建筑面积(平方米)"]
    refused = refusal(xlsx(tmp_path / "a.xlsx", [twice, OFFICE]))
    assert refused.reason == "SPREADSHEET_DUPLICATE_HEADING"
    assert "C 列和 D 列" in refused.zh
