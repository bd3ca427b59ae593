"""What every kind of file is turned into: named grids of text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

Cell = str | int | float | bool | date | datetime | time | timedelta

# Zero width space and byte order mark are no white space to str.strip().
_WHITE = "".join(char for char in map(chr, range(0x10000)) if char.isspace()) + "\u200b\ufeff"


@dataclass(frozen=True)
class Grid:
    """One sheet. `rows` starts over at row 1 each time it is called."""

    name: str
    rows: Callable[[], Iterator[list[str]]]
    shown: bool = True


def text(value: Cell) -> str:
    """A cell as a reader of the sheet would copy it.

    No scientific notation, no ".0" behind whole numbers, at most the 15 digits
    a spreadsheet program keeps; dates in ISO 8601; 是 and 否.
    """
    match value:
        case str():
            return trim(value)
        case bool():
            return "是" if value else "否"
        case int() | float():
            return _number(value)
        case datetime():
            whole = (value + timedelta(milliseconds=500)).replace(microsecond=0)
            return whole.date().isoformat() if whole.time() == time() else whole.isoformat()
        case date() | time():
            return value.isoformat()
        case timedelta():
            return _duration(value)


def trim(value: str) -> str:
    return value.strip(_WHITE)


def _number(value: float) -> str:
    if value == 0:
        return "0"
    # A double holds 0.1 + 0.2 as 0.30000000000000004; the program shows 0.3.
    digits = repr(value) if float(value).is_integer() else format(value, ".15g")
    plain = format(Decimal(digits), "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _duration(value: timedelta) -> str:
    seconds = round(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
