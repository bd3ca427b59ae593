"""The refused rows as a spreadsheet, to be corrected and sent again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from cli.imports.sending import Problem
from cli.sheets import Sheet, formulas

_OWN = ("原行号", "退回原因")


def write_report(path: Path, sheet: Sheet, problems: Sequence[Problem]) -> None:
    """One line for each refused row: its number, why, and its cells as they were."""
    why: dict[int, list[str]] = {}
    for problem in problems:
        why.setdefault(problem.row, []).append(f"{problem.heading}：{problem.zh}")
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("退回")
        text = book.add_format({"num_format": "@"})
        # What looks like a formula gets the program's own mark for text, the
        # apostrophe that is no part of the cell; its content stays as it was.
        guarded = book.add_format({"num_format": "@", "quote_prefix": True})
        bold = book.add_format({"bold": True})
        for column, heading in enumerate((*_OWN, *sheet.typed.values())):
            page.write_string(0, column, heading, bold)
        rows = [row for row in sheet.rows if row.number in why]
        for line, row in enumerate(rows, start=1):
            page.write_number(line, 0, row.number)
            page.write_string(line, 1, "；".join(why[row.number]))
            for column, cell in enumerate(row.cells.values(), start=len(_OWN)):
                page.write_string(line, column, cell, guarded if formulas.is_risky(cell) else text)
        page.set_column(1, 1, 40)
        page.freeze_panes(1, len(_OWN))
