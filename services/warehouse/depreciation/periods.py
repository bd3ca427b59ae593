"""Which figure of a norm counts for a card: by its class, its region and the day of acquisition.

Of those in force on the day of acquisition the one with the longest key counts, of these the
nearest region's. What was acquired before any of them was in force goes by the earliest one
that came after. A later figure never changes an older card.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, null, select, true

from chassis.norms import Norms
from chassis.norms.model import Norm
from chassis.regions import region_prefix
from chassis.storage import Reader

_NORMS = Norm.__table__
_MOST = 2**31 - 1
"""What the contract holds: more months than any card lives."""


@dataclass(frozen=True)
class Period:
    """A figure, for codes and regions that begin so, from the first to the last day."""

    key: str
    region: str
    first: date
    last: date | None
    figure: int
    source: str

    def holds(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)

    def is_about(self, class_code: str, region_code: str) -> bool:
        return class_code.startswith(self.key) and region_code.startswith(self.region)


class Periods:
    """All figures of a norm; whole numbers, what is finer is cut off."""

    def __init__(self, periods: Sequence[Period]) -> None:
        self._near = sorted(periods, key=lambda each: (*_nearness(each), each.first))
        self._early = sorted(periods, key=lambda each: (each.first, *_nearness(each)))

    @classmethod
    def of(cls, reader: Reader, norms: Norms) -> Periods:
        rows = reader.rows(select(_NORMS).where(_NORMS.c.kind == norms.kind))
        return cls(
            [
                Period(
                    each.key,
                    region_prefix(each.region_code),
                    each.valid_from,
                    each.valid_to,
                    min(int(each.value), _MOST),
                    each.source,
                )
                for each in rows
            ]
        )

    def find(self, class_code: str, region_code: str, day: date) -> Period | None:
        about = (each for each in self._near if each.is_about(class_code, region_code))
        in_force = next((each for each in about if each.holds(day)), None)
        later = (each for each in self._early if each.is_about(class_code, region_code))
        return in_force or next((each for each in later if day < each.first), None)

    def column(self, class_code: Any, region_code: Any, day: Any) -> ColumnElement[Any]:
        """The same in SQL: the figure, or NULL."""
        whens = [
            *((and_(_about(each, class_code, region_code), _holds(each, day)), each.figure)
              for each in self._near),
            *((and_(_about(each, class_code, region_code), day < each.first), each.figure)
              for each in self._early),
        ]  # fmt: skip
        return case(*whens) if whens else null()


def _nearness(period: Period) -> tuple[int, int]:
    return -len(period.key), -len(period.region)


def _holds(period: Period, day: Any) -> ColumnElement[bool]:
    return and_(day >= period.first, day <= period.last if period.last else true())


def _about(period: Period, class_code: Any, region_code: Any) -> ColumnElement[bool]:
    return and_(_begins(class_code, period.key), _begins(region_code, period.region))


def _begins(column: Any, text: str) -> ColumnElement[bool]:
    return func.substr(column, 1, len(text)) == text if text else true()
