"""The refused rows as a spreadsheet, to be corrected and sent again."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from pathlib import Path

from cli.exports.book import Book
from cli.exports.table import PLAIN, TEXT, Column
from cli.exports.writing import whole
from cli.imports.sending import Problem
from cli.sheets import Sheet

_OWN = (("原行号", PLAIN), ("退回原因", TEXT))


def write_report(path: Path, sheet: Sheet, problems: Sequence[Problem]) -> None:
    """One line for each refused row: its number, why, and its cells as they were."""
    why: dict[int, list[str]] = {}
    for problem in problems:
        why.setdefault(problem.row, []).append(f"{problem.heading}：{problem.zh}")
    shown = [*_OWN, *((heading, TEXT) for heading in sheet.typed.values())]
    columns = [Column(*each, itemgetter(index)) for index, each in enumerate(shown)]
    with whole(path) as draft, Book(draft) as book:
        page = book.page("退回", columns, still=len(_OWN))
        for row in sheet.rows:
            if row.number in why:
                page.put((row.number, "；".join(why[row.number]), *row.cells.values()))
