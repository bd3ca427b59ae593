"""Text files of rows: .csv as offices really have it.

UTF-8 with or without a mark, UTF-16 ("Unicode text" of spreadsheet programs)
and GB18030 (what Chinese spreadsheet programs save by default).
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from functools import partial
from io import StringIO
from pathlib import Path

from cli.sheets.formulas import unguarded
from cli.sheets.grid import Grid, trim
from cli.sheets.refusal import Reason, SpreadsheetRefused, not_a_workbook

_DELIMITERS = (",", "\t", ";")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# ="00123" keeps the zeros when a spreadsheet program opens the file.
_FORCED_TEXT = re.compile(r'="([^"]*)"')


def grids(path: Path) -> Iterator[Grid]:
    """The file once for each delimiter; the one that shows the headings is right."""
    content = _decode(path.read_bytes())
    for delimiter in _DELIMITERS:
        yield Grid(path.stem, partial(_rows, content, delimiter))


def _rows(content: str, delimiter: str) -> Iterator[list[str]]:
    # Strict, or an open quote would swallow the rest of the file into one cell.
    reader = csv.reader(StringIO(content, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            yield [_cell(value) for value in row]
    except csv.Error as error:
        raise SpreadsheetRefused(
            Reason.UNREADABLE,
            f"第 {reader.line_num} 行的引号不成对或单元格过长。",
            f"Line {reader.line_num}: unbalanced quotes or an overlong cell ({error}).",
        ) from error


def _cell(value: str) -> str:
    value = trim(value)
    forced = _FORCED_TEXT.fullmatch(value)
    return trim(forced[1] if forced else unguarded(value))


def _decode(raw: bytes) -> str:
    for encoding in _encodings(raw):
        try:
            content = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in content:
            return content
    if raw.startswith((b"PK\3\4", b"\xd0\xcf\x11\xe0")):
        raise not_a_workbook()
    raise SpreadsheetRefused(
        Reason.UNREADABLE,
        "文字编码无法识别，请另存为 UTF-8 编码的 CSV 或 .xlsx。",
        "The text encoding is unknown; save as CSV in UTF-8 or as .xlsx.",
    )


def _encodings(raw: bytes) -> tuple[str, ...]:
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return (encoding,)
    if b"\0" in raw:
        # Digits and line ends have a zero byte after them, or before.
        low = raw[1::2].count(0) >= raw[::2].count(0)
        return ("utf-16-le",) if low else ("utf-16-be",)
    return "utf-8", "gb18030"
