"""Numbers of titles, and when the target of a year is met."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

_UNIT_NUMBER = re.compile(r"(\d{6})(\d{3})(\d{3})([A-Z0-9]{2})(\d{5})([A-Z0-9])(\d{8})", re.ASCII)
_SPACE = re.compile(r"\s+")
_BRACKETS = str.maketrans("()[]〔〕", "（）（）（）")


@dataclass(frozen=True)
class UnitNumber:
    """The segments of a 不动产单元号 (GB/T 37346): 28 characters."""

    county: str
    """县级行政区划, 6 digits."""
    cadastral_area: str
    """地籍区, 3 digits."""
    cadastral_subarea: str
    """地籍子区, 3 digits."""
    parcel_kind: str
    """宗地（宗海）特征码, 2 letters or digits."""
    parcel: str
    """宗地（宗海）顺序号, 5 digits."""
    fixture_kind: str
    """定着物特征码, a letter or digit."""
    fixture: str
    """定着物单元号, 8 digits."""

    def lies_in(self, region_prefix: str) -> bool:
        """Whether it may stand in a region, of whose code the first 6 digits count."""
        return self.county.startswith(region_prefix[:6])


def plain_unit_number(text: str) -> str:
    """As it is kept: half width, capitals, without the spaces it is printed with."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", text)).upper()


def unit_number(text: str) -> UnitNumber | None:
    """The segments of a number as it is kept; None if it is none."""
    found = _UNIT_NUMBER.fullmatch(text)
    return UnitNumber(*found.groups()) if found else None


def plain_certificate_number(text: str) -> str:
    """As it is kept: without spaces, in the brackets it is printed with （）."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", text)).translate(_BRACKETS)


def is_met(registered: int, registrable: int, target: Decimal) -> bool:
    """Whether the share of what is registered, unrounded, reaches the target in %."""
    return registrable > 0 and registered * 100 >= target * registrable
