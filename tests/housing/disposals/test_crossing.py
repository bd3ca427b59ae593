"""Withdrawal and acceptance cross on their way: in every order of facts both services agree."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest

from chassis.errors import IllegalState
from chassis.testing import Harness
from guanjia.housing.v1 import disposals_pb2 as dp
from guanjia.housing.v1 import events_pb2 as housing_events
from guanjia.housing.v1 import properties_pb2 as pp
from guanjia.warehouse.v1 import intakes_pb2 as wp
from tests.housing.factories import approved_disposal, assets, create_property
from tests.warehouse.factories import accept
from warehouse.service import service as warehouse_service

STEPS = ("approval arrives", "withdrawn", "withdrawal arrives", "decided")
ORDERS = [
    order
    for order in permutations(STEPS)
    if order.index("withdrawn") < order.index("withdrawal arrives")
    and order.index("approval arrives") < order.index("decided")
]
REACTIONS = {
    "IntakeAccepted": "on_intake_accepted",
    "IntakeRejected": "on_intake_rejected",
    "IntakeCancelled": "on_intake_cancelled",
}
pytestmark = pytest.mark.row("H14")


class Crossing:
    """A building with three assets on its way out, and facts that are carried by hand."""

    def __init__(self, housing: Harness, warehouse: Harness) -> None:
        self.housing, self.warehouse = housing, warehouse
        self.building = create_property(housing, use_state="USE_STATE_LET")
        self.disposal = approved_disposal(housing, property_id=self.building.id, assets=assets(3))
        self._answered = 0

    def arrive(self, reaction: str, kind: Any) -> None:
        [fact] = self.housing.facts(kind)
        self.warehouse.react(reaction, fact)

    def withdraw(self) -> None:
        self.housing.call("withdraw_disposal", disposal_id=self.disposal.id, reason="不再搬迁")

    def decide(self, decision: str) -> None:
        """Somebody decides about the first asset, unless it was taken back before."""
        first = self.intakes()[0]
        try:
            if decision == "accept":
                accept(self.warehouse, first)
            else:
                reason = "REJECTION_REASON_NOT_RECEIVED"
                self.warehouse.call("reject_intake", intake_id=first.id, reason=reason)
        except IllegalState:
            assert first.state == wp.INTAKE_STATE_CANCELLED

    def answer(self, last_first: bool = False) -> None:
        """Carries what the warehouse has said since."""
        answers = self.warehouse.facts()[self._answered :]
        self._answered += len(answers)
        for fact in reversed(answers) if last_first else answers:
            self.housing.react(REACTIONS[type(fact).__name__], fact)

    def intakes(self) -> list[Any]:
        found = self.warehouse.call("list_intakes", document_id=self.disposal.id).intakes
        return sorted(
            found,
            key=lambda each: [line.id for line in self.disposal.lines].index(each.source.line_id),
        )


@pytest.fixture
def crossing(housing: Harness, harness_of: Callable[..., Harness]) -> Crossing:
    return Crossing(housing, harness_of(warehouse_service))


@pytest.mark.parametrize("answers", ["at once", "at the end", "last first"])
@pytest.mark.parametrize("decision", ["accept", "reject"])
@pytest.mark.parametrize("order", ORDERS, ids=", ".join)
def test_an_asset_has_a_card_and_is_accepted_or_has_none_and_is_withdrawn(
    crossing: Crossing, order: tuple[str, ...], decision: str, answers: str
) -> None:
    steps: dict[str, Callable[[], None]] = {
        "approval arrives": lambda: crossing.arrive(
            "on_assets_released", housing_events.DisposalApproved
        ),
        "withdrawn": crossing.withdraw,
        "withdrawal arrives": lambda: crossing.arrive(
            "on_assets_reclaimed", housing_events.DisposalWithdrawn
        ),
        "decided": lambda: crossing.decide(decision),
    }
    for step in order:
        steps[step]()
        if answers == "at once":
            crossing.answer()
    crossing.answer(answers == "last first")

    first_decided = order.index("decided") < order.index("withdrawal arrives")
    taken_in = decision == "accept" and first_decided
    disposal = crossing.housing.call("get_disposal", disposal_id=crossing.disposal.id)
    withdrawn, accepted = dp.DISPOSAL_LINE_STATE_WITHDRAWN, dp.DISPOSAL_LINE_STATE_ACCEPTED
    assert [line.state for line in disposal.lines] == [
        accepted if taken_in else withdrawn,
        withdrawn,
        withdrawn,
    ]
    cards = {each.asset.asset_code for each in crossing.warehouse.call("list_items").items}
    assert cards == {each.asset.asset_code for each in disposal.lines if each.state == accepted}
    decided = {"accept": wp.INTAKE_STATE_ACCEPTED, "reject": wp.INTAKE_STATE_REJECTED}[decision]
    assert [each.state for each in crossing.intakes()] == [
        decided if first_decided else wp.INTAKE_STATE_CANCELLED,
        wp.INTAKE_STATE_CANCELLED,
        wp.INTAKE_STATE_CANCELLED,
    ]
    building = crossing.housing.call("get_property", property_id=crossing.building.id)
    assert building.use_state == pp.USE_STATE_LET
    ended = dp.DISPOSAL_STATE_HANDING_OVER if taken_in else dp.DISPOSAL_STATE_WITHDRAWN
    assert disposal.state == ended
