"""What the messages of guanjia.report.v1 say beyond their fields, for screen and file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from cli.render.values import NOTHING
from guanjia.report.v1 import report_pb2 as pb

_TOTAL = re.compile(r"[合总共]\s*计|全部")


def heading_of(figure: pb.Figure) -> str:
    """建筑面积（㎡）"""
    return f"{figure.label}（{figure.unit}）" if figure.unit else figure.label


def totals_of(report: pb.Report) -> bool:
    """Whether the last line is the total of the others, as its words say."""
    return bool(report.lines) and any(map(_TOTAL.match, report.lines[-1].about))


def figures_of(report: pb.Report, index: int) -> list[Decimal | None]:
    """The column of the figure at `index`, from the first line to the last."""
    return [Decimal(text) if (text := line.figures[index]) else None for line in report.lines]


def places_of(column: Sequence[Decimal | None]) -> int:
    """The most decimals any figure of a column has, so that the points stand in line."""
    exponents = (int(each.as_tuple().exponent) for each in column if each is not None)
    return max((-each for each in exponents), default=0)


def text_of(figure: Decimal | None, places: int) -> str:
    """1,250.50"""
    return NOTHING if figure is None else f"{figure:,.{max(places, 0)}f}"
