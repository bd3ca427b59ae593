"""Writes the sample register as an office keeps it: title, note lines, totals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from cli.sample.register import (
    ACCOUNT_STATES,
    HEADINGS,
    KINDS,
    TITLE_STATES,
    USE_STATES,
    entries,
)

TITLE = "云澜市机关事务管理局房产台账"
_FIRST_ROW = 3
_WIDTHS = (6, 16, 34, 14, 30, 14, 9, 15, 15, 18, 10, 10, 10, 34, 30, 22, 10, 22)
_LISTS = {
    "房产类别": KINDS,
    "使用状态": USE_STATES,
    "入账状态": ACCOUNT_STATES,
    "权属状态": TITLE_STATES,
}
_SUMMED = ("建筑面积（㎡）", "使用面积（㎡）", "账面价值（元）")
_GUIDE = (
    "一、本表一处一行，不得合并单元格，不得改动标题。",
    "二、房产编号全市唯一；类别和状态从下拉列表中选取。",
    "三、面积以平方米计，账面价值以元计，均保留两位小数；使用面积不得大于建筑面积。",
    "四、按名义金额（1 元）入账的，入账状态选“名义入账”；未入账的账面价值填 0。",
    "五、统一社会信用代码为 18 位，末位是校验码。",
)


@dataclass(frozen=True)
class _Formats:
    """A format for each look. XlsxWriter's own types say nothing to a checker."""

    title: Any
    line: Any
    heading: Any
    text: Any
    whole: Any
    amount: Any
    total: Any


def write_register(path: Path, properties: int = 300) -> None:
    """An .xlsx with `properties` good rows, five at least, and three wrong ones."""
    rows = [[number, *entry.cells()] for number, entry in enumerate(entries(properties), start=1)]
    with xlsxwriter.Workbook(str(path)) as book:
        # The time of writing would make every file different.
        book.set_properties({"title": TITLE, "created": datetime(2025, 1, 6, 9, 0, tzinfo=UTC)})
        formats = _formats(book)
        sheet = book.add_worksheet("房产台账")
        _write_head(sheet, formats)
        for index, row in enumerate(rows, start=_FIRST_ROW):
            for column, value in enumerate(row):
                _write_cell(sheet, index, column, value, formats)
        _write_foot(sheet, formats, rows)
        _offer_lists(sheet, len(rows))
        _write_guide(book.add_worksheet("填表说明"), formats)


def _formats(book: Any) -> _Formats:
    base = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
    cell = {**base, "border": 1}
    strong = {**cell, "bold": True}
    return _Formats(
        title=book.add_format({**base, "font_size": 18, "bold": True, "align": "center"}),
        line=book.add_format(base),
        heading=book.add_format(
            {**strong, "align": "center", "text_wrap": True, "bg_color": "#DDEBF7"}
        ),
        text=book.add_format({**cell, "num_format": "@"}),
        whole=book.add_format({**cell, "num_format": "0", "align": "center"}),
        amount=book.add_format({**cell, "num_format": "#,##0.00"}),
        total=book.add_format({**strong, "num_format": "#,##0.00", "bg_color": "#F2F2F2"}),
    )


def _write_head(sheet: Any, formats: _Formats) -> None:
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.set_row(0, 32)
    sheet.merge_range(0, 0, 0, len(HEADINGS) - 1, TITLE, formats.title)
    sheet.write_string(1, 0, "编制单位：云澜市机关事务管理局", formats.line)
    sheet.write_string(1, 7, "编制日期：2025年1月6日", formats.line)
    sheet.write_string(1, 14, "单位：平方米、元", formats.line)
    sheet.set_row(2, 30)
    for column, heading in enumerate(HEADINGS):
        sheet.write_string(2, column, heading.replace("（", "\n（"), formats.heading)
    sheet.freeze_panes(_FIRST_ROW, 3)
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)


def _write_cell(sheet: Any, row: int, column: int, value: str | float, formats: _Formats) -> None:
    match value:
        case "":
            sheet.write_blank(row, column, None, formats.text)
        case str():
            sheet.write_string(row, column, value, formats.text)
        case int():
            sheet.write_number(row, column, value, formats.whole)
        case _:
            sheet.write_number(row, column, value, formats.amount)


def _write_foot(sheet: Any, formats: _Formats, rows: Sequence[Sequence[str | float]]) -> None:
    last = _FIRST_ROW + len(rows)
    for column, heading in enumerate(HEADINGS):
        sheet.write_blank(last, column, None, formats.total)
        if heading in _SUMMED:
            letter = chr(ord("A") + column)
            # SUM passes over numbers typed as text, and so does the stored value.
            numbers = [row[column] for row in rows if not isinstance(row[column], str)]
            sheet.write_formula(
                last,
                column,
                f"=SUM({letter}{_FIRST_ROW + 1}:{letter}{last})",
                formats.total,
                round(sum(float(number) for number in numbers), 2),
            )
    sheet.write_string(last, 0, "合计", formats.total)
    sheet.write_string(last + 1, 0, "填表人：林知远", formats.line)
    sheet.write_string(last + 1, 7, "审核人：沈亦舟", formats.line)
    sheet.write_string(last + 1, 14, "联系电话：（略）", formats.line)


def _offer_lists(sheet: Any, count: int) -> None:
    for heading, values in _LISTS.items():
        column = HEADINGS.index(heading)
        sheet.data_validation(
            _FIRST_ROW,
            column,
            _FIRST_ROW + count - 1,
            column,
            {
                "validate": "list",
                "source": list(values),
                "error_title": "请重新选择",
                "error_message": f"{heading}只能从下拉列表中选取。",
            },
        )


def _write_guide(sheet: Any, formats: _Formats) -> None:
    sheet.set_column(0, 0, 90)
    sheet.write_string(0, 0, "填表说明", formats.title)
    for row, line in enumerate(_GUIDE, start=1):
        sheet.write_string(row, 0, line, formats.line)
