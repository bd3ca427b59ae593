"""Tables to files, whole or not at all."""

from __future__ import annotations

import csv
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlsxwriter.exceptions import XlsxFileError

from cli.arguments import WrongArgument
from cli.exports.book import Book, Page
from cli.exports.table import Table, text_of
from cli.sheets import formulas

BOOK, TEXT = ".xlsx", ".csv"


@dataclass(frozen=True)
class Written:
    rows: int
    # Texts longer than a cell of a workbook holds.
    cut: int = 0


def refuse_format(path: Path) -> None:
    """Raises WrongArgument for a file that is neither .xlsx nor .csv."""
    if path.suffix.lower() not in (BOOK, TEXT):
        raise WrongArgument("只能写成 .xlsx 或 .csv", "name a file that ends in .xlsx or .csv")


def is_book(path: Path) -> bool:
    return path.suffix.lower() == BOOK


def write_table(path: Path, table: Table, rows: Iterable[Any]) -> Written:
    """Each of `rows` is what the columns of the table take their cells from."""
    refuse_format(path)
    with whole(path) as draft:
        return _as_book(draft, table, rows) if is_book(path) else _as_text(draft, table, rows)


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A draft to write to, which becomes `path` at the end and goes if anything fails."""
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.draft")
    try:
        draft.touch(exist_ok=False)
        yield draft
        draft.replace(path)
    except (OSError, XlsxFileError) as error:
        raise WrongArgument(f"写不了文件“{path}”", f"{path}: {error}") from None
    finally:
        draft.unlink(missing_ok=True)


def _as_book(path: Path, table: Table, rows: Iterable[Any]) -> Written:
    with Book(path) as book:
        pages: list[Page] = []
        for row in rows:
            if not pages or pages[-1].is_full:
                pages.append(book.page(table.name, table.columns))
            pages[-1].put(column.cell(row) for column in table.columns)
        for page in pages or [book.page(table.name, table.columns)]:
            page.filter()
    return Written(sum(page.rows for page in pages), sum(page.cut for page in pages))


def _as_text(path: Path, table: Table, rows: Iterable[Any]) -> Written:
    written = 0
    # With the mark, spreadsheet programs take it for UTF-8.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(column.heading for column in table.columns)
        for row in rows:
            writer.writerow(_text(column.cell(row)) for column in table.columns)
            written += 1
    return Written(written)


def _text(cell: Any) -> str:
    """Numbers below zero begin like a formula and are none."""
    return formulas.harmless(cell) if isinstance(cell, str) else text_of(cell)
