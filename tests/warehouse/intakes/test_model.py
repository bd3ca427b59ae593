"""Every move of an intake."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chassis.errors import IllegalState
from tests.warehouse.factories import NOW, intake_object, item_object
from warehouse.intakes.model import STATE_NAMES, Intake, IntakeState, RejectionReason, obstacle
from warehouse.items.states import ItemState

MOVES: dict[str, Callable[[Intake], None]] = {
    "accept": lambda intake: intake.accept(item_object(), by="li", at=NOW),
    "reject": lambda intake: intake.reject(RejectionReason.NOT_RECEIVED, "无", by="li", at=NOW),
    "cancel": lambda intake: intake.cancel("不再搬迁", by="li", at=NOW),
}


def test_an_accepted_intake_names_card_place_and_value() -> None:
    intake, item = intake_object(), item_object()
    intake.accept(item, by="li", at=NOW)
    assert (intake.state, intake.item_id) == (IntakeState.ACCEPTED, item.id)
    assert (intake.store_id, intake.place, intake.value_fen) == ("s-1", "A-1", 90_000)
    assert (intake.decided_by, intake.decided_at) == ("li", NOW)


def test_a_rejected_intake_says_why() -> None:
    intake = intake_object()
    MOVES["reject"](intake)
    assert (intake.state, intake.rejection_reason) == (
        IntakeState.REJECTED,
        RejectionReason.NOT_RECEIVED,
    )
    assert (intake.remark, intake.decided_by, intake.decided_at) == ("无", "li", NOW)
    assert intake.item_id is None


def test_a_cancelled_intake_says_why_and_has_no_card() -> None:
    intake = intake_object()
    MOVES["cancel"](intake)
    assert (intake.state, intake.remark) == (IntakeState.CANCELLED, "不再搬迁")
    assert (intake.decided_by, intake.decided_at) == ("li", NOW)
    assert (intake.item_id, intake.rejection_reason) == (None, None)


@pytest.mark.parametrize(
    "state", [IntakeState.ACCEPTED, IntakeState.REJECTED, IntakeState.CANCELLED]
)
@pytest.mark.parametrize("move", MOVES)
def test_a_decided_intake_is_decided_once(state: IntakeState, move: str) -> None:
    intake = intake_object(state)
    before = {name: value for name, value in vars(intake).items() if name[0] != "_"}
    with pytest.raises(IllegalState):
        MOVES[move](intake)
    assert {name: value for name, value in vars(intake).items() if name[0] != "_"} == before


@pytest.mark.row("W01")
@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (ItemState.ON_LOAN, RejectionReason.STILL_ON_LOAN),
        (ItemState.IN_STOCK, RejectionReason.ALREADY_HELD),
        (ItemState.RESERVED, RejectionReason.ALREADY_HELD),
        (ItemState.IN_TRANSIT, RejectionReason.ALREADY_HELD),
        (ItemState.IN_DISPOSAL, RejectionReason.ALREADY_HELD),
        (ItemState.IN_USE, None),
        (ItemState.MISSING, None),
    ],
)
def test_an_asset_a_store_has_cannot_come_in_and_one_a_unit_uses_can(
    state: ItemState, expected: RejectionReason | None
) -> None:
    assert obstacle(item_object(state), "u-0") is expected


@pytest.mark.row("W01")
def test_an_asset_comes_back_from_its_owner_only() -> None:
    assert obstacle(None, "u-1") is None
    assert obstacle(item_object(ItemState.IN_USE), "u-1") is RejectionReason.NOT_OWNER
    assert obstacle(item_object(ItemState.IN_USE), "") is RejectionReason.NOT_OWNER


def test_every_state_has_a_name_people_read() -> None:
    assert set(STATE_NAMES) == set(IntakeState)
