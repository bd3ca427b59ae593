"""Takes the table out of a grid: the headings, the rows, and what is no row."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from cli.sheets.asides import Why, why_not
from cli.sheets.grid import Grid
from cli.sheets.headings import HEAD_ROWS, Column, HeadingRow, find_heading_row, heading, one_line
from cli.sheets.refusal import MAX_ROWS, Reason, SpreadsheetRefused, too_many_rows


@dataclass(frozen=True)
class Row:
    # As the spreadsheet program shows it, from 1.
    number: int
    # Every heading of the sheet to the text below it; "" where the cell is blank.
    cells: dict[str, str]


@dataclass(frozen=True)
class Skipped:
    number: int
    why: Why
    # The first filled cell, so that a reader can tell which row it was.
    text: str


@dataclass(frozen=True)
class Sheet:
    name: str
    # In the order of the columns: the heading looked for where a column matches
    # one, otherwise the sheet's own.
    headings: list[str]
    rows: list[Row]
    skipped: list[Skipped]
    # The same headings as the sheet spells them, for messages.
    typed: dict[str, str]
    # Further sheets of the workbook with such headings, which were not read.
    others: list[str]


def read_table(grids: Iterable[Grid], wanted: Collection[str], sheet: str = "") -> Sheet:
    """The table of the grid that shares most headings with `wanted`.

    `sheet` names the one grid to look at; empty for all.
    """
    grids = [grid for grid in grids if sheet in ("", grid.name)]
    if not grids:
        raise SpreadsheetRefused(
            Reason.NO_HEADINGS,
            f"没有名为“{sheet}”的工作表。",
            f'There is no sheet called "{sheet}".',
        )
    found, problem = _search(grids, wanted)
    if not found:
        raise problem or _no_table(grids, wanted)
    # max() keeps the first of equals.
    grid, headings = max(found, key=lambda pair: (pair[1].rank, pair[0].shown))
    _refuse_duplicates(headings.columns)
    rows, skipped = _split(grid, headings)
    if not rows:
        raise SpreadsheetRefused(
            Reason.EMPTY,
            f"“{grid.name}”标题行下面没有数据。",
            f'There is no data below the headings of "{grid.name}".',
        )
    return Sheet(
        name=grid.name,
        headings=[column.key for column in headings.columns],
        rows=rows,
        skipped=skipped,
        typed={column.key: one_line(column.typed) for column in headings.columns},
        others=[other.name for other, _ in found if other.name != grid.name],
    )


def _search(
    grids: list[Grid], wanted: Collection[str]
) -> tuple[list[tuple[Grid, HeadingRow]], SpreadsheetRefused | None]:
    """Where headings are, and the first grid's trouble, which matters if nowhere."""
    found: list[tuple[Grid, HeadingRow]] = []
    problem: SpreadsheetRefused | None = None
    for grid in grids:
        try:
            headings = find_heading_row(list(islice(grid.rows(), HEAD_ROWS)), wanted)
        except SpreadsheetRefused as refused:
            problem = problem or refused
        else:
            if headings:
                found.append((grid, headings))
    return found, problem


def _split(grid: Grid, headings: HeadingRow) -> tuple[list[Row], list[Skipped]]:
    rows: list[Row] = []
    skipped: list[Skipped] = []
    after_note = False
    for number, row in _below(grid, headings):
        filled = [cell for cell in row if cell]
        cells = {
            column.key: row[column.index] if column.index < len(row) else ""
            for column in headings.columns
        }
        why = why_not(filled, cells, headings, after_note=after_note)
        if why is None:
            if len(rows) == MAX_ROWS:
                raise too_many_rows()
            rows.append(Row(number, cells))
            after_note = False
        else:
            skipped.append(Skipped(number, why, filled[0] if filled else ""))
            after_note = after_note or why is Why.NOTE
    while skipped and not skipped[-1].text and (not rows or skipped[-1].number > rows[-1].number):
        skipped.pop()
    return rows, skipped


def _below(grid: Grid, headings: HeadingRow) -> Iterator[tuple[int, list[str]]]:
    return islice(enumerate(grid.rows(), start=1), headings.number, None)


def _refuse_duplicates(columns: tuple[Column, ...]) -> None:
    seen: dict[object, Column] = {}
    for column in columns:
        first = seen.setdefault(column.key if column.wanted else heading(column.key), column)
        if first is not column:
            raise SpreadsheetRefused(
                Reason.DUPLICATE_HEADING,
                f"标题“{column.key}”出现在 {letters(first.index)} 列和 {letters(column.index)} 列，"
                "请改名或删去一列。",
                f'The heading "{column.key}" stands in columns {letters(first.index)} and '
                f"{letters(column.index)}; rename or delete one.",
            )


def letters(index: int) -> str:
    """Name of a column, counted from 0: A … Z, AA …"""
    name = ""
    while index >= 0:
        index, rest = divmod(index, 26)
        name = chr(ord("A") + rest) + name
        index -= 1
    return name


def _no_table(grids: list[Grid], wanted: Collection[str]) -> SpreadsheetRefused:
    if not any(any(row) for grid in grids for row in grid.rows()):
        return SpreadsheetRefused(Reason.EMPTY, "表格是空的。", "The spreadsheet is empty.")
    names = "、".join(wanted)
    return SpreadsheetRefused(
        Reason.NO_HEADINGS,
        f"前 {HEAD_ROWS} 行里没有找到标题行。要找的标题：{names}。",
        f"No heading row among the first {HEAD_ROWS} rows. Headings looked for: {names}.",
    )
