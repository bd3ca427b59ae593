"""Reports (统计表): figures that carry their definition and lead to the rows they count.

    TITLES = Report("权属登记情况", by=("区域",), figures=(Figure("rate", "登记率", "%", "…"),))
    return TITLES.told(day, [Line(("云澜市",), (percent(803, 1000),), rows=request)])

A query returns what `told` makes: the plain values of guanjia.report.v1.Report.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from google.protobuf.message import Message

from chassis.contract import service_of
from chassis.wire import to_json

_TENTH = Decimal("0.1")
_CENT = Decimal("0.01")
_HUNDRED = Decimal(100)

Value = Decimal | int | None


@dataclass(frozen=True)
class Figure:
    """One column: a stable key, what people call it, its unit, how it is computed."""

    key: str
    label: str
    unit: str
    definition: str


@dataclass(frozen=True)
class Line:
    """What it is about, its figures, and the request of the list that shows its rows."""

    about: Sequence[str]
    figures: Sequence[Value]
    rows: Message | None = None


class Report:
    """The shape of a report; the figures of a line come in the order given here."""

    def __init__(self, title: str, *, by: Sequence[str], figures: Sequence[Figure]) -> None:
        self.title = title
        self.by = tuple(by)
        self.figures = tuple(figures)

    def told(self, as_of: date, lines: Iterable[Line]) -> dict[str, Any]:
        """The plain values of a Report message."""
        return {
            "title": self.title,
            "as_of": as_of.isoformat(),
            "dimensions": self.by,
            "figures": [vars(each) for each in self.figures],
            "lines": [self._line(each) for each in lines],
        }

    def _line(self, line: Line) -> dict[str, Any]:
        if (len(line.about), len(line.figures)) != (len(self.by), len(self.figures)):
            raise TypeError(f"{self.title}: a line of another shape: {line}")
        return {
            "about": line.about,
            "figures": ["" if each is None else f"{each:f}" for each in map(_plain, line.figures)],
            "drill": _drill(line.rows) if line.rows is not None else None,
        }


def percent(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """`part` of `whole` in %, one decimal (GB/T 8170); None of nothing."""
    if not whole:
        return None
    return (Decimal(part) * _HUNDRED / Decimal(whole)).quantize(_TENTH)


def sums_of(lines: Sequence[Line]) -> list[Decimal]:
    """The sum of each column; of rates it means nothing."""
    columns = zip(*(each.figures for each in lines), strict=True)
    return [sum((Decimal(each or 0) for each in column), Decimal(0)) for column in columns]


def yuan(fen: int) -> Decimal:
    """An amount in yuan, as reports give it."""
    return (Decimal(fen) / _HUNDRED).quantize(_CENT)


def _plain(value: Value) -> Decimal | None:
    return None if value is None else Decimal(value)


def _drill(request: Message) -> dict[str, Any]:
    descriptor = request.DESCRIPTOR
    name = descriptor.name.removesuffix("Request")
    fields = {key: _text(value) for key, value in to_json(request).items()}
    return {"method": f"{service_of(descriptor.file.package)}.{name}", "fields": fields}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
