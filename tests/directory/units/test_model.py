"""What may change about a unit."""

from __future__ import annotations

from datetime import date

import pytest

from chassis.errors import IllegalState, InvalidInput
from directory.units.model import Unit, UnitKind, UnitLevel

FIRST = date(2024, 2, 29)


def unit(**changes: object) -> Unit:
    values = {
        "uscc": "1",
        "name": "甲",
        "kind": UnitKind.OTHER,
        "level": UnitLevel.CITY,
        "region_code": "990100",
        "valid_from": FIRST,
        "named_from": FIRST,
        "valid_to": None,
    }
    return Unit(**values | changes)


def test_a_name_ends_the_day_before_the_next_begins() -> None:
    renamed = unit()
    former = renamed.rename("乙", date(2025, 1, 1))
    assert former is not None
    assert (former.name, former.valid_from, former.valid_to) == ("甲", FIRST, date(2024, 12, 31))
    assert (renamed.name, renamed.named_from) == ("乙", date(2025, 1, 1))


def test_a_name_that_is_corrected_on_its_first_day_was_never_borne() -> None:
    renamed = unit()
    assert renamed.rename("乙", FIRST) is None
    assert (renamed.name, renamed.named_from) == ("乙", FIRST)


def test_a_name_does_not_begin_before_the_one_it_follows() -> None:
    with pytest.raises(InvalidInput) as refused:
        unit().rename("乙", date(2024, 2, 28))
    assert refused.value.reason == "TOO_EARLY"


def test_a_unit_ends_once_and_not_before_it_began() -> None:
    with pytest.raises(InvalidInput):
        unit().end(date(2024, 2, 28), "valid_to", "", [])
    ended = unit()
    ended.end(FIRST, "valid_to", "", [])
    with pytest.raises(IllegalState):
        ended.end(FIRST, "valid_to", "", [])
