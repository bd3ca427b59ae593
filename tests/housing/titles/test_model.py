"""The moves of a case, and those it refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from chassis.errors import IllegalState
from housing.properties.model import Property, TitleState, UseState
from housing.titles.model import Certificate, Mover, Title
from tests.housing.factories import property_object

T = TitleState
MOVER = Mover("zhang", date(2026, 3, 2))
CERTIFICATE = Certificate("1号", "990101", "机关事务局", date(2026, 3, 1), Decimal("900"))

MOVES: dict[str, Callable[[Title, Property], None]] = {
    "begin": lambda case, building: case.begin(building, MOVER, "li", None),
    "record": lambda case, building: case.record(building, MOVER, CERTIFICATE),
    "meet_obstacle": lambda case, building: case.meet_obstacle(building, MOVER, "缺资料", None),
    "propose": lambda case, building: case.propose_exemption(building, "人防", "a1"),
    "exempt": lambda case, building: case.exempt(building, MOVER),
    "revive": lambda case, building: case.revive(building, MOVER, "政策调整"),
}
AFTER = {
    "begin": {T.IN_PROGRESS: T.IN_PROGRESS, T.OBSTACLE: T.IN_PROGRESS},
    "record": {
        T.IN_PROGRESS: T.REGISTERED,
        T.OBSTACLE: T.REGISTERED,
        T.REGISTERED: T.REGISTERED,  # the register knows of it, the case does not yet
    },
    "meet_obstacle": {T.IN_PROGRESS: T.OBSTACLE, T.OBSTACLE: T.OBSTACLE},
    "propose": {T.IN_PROGRESS: T.IN_PROGRESS, T.OBSTACLE: T.OBSTACLE},
    "exempt": {T.IN_PROGRESS: T.NOT_REGISTRABLE, T.OBSTACLE: T.NOT_REGISTRABLE},
    "revive": {T.NOT_REGISTRABLE: T.IN_PROGRESS},
}


@pytest.mark.parametrize("move", sorted(MOVES))
@pytest.mark.parametrize("before", list(T), ids=str)
def test_a_move_is_made_where_it_is_legal_and_refused_elsewhere(
    move: str, before: TitleState
) -> None:
    building = property_object(title_state=before)
    case = Title.of(building)
    if before in AFTER[move]:
        MOVES[move](case, building)
        assert building.title_state is AFTER[move][before]
        return
    with pytest.raises(IllegalState):
        MOVES[move](case, building)
    assert (building.title_state, case.moves, case.certificate_number) == (before, [], "")


def test_every_move_is_written_down() -> None:
    building = property_object(title_state=T.IN_PROGRESS)
    case = Title.of(building)
    for move in ("begin", "meet_obstacle", "begin", "record"):
        MOVES[move](case, building)
    told = [(each.position, each.from_state, each.to_state) for each in case.moves]
    assert told == [
        (1, T.IN_PROGRESS, T.IN_PROGRESS),
        (2, T.IN_PROGRESS, T.OBSTACLE),
        (3, T.OBSTACLE, T.IN_PROGRESS),
        (4, T.IN_PROGRESS, T.REGISTERED),
    ]
    assert {(each.moved_by, each.moved_on) for each in case.moves} == {("zhang", date(2026, 3, 2))}
    assert (building.title_number, case.obstacle) == ("1号", "")


def test_a_case_begins_once() -> None:
    building = property_object(title_state=T.IN_PROGRESS)
    case = Title.of(building)
    MOVES["begin"](case, building)
    with pytest.raises(IllegalState):
        MOVES["begin"](case, building)


def test_a_certificate_is_recorded_once() -> None:
    building = property_object(title_state=T.REGISTERED)
    case = Title.of(building)
    MOVES["record"](case, building)
    with pytest.raises(IllegalState):
        MOVES["record"](case, building)


@pytest.mark.parametrize("move", ["begin", "record", "meet_obstacle", "propose"])
def test_while_consent_to_an_exemption_is_asked_for_the_case_waits(move: str) -> None:
    building = property_object(title_state=T.OBSTACLE)
    case = Title.of(building)
    MOVES["propose"](case, building)
    with pytest.raises(IllegalState) as refused:
        MOVES[move](case, building)
    assert refused.value.reason == "EXEMPTION_PENDING"
    case.drop_exemption()
    MOVES[move](case, building)


@pytest.mark.parametrize("move", sorted(MOVES))
@pytest.mark.parametrize("before", list(T), ids=str)
@pytest.mark.parametrize(
    ("use", "name"), [(UseState.DISPOSED, "已处置"), (UseState.RETIRED, "已注销")]
)
def test_nothing_is_done_about_the_title_of_a_property_that_left_the_register(
    move: str, before: TitleState, use: UseState, name: str
) -> None:
    building = property_object(title_state=before, use_state=use)
    with pytest.raises(IllegalState) as refused:
        MOVES[move](Title.of(building), building)
    assert name in refused.value.zh
    assert building.title_state is before
