"""A table on its way to a file: what stands in its cells, and how it is shown there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

Cell = str | int | Decimal | date | datetime | None
"""Instants without a time zone, in China time; None and "" are blank."""

# Formats of cells, as spreadsheet programs write them.
TEXT = "@"
PLAIN = "0"
WHOLE = "#,##0"
CENTS = "#,##0.00"
GENERAL = "General"
DAY = "yyyy-mm-dd"
INSTANT = "yyyy-mm-dd hh:mm:ss"


@dataclass(frozen=True)
class Column:
    heading: str
    # A format of above.
    shown: str
    # The cell of a row.
    cell: Callable[[Any], Cell]


@dataclass(frozen=True)
class Table:
    # Of the sheet it is written to.
    name: str
    columns: Sequence[Column]


def decimals(places: int) -> str:
    """The format of a number with so many decimals."""
    return WHOLE if places <= 0 else f"{WHOLE}.{'0' * places}"


def text_of(cell: Cell) -> str:
    """A cell of a text file: plain numbers without groups, dates in ISO 8601."""
    match cell:
        case None:
            return ""
        case datetime():
            return f"{cell:%Y-%m-%d %H:%M:%S}"
        case date():
            return cell.isoformat()
        case Decimal():
            return f"{cell:f}"
        case _:
            return str(cell)
