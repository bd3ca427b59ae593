"""A workbook as offices hand it on: headings that stay, widths that fit, no formulas.

Rows leave memory as they are written, so a list may be as long as it likes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import xlsxwriter
from rich.cells import cell_len

from cli.exports.table import TEXT, Cell, Column, text_of
from cli.sheets import formulas

ROWS_A_SHEET = 1_000_000
_WIDTHS = (8, 50)
_ROWS_MEASURED = 500
_DIGITS = 15
"""What a number of a spreadsheet program keeps."""
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
# Before that day programs count days in different ways.
_FIRST_DAY = date(1900, 3, 1)


class Book:
    """Use as a context: the file is written at the end."""

    def __init__(self, path: Path) -> None:
        self._book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
        self._formats: dict[Any, Any] = {}
        self._names: list[str] = []
        self._pages: list[Page] = []

    def page(
        self, name: str, columns: Sequence[Column], *, above: Sequence[str] = (), still: int = 0
    ) -> Page:
        """A new sheet: `above` are a title and lines, `still` the columns that stay in view."""
        page = Page(self, self._book.add_worksheet(self._free(name)), columns, above, still)
        self._pages.append(page)
        return page

    def format(self, **look: Any) -> Any:
        key = tuple(sorted(look.items()))
        if key not in self._formats:
            base = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
            self._formats[key] = self._book.add_format(base | look)
        return self._formats[key]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        for page in self._pages:
            page.finish()
        self._book.close()

    def _free(self, name: str) -> str:
        """A name a sheet may have, and none has yet."""
        plain = _FORBIDDEN.sub(" ", name).strip()[:25] or "表"
        number = self._names.count(plain) + 1
        self._names.append(plain)
        return plain if number == 1 else f"{plain}（{number}）"


class Page:
    """One sheet, written from top to bottom."""

    def __init__(
        self, book: Book, sheet: Any, columns: Sequence[Column], above: Sequence[str], still: int
    ) -> None:
        self.sheet = sheet
        self.rows = 0
        self.cut = 0
        self._book = book
        self._columns = columns
        self._widths = [cell_len(column.heading) + 4 for column in columns]
        self._looks: dict[int, str] = {}
        self._formats: dict[tuple[str, bool, bool], Any] = {}
        self._head = len(above)
        for row, line in enumerate(above):
            self._write_above(row, line)
        sheet.set_row(self._head, 24)
        look = {"bold": True, "border": 1, "bg_color": "#DDEBF7", "text_wrap": True}
        for index, column in enumerate(columns):
            heading = book.format(**look, align="center")
            sheet.write_string(self._head, index, column.heading, heading)
        sheet.freeze_panes(self._head + 1, still)
        sheet.repeat_rows(self._head)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)

    @property
    def is_full(self) -> bool:
        return self.rows >= ROWS_A_SHEET

    def put(self, cells: Iterable[Cell], *, bold: bool = False) -> None:
        self.rows += 1
        for index, cell in enumerate(cells):
            shown = self._columns[index].shown
            self._write(self._head + self.rows, index, cell, shown, bold)
            if self.rows <= _ROWS_MEASURED:
                # Numbers are shown in groups and dates in full.
                wide = cell_len(text_of(cell)[: _WIDTHS[1]]) + (2 if isinstance(cell, str) else 6)
                self._widths[index] = max(self._widths[index], wide)

    def finish(self) -> None:
        for index, width in enumerate(self._widths):
            fits = min(max(width, _WIDTHS[0]), _WIDTHS[1])
            shown = self._looks.get(index)
            look = self._book.format(num_format=shown) if shown else None
            self.sheet.set_column(index, index, fits, look)

    def look(self, index: int, shown: str) -> None:
        """Cells that are still empty get the format, too."""
        self._looks[index] = shown

    def filter(self) -> None:
        """Buttons in the headings to filter and sort by."""
        self.sheet.autofilter(self._head, 0, self._head + self.rows, len(self._columns) - 1)

    def _write(self, row: int, index: int, cell: Cell, shown: str, bold: bool) -> None:
        if cell is None or cell == "":
            self.sheet.write_blank(row, index, None, self._format(shown, bold))
        elif isinstance(cell, date) and _as_day(cell) >= _FIRST_DAY:
            self.sheet.write_datetime(row, index, cell, self._format(shown, bold))
        elif isinstance(cell, int | Decimal) and _fits(cell):
            self.sheet.write_number(row, index, float(cell), self._format(shown, bold))
        else:
            text = text_of(cell)
            self.cut += len(text) > formulas.LONGEST
            # What looks like a formula gets the program's own mark for text, the
            # apostrophe that is no part of the cell; its content stays as it was.
            look = self._format(TEXT, bold, formulas.is_risky(text))
            self.sheet.write_string(row, index, text[: formulas.LONGEST], look)

    def _format(self, shown: str, bold: bool, quoted: bool = False) -> Any:
        key = shown, bold, quoted
        if key not in self._formats:
            self._formats[key] = self._book.format(
                border=1, num_format=shown, bold=bold, quote_prefix=quoted
            )
        return self._formats[key]

    def _write_above(self, row: int, line: str) -> None:
        look = {"font_size": 16, "bold": True, "align": "center"} if row == 0 else {}
        last = len(self._columns) - 1
        self.sheet.set_row(row, 30 if row == 0 else 18)
        if last > 0:
            self.sheet.merge_range(row, 0, row, last, "", self._book.format(**look))
        self.sheet.write_string(row, 0, line, self._book.format(**look))


def _as_day(cell: date) -> date:
    return date(cell.year, cell.month, cell.day)


def _fits(number: int | Decimal) -> bool:
    if isinstance(number, int):
        return len(str(abs(number))) <= _DIGITS
    return len(number.normalize().as_tuple().digits) <= _DIGITS
