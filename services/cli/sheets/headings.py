"""Finds the heading row and says which column is which.

Offices put a title, the compiling unit and the date above the headings, break
long headings over lines, and write one unit in many ways: ㎡, m², 平方米.
A unit that is missing is read as the plain one of its kind (元, ㎡), unless a
line above the table such as 单位：万元 says otherwise. 万元 is never 元.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from typing import NamedTuple

HEAD_ROWS = 20

# One line a kind of quantity, the plain unit first; spellings of one unit
# between commas. Written as `_squeeze` leaves them.
_QUANTITIES = (
    "元,人民币元 角 分 百元 千元 万元,人民币万元 百万元 亿元",
    "m2,平方 万m2 亩 公顷,ha,hm2 km2,平方公里,平方千米",
    "m3,立方米 l,升",
    "m,米 km,公里,千米",
    "kg,千克,公斤 g,克 吨,t",
    "kwh,千瓦时,度 万kwh,万千瓦时,万度",
    "年 月,个月 日,天 小时,h",
    "个,栋,幢,座,层,套,间,处,宗,户,人,名,台,辆,件,张,把",
    "%",
)


class Unit(NamedTuple):
    quantity: int
    scale: int


_UNITS = {
    spelling: Unit(quantity, scale)
    for quantity, line in enumerate(_QUANTITIES)
    for scale, spellings in enumerate(line.split())
    for spelling in spellings.split(",")
}
_OPENING = dict.fromkeys(map(ord, "[{〔【〖「『〈《<"), "(")
_CLOSING = dict.fromkeys(map(ord, "]}〕】〗」』〉》>"), ")")
_ANY_UNIT = "|".join(map(re.escape, sorted(_UNITS, key=len, reverse=True)))
_NOTED = re.compile(
    rf"单位\s*:?\s*((?:{_ANY_UNIT})(?:\s*[、,;/和]\s*(?:{_ANY_UNIT}))*)(?=[\s,;。)]|$)"
)
_OBLIGATION = re.compile(r"\((必|选)填项?\)")


class Heading(NamedTuple):
    """What is left of a heading when spelling no longer matters."""

    words: str
    unit: Unit | None


@dataclass(frozen=True)
class Column:
    index: int
    # The heading looked for, or the sheet's own where nobody looked for it.
    key: str
    typed: str
    wanted: bool


@dataclass(frozen=True)
class HeadingRow:
    # Number of the last row that holds headings.
    number: int
    tiers: int
    columns: tuple[Column, ...]

    @property
    def rank(self) -> tuple[int, int]:
        return sum(column.wanted for column in self.columns), -self.tiers


@lru_cache(maxsize=4096)
def heading(typed: str) -> Heading:
    squeezed = _squeeze(typed)
    words, bracket, inside = squeezed.removesuffix(")").rpartition("(")
    if bracket and squeezed.endswith(")"):
        unit = _UNITS.get(inside.removeprefix("单位").lstrip(":"))
        if unit and words:
            return Heading(words, unit)
    return Heading(squeezed, None)


def find_heading_row(rows: Sequence[Sequence[str]], wanted: Collection[str]) -> HeadingRow | None:
    """The row that shares most headings with `wanted`, among the first 20.

    It must share three, or half of the shorter of the two. Headings may stand
    in two rows, a wide one above narrow ones.
    """
    best: HeadingRow | None = None
    for found in _candidates(rows[:HEAD_ROWS], wanted):
        shared, filled = found.rank[0], len(found.columns)
        needed = min(3, (min(filled, len(wanted)) + 1) // 2)
        # One cell alone may be a title that happens to be a heading elsewhere.
        lonely = filled == 1 < len(wanted)
        if shared and shared >= needed and not lonely and (not best or found.rank > best.rank):
            best = found
    return best


def _candidates(rows: Sequence[Sequence[str]], wanted: Collection[str]) -> Iterator[HeadingRow]:
    sought = {name: heading(name) for name in wanted}
    for above, row in enumerate(rows):
        yield HeadingRow(above + 1, 1, _columns(row, sought, _noted_units(rows[:above])))
        for below in rows[above + 1 : above + 2]:
            both = [low or high for high, low in zip_longest(row, below, fillvalue="")]
            noted = _noted_units(rows[: above + 1])
            yield HeadingRow(above + 2, 2, _columns(both, sought, noted))


def _columns(
    row: Sequence[str], sought: dict[str, Heading], noted: dict[int, Unit]
) -> tuple[Column, ...]:
    columns = []
    for index, typed in enumerate(row):
        if not typed:
            continue
        seen = heading(typed)
        own = one_line(typed)
        matches = [name for name, look in sought.items() if _same(seen, look, noted)]
        key = own if own in matches else next(iter(matches), own)
        columns.append(Column(index, key, typed, bool(matches)))
    return tuple(columns)


def _same(seen: Heading, look: Heading, noted: dict[int, Unit]) -> bool:
    if seen.words != look.words:
        return False
    known = seen.unit or look.unit
    if known is None:
        return True
    plain = Unit(known.quantity, 0)
    return (seen.unit or noted.get(known.quantity, plain)) == (look.unit or plain)


def _noted_units(above: Sequence[Sequence[str]]) -> dict[int, Unit]:
    """Units from lines such as 单位：平方米、万元; 编制单位：某局 names none."""
    names = [
        name.strip()
        for row in above
        for cell in row
        for listed in _NOTED.findall(_one_form(cell))
        for name in re.split("[、,;/和]", listed)
    ]
    return {unit.quantity: unit for name in names if (unit := _UNITS.get(name))}


def one_line(typed: str) -> str:
    return "".join(typed.splitlines())


def _squeeze(typed: str) -> str:
    visible = "".join(
        char
        for char in _one_form(typed)
        if not (char.isspace() or unicodedata.category(char) == "Cf")
    )
    return _OBLIGATION.sub("", visible).strip("*:")


def _one_form(typed: str) -> str:
    narrow = unicodedata.normalize("NFKC", typed).translate(_OPENING).translate(_CLOSING)
    area = re.sub(r"平方米|平米|m\^2", "m2", narrow.casefold())
    return area.replace("m^3", "m3")
