"""Reads a spreadsheet where it is chosen; its rows travel to a service as text.

The meaning of a cell (a number, a date, a kind) is for the service to decide.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from cli.sheets import delimited, workbook
from cli.sheets.apart import read_apart
from cli.sheets.asides import Why
from cli.sheets.refusal import (
    MAX_BYTES,
    Reason,
    SpreadsheetRefused,
    not_a_workbook,
)
from cli.sheets.table import Row, Sheet, Skipped, read_table

__all__ = ["Reason", "Row", "Sheet", "Skipped", "SpreadsheetRefused", "Why", "read_rows"]

_WORKBOOKS = (".xlsx", ".xls", ".ods")
_DELIMITED = (".csv",)


def read_rows(path: Path, headings: Collection[str], sheet: str = "") -> Sheet:
    """The table that shares most headings with `headings`, row by row as text.

    `sheet` names the one sheet to look at; empty for all of the workbook. A
    column whose heading means the same as one of `headings` goes by that name,
    any other by its own. Raises SpreadsheetRefused, and nothing else, for a
    file that cannot be taken.
    """
    path = Path(path)
    if not path.is_file():
        raise SpreadsheetRefused(
            Reason.NOT_FOUND, f"找不到文件“{path.name}”。", f'There is no file "{path.name}".'
        )
    kind = path.suffix.lower()
    if kind not in _WORKBOOKS + _DELIMITED:
        raise SpreadsheetRefused(
            Reason.FORMAT_UNKNOWN,
            f"不支持“{path.suffix}”文件，请另存为 .xlsx、.xls、.ods 或 .csv。",
            f'"{path.suffix}" files are not read; save as .xlsx, .xls, .ods or .csv.',
        )
    try:
        _refuse_size(path.stat().st_size)
        if kind in _DELIMITED:
            return read_table(delimited.grids(path), headings, sheet)
        if not workbook.looks_like_workbook(path):
            raise not_a_workbook()
    except OSError as error:
        raise SpreadsheetRefused(
            Reason.UNREADABLE,
            f"打不开文件“{path.name}”，请检查权限或是否被占用。",
            f'"{path.name}" cannot be opened: {error.strerror}.',
        ) from error
    return read_apart(path, headings, sheet)


def _refuse_size(size: int) -> None:
    if size == 0:
        raise SpreadsheetRefused(Reason.EMPTY, "文件是空的。", "The file is empty.")
    if size > MAX_BYTES:
        raise SpreadsheetRefused(
            Reason.TOO_LARGE,
            f"文件有 {size / 2**20:.1f} MB，超过 {MAX_BYTES >> 20} MB，请拆成几个文件。",
            f"The file takes {size / 2**20:.1f} MB, at most {MAX_BYTES >> 20} MB; split it.",
        )
