"""What may change about a unit."""

from __future__ import annotations

from directory.units.model import Unit, UnitKind


def test_renaming_says_whether_the_name_is_another_one() -> None:
    unit = Unit(uscc="1", name="甲", kind=UnitKind.OTHER, region_code="990100")
    assert unit.rename("乙")
    assert not unit.rename("乙")
    assert unit.name == "乙"
