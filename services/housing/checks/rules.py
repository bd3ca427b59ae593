"""What follows from the areas of the register and of a survey."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

_TENTH = Decimal("0.1")


class FindingState(StrEnum):
    MATCHED = "matched"
    AREA_DIFFERS = "area_differs"
    UNBOOKED = "unbooked"
    NOT_FOUND = "not_found"


def state_of(
    register_m2: Decimal | None,
    surveyed_m2: Decimal | None,
    tolerance_percent: Decimal,
    *,
    booked: bool,
) -> FindingState:
    """What a check says; None stands for no card, or nothing surveyed, and not for both."""
    if surveyed_m2 is None:
        return FindingState.NOT_FOUND
    if register_m2 is None or not booked:
        return FindingState.UNBOOKED
    allowed = register_m2 * tolerance_percent / 100
    if abs(surveyed_m2 - register_m2) > allowed:
        return FindingState.AREA_DIFFERS
    return FindingState.MATCHED


def difference(known_m2: Decimal | None, surveyed_m2: Decimal | None) -> Decimal | None:
    """Surveyed less known, in m²; None where one is not known."""
    if known_m2 is None or surveyed_m2 is None:
        return None
    return surveyed_m2 - known_m2


def difference_percent(register_m2: Decimal | None, surveyed_m2: Decimal | None) -> Decimal | None:
    """(s − r) ÷ r in %, one decimal (GB/T 8170); None of nothing."""
    gap = difference(register_m2, surveyed_m2)
    if gap is None or not register_m2:
        return None
    return (gap * 100 / register_m2).quantize(_TENTH) + 0  # never -0
