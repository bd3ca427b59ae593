"""Kinds of fields that hold a number, typed as people type it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from marshmallow import fields

from chassis.fields import REQUIRED, Wrong, half_width

LAST_YEAR = 2200

_NUMBER = re.compile(
    r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?(e[+-]?\d{1,4})?", re.ASCII | re.IGNORECASE
)


class Quantity(fields.Field[Any]):
    """A measured figure with `places` decimals, from a number or a text as people type it.

    Finer figures are rounded by GB/T 8170 (a lone 5 goes to the even digit).
    """

    def __init__(self, places: int, least: Decimal | int, most: Decimal | int, **given: Any):
        super().__init__(**given)
        self.error_messages["required"] = [REQUIRED]
        self.error_messages["null"] = [REQUIRED]
        self.step = Decimal(1).scaleb(-places)
        self.least = Decimal(least)
        self.most = Decimal(most)

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> Any:
        text = half_width(str(value))
        if not text:
            raise Wrong("REQUIRED", "必填", "required")
        if not _NUMBER.fullmatch(text):
            raise Wrong("NOT_A_NUMBER", "不是数字", "not a number")
        figure = Decimal(text.replace(",", ""))
        if not self.least <= figure <= self.most:
            raise Wrong(
                "OUT_OF_RANGE",
                f"应在 {self.least} 与 {self.most} 之间",
                f"must be between {self.least} and {self.most}",
            )
        return self.finish(figure)

    def finish(self, figure: Decimal) -> Any:
        return figure.quantize(self.step) + 0  # never -0


class Area(Quantity):
    """Square metres, 0 to 10,000,000, two decimals."""

    def __init__(self, **given: Any) -> None:
        super().__init__(2, 0, 10_000_000, **given)


class Whole(Quantity):
    """A whole number."""

    def __init__(self, least: int, most: int, **given: Any) -> None:
        super().__init__(0, least, most, **given)

    def finish(self, figure: Decimal) -> int:
        if figure != figure.to_integral_value():
            raise Wrong("NOT_WHOLE", "应为整数", "must be a whole number")
        return int(figure)


class Year(Whole):
    """A calendar year from `first` to 2200; with `optional`, 0 stands for none."""

    def __init__(self, first: int = 1900, *, optional: bool = False, **given: Any) -> None:
        super().__init__(0 if optional else first, LAST_YEAR, **given)
        self.first = first

    def finish(self, figure: Decimal) -> int:
        year = super().finish(figure)
        if 0 < year < self.first:
            least, most = self.first, LAST_YEAR
            raise Wrong(
                "OUT_OF_RANGE", f"应在 {least} 与 {most} 之间", f"between {least} and {most}"
            )
        return year


class Fen(Whole):
    """An amount in fen, 0 to 10 trillion yuan."""

    def __init__(self, **given: Any) -> None:
        super().__init__(0, 10**15, **given)


class Yuan(Quantity):
    """An amount typed in yuan with at most two decimals, turned into fen."""

    def __init__(self, **given: Any) -> None:
        super().__init__(2, 0, 10**13, **given)

    def finish(self, figure: Decimal) -> int:
        yuan = super().finish(figure)
        if yuan != figure:
            raise Wrong("TOO_FINE", "金额最多两位小数", "at most two decimals")
        return int(yuan * 100)


class PageSize(Whole):
    """1 to 500 rows; 0 means 50."""

    def __init__(self) -> None:
        super().__init__(0, 500)

    def finish(self, figure: Decimal) -> int:
        return super().finish(figure) or 50
