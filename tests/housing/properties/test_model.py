"""What may be changed about a property, and what only a disposal changes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from chassis.errors import IllegalState, InvalidInput
from housing.properties.model import FIGURES, LEAVING, Property, TitleState, UseState
from tests.housing.factories import property_object

U = UseState
T = TitleState
FREE = [state for state in UseState if state not in LEAVING]


def shown(each: Property) -> dict[str, Any]:
    return {name: value for name, value in vars(each).items() if not name.startswith("_")}


@pytest.mark.parametrize("state", FREE)
def test_a_property_in_any_use_may_begin_to_leave(state: UseState) -> None:
    leaving = property_object(use_state=state)
    leaving.begin_disposal()
    under_way = leaving.use_state
    leaving.end_disposal()
    assert (under_way, leaving.use_state) == (U.UNDER_DISPOSAL, U.DISPOSED)


@pytest.mark.parametrize("state", LEAVING)
def test_a_property_leaves_once(state: UseState) -> None:
    leaving = property_object(use_state=state)
    with pytest.raises(IllegalState):
        leaving.begin_disposal()
    assert leaving.use_state is state


@pytest.mark.parametrize("state", [*FREE, U.DISPOSED])
def test_a_disposal_that_did_not_begin_does_not_end(state: UseState) -> None:
    still = property_object(use_state=state)
    with pytest.raises(IllegalState):
        still.end_disposal()
    assert still.use_state is state


@pytest.mark.parametrize("state", FREE)
def test_a_property_that_stays_after_all_is_used_as_before(state: UseState) -> None:
    staying = property_object(use_state=state)
    staying.undo_disposal(staying.begin_disposal())
    assert staying.use_state is state


@pytest.mark.parametrize("state", [*FREE, U.DISPOSED])
def test_a_disposal_that_did_not_begin_is_not_undone(state: UseState) -> None:
    still = property_object(use_state=state)
    with pytest.raises(IllegalState):
        still.undo_disposal(U.IN_USE)
    assert still.use_state is state


@pytest.mark.parametrize("before", FREE)
@pytest.mark.parametrize("after", FREE)
def test_the_use_of_a_property_that_stays_changes_freely(before: UseState, after: UseState) -> None:
    changed = property_object(use_state=before)
    assert changed.revise(use_state=after) is (before is not after)
    assert changed.use_state is after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        *((state, leaving) for state in FREE for leaving in LEAVING),
        *((U.UNDER_DISPOSAL, state) for state in [*FREE, U.DISPOSED]),
    ],
)
def test_only_a_disposal_leads_to_leaving_and_back(before: UseState, after: UseState) -> None:
    kept = property_object(use_state=before)
    told = shown(kept)
    with pytest.raises(IllegalState):
        kept.revise(name="新名", use_state=after)
    assert shown(kept) == told


def test_a_property_under_disposal_may_be_corrected_in_all_but_its_use() -> None:
    leaving = property_object(use_state=U.UNDER_DISPOSAL)
    assert leaving.revise(floor_area_m2=Decimal("2500"), use_state=U.UNDER_DISPOSAL)


def test_a_disposed_property_is_history() -> None:
    gone = property_object(use_state=U.DISPOSED)
    told = shown(gone)
    with pytest.raises(IllegalState):
        gone.revise(name="新名")
    assert shown(gone) == told


@pytest.mark.parametrize(
    ("changes", "is_fact"),
    [
        ({"floor_area_m2": Decimal("2400.51")}, True),
        ({"usable_area_m2": Decimal("0")}, True),
        ({"use_state": UseState.IDLE}, True),
        ({"unit_uscc": "119901010000130X2A"}, True),
        ({"floor_area_m2": Decimal("2400.5")}, False),
        ({"name": "新名", "book_value_fen": 1, "floors": 7}, False),
        ({}, False),
    ],
)
def test_others_are_told_when_a_figure_of_theirs_changed(
    changes: dict[str, Any], is_fact: bool
) -> None:
    changed = property_object()
    assert changed.revise(**changes) is is_fact
    assert {name: getattr(changed, name) for name in changes} == changes


def test_figures_are_columns() -> None:
    assert set(FIGURES) <= set(Property.__table__.c.keys())


@pytest.mark.parametrize(
    "changes",
    [
        {"usable_area_m2": Decimal("2400.51")},
        {"floor_area_m2": Decimal("1600.24")},
        {"floor_area_m2": Decimal("10"), "usable_area_m2": Decimal("11")},
    ],
)
def test_areas_that_do_not_fit_are_refused_and_change_nothing(changes: dict[str, Any]) -> None:
    kept = property_object()
    told = shown(kept)
    with pytest.raises(InvalidInput) as refused:
        kept.revise(name="新名", **changes)
    [violation] = refused.value.violations
    assert (violation.field, violation.reason) == ("usable_area_m2", "USABLE_EXCEEDS_FLOOR_AREA")
    assert shown(kept) == told
