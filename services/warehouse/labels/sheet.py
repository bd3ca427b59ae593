"""Sheets of labels: A4, 3 × 8 labels of 63.5 × 33.9 mm, as office suppliers sell them.

Everything is in millimetres from the upper left corner of the sheet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import segno

from warehouse.labels.rules import shortened, wrapped

SHEET_MM = (210.0, 297.0)
LABEL_MM = (63.5, 33.9)
COLUMNS, ROWS = 3, 8
A_SHEET = COLUMNS * ROWS
HEADING = "公物仓"
_PITCH_MM = (66.0, 33.9)
_CORNER_MM = (7.25, 12.9)
_QR_MM = 26.0
_QR_CORNER = (2.5, 2.0)
_QUIET = 4
"""Modules of white around a code (GB/T 18284-2000, 4.5 m)."""
_TEXT_X, _TEXT_MM = 30.0, 31.5
_MM_PER_PT = 25.4 / 72


class Labelled(Protocol):
    """A card, as far as its label tells of it."""

    code: str
    tag: str
    name: str
    class_code: str
    owner_name: str


@dataclass(frozen=True)
class Box:
    """Black, with its upper left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Text:
    """Begins at the base line."""

    x: float
    y: float
    size_pt: float
    text: str


@dataclass(frozen=True)
class Label:
    boxes: Sequence[Box]
    texts: Sequence[Text]


def sheets_of(cards: Sequence[Labelled]) -> list[list[Label]]:
    """The labels of each sheet, row by row."""
    labels = [_label(card, number % A_SHEET) for number, card in enumerate(cards)]
    return [labels[start : start + A_SHEET] for start in range(0, len(labels), A_SHEET)]


def _label(card: Labelled, place: int) -> Label:
    row, column = divmod(place, COLUMNS)
    x = _CORNER_MM[0] + column * _PITCH_MM[0]
    y = _CORNER_MM[1] + row * _PITCH_MM[1]
    rule = Box(x + _TEXT_X, y + 8.3, _TEXT_MM, 0.2)
    return Label([rule, *_modules(card.tag, x, y)], list(_texts(card, x, y)))


def _modules(tag: str, x: float, y: float) -> Iterator[Box]:
    """The dark modules of the code, those that touch in a row as one box."""
    matrix = segno.make(tag, error="m", micro=False, boost_error=False).matrix
    module = _QR_MM / (len(matrix) + 2 * _QUIET)
    left, top = x + _QR_CORNER[0], y + _QR_CORNER[1]
    for number, row in enumerate(matrix, start=_QUIET):
        begin = 0
        while begin < len(row):
            end = begin
            while end < len(row) and row[end]:
                end += 1
            if end > begin:
                width = (end - begin) * module
                yield Box(left + (_QUIET + begin) * module, top + number * module, width, module)
            begin = end + 1


def _texts(card: Labelled, x: float, y: float) -> Iterator[Text]:
    left = x + _TEXT_X
    yield Text(left, y + 7.0, 11, HEADING)
    yield Text(left, y + 12.3, 8, _fit(card.code, 8))
    names = wrapped(card.name, _em(9), 2)
    for number, line in enumerate(names):
        yield Text(left, y + 16.8 + number * 4.0, 9, line)
    if card.class_code:
        yield Text(left, y + 25.2, 7, _fit(f"分类 {card.class_code}", 7))
    yield Text(left, y + 28.8, 7, _fit(f"权属 {card.owner_name}", 7))
    yield Text(x + 4.0, y + 30.8, 6, shortened(card.tag, _em(6, _QR_MM)))


def _fit(text: str, size_pt: float) -> str:
    return shortened(text, _em(size_pt))


def _em(size_pt: float, width_mm: float = _TEXT_MM) -> float:
    return width_mm / (size_pt * _MM_PER_PT)
