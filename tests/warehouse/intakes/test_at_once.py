"""R22: several who decide about the same asset at the same moment."""

from __future__ import annotations

import pytest

from chassis.errors import DomainError
from chassis.testing import Harness
from guanjia.warehouse.v1 import intakes_pb2 as pb
from tests.together import together
from tests.warehouse.factories import accept, create_store, offer

pytestmark = pytest.mark.row("W01")


def test_of_four_acceptances_at_once_one_makes_a_card(warehouse: Harness) -> None:
    intake, store = offer(warehouse), create_store(warehouse)
    outcomes = together(
        *(
            lambda place=place: accept(warehouse, intake, store_id=store.id, place=place)
            for place in "ABCD"
        )
    )
    [accepted] = [each for each in outcomes if isinstance(each, pb.Intake)]
    refused = {each.reason for each in outcomes if isinstance(each, DomainError)}
    assert refused == {"ILLEGAL_STATE"}
    assert warehouse.call("get_intake", intake_id=intake.id) == accepted
    assert warehouse.count("items") == len(warehouse.facts()) == 1


def test_of_two_intakes_of_one_asset_accepted_at_once_one_makes_a_card(warehouse: Harness) -> None:
    intakes = [offer(warehouse, asset_code="ZC-1") for _ in range(4)]
    store = create_store(warehouse)
    outcomes = together(
        *(lambda each=each: accept(warehouse, each, store_id=store.id) for each in intakes)
    )
    refused = [each.reason for each in outcomes if isinstance(each, DomainError)]
    assert refused == ["ASSET_ALREADY_HELD"] * 3
    assert warehouse.count("items") == len(warehouse.facts()) == 1


def test_of_acceptance_and_rejection_at_once_one_wins(warehouse: Harness) -> None:
    intake, store = offer(warehouse), create_store(warehouse)
    outcomes = together(
        lambda: accept(warehouse, intake, store_id=store.id),
        lambda: warehouse.call(
            "reject_intake", intake_id=intake.id, reason="REJECTION_REASON_NOT_RECEIVED"
        ),
    )
    [decided] = [each for each in outcomes if isinstance(each, pb.Intake)]
    [refused] = [each for each in outcomes if isinstance(each, DomainError)]
    assert refused.reason == "ILLEGAL_STATE"
    assert warehouse.call("get_intake", intake_id=intake.id) == decided
    assert warehouse.count("items") == (decided.state == pb.INTAKE_STATE_ACCEPTED)
    assert len(warehouse.facts()) == 1
