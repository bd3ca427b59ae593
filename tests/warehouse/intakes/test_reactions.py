"""What the warehouse does when a service releases assets."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chassis.errors import InvalidInput
from chassis.testing import Harness
from guanjia.housing.v1 import events_pb2 as housing_events_pb2
from guanjia.warehouse.v1 import events_pb2
from guanjia.warehouse.v1 import intakes_pb2 as pb
from housing.service import service as housing_service
from tests.housing import factories as housing_factories
from tests.together import together
from tests.warehouse.factories import (
    accept,
    asset_fields,
    disposal_approved,
    held_item,
    lent_item,
)

FACT = "on_assets_released"


@pytest.mark.row("H14")
def test_an_approved_building_with_40_cards_drafts_40_intakes_once_delivered_3_times(
    harness_of: Callable[..., Harness], warehouse: Harness
) -> None:
    housing = harness_of(housing_service)
    building = housing_factories.create_property(housing)
    disposal = housing_factories.approved_disposal(
        housing, property_id=building.id, assets=housing_factories.assets(40)
    )
    [fact] = housing.facts(housing_events_pb2.DisposalApproved)
    assert [warehouse.react(FACT, fact, id="m-1") for _ in range(3)] == [True, False, False]
    intakes = warehouse.call("list_intakes", document_id=disposal.id).intakes
    assert len(intakes) == 40
    assert [each.asset for each in intakes] == [line.asset for line in disposal.lines]
    assert {each.source.document_code for each in intakes} == {disposal.code}


@pytest.mark.row("W01")
def test_an_intake_from_a_fact_is_idempotent_by_source_and_asset(warehouse: Harness) -> None:
    fact = disposal_approved(40)
    assert [warehouse.react(FACT, fact, id="m-1") for _ in range(5)] == [True] + [False] * 4
    assert warehouse.react(FACT, fact, id="m-2")
    assert warehouse.count("intakes") == 40
    codes = [each.code for each in warehouse.call("list_intakes").intakes]
    assert codes == [f"RK-2026-{number:06}" for number in range(1, 41)]


@pytest.mark.row("W01")
def test_the_fact_at_once_under_two_ids_drafts_each_intake_once(warehouse: Harness) -> None:
    fact = disposal_approved(40)
    outcomes = together(
        *(
            lambda id_=id_: warehouse.react(FACT, fact, id=id_)
            for id_ in ("m-1", "m-2", "m-1", "m-2")
        )
    )
    assert sorted(map(str, outcomes)) == ["False", "False", "True", "True"]
    assert warehouse.count("intakes") == 40
    [last] = warehouse.call("list_intakes", page_size=500).intakes[-1:]
    assert last.code == "RK-2026-000040"


def test_a_fact_again_with_more_lines_drafts_the_new_ones(warehouse: Harness) -> None:
    first = disposal_approved(3)
    grown = housing_events_pb2.DisposalApproved()
    grown.CopyFrom(first)
    grown.assets.add(line_id="d-1-new", asset=asset_fields())
    warehouse.react(FACT, first)
    warehouse.react(FACT, grown)
    assert warehouse.count("intakes") == 4


@pytest.mark.row("W01")
@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("held", pb.REJECTION_REASON_ALREADY_HELD),
        ("lent", pb.REJECTION_REASON_STILL_ON_LOAN),
    ],
)
def test_an_asset_the_store_has_a_card_for_is_rejected_at_once_and_told(
    warehouse: Harness, state: str, reason: int
) -> None:
    make = held_item if state == "held" else lent_item
    make(warehouse, asset_code="ZC-1")
    fact = disposal_approved(2)
    fact.assets[0].asset.asset_code = "ZC-1"
    warehouse.react(FACT, fact)
    rejected, drafted = warehouse.call("list_intakes", document_id="d-1").intakes
    assert (rejected.state, rejected.rejection_reason) == (pb.INTAKE_STATE_REJECTED, reason)
    assert drafted.state == pb.INTAKE_STATE_DRAFTED
    [told] = warehouse.facts(events_pb2.IntakeRejected)
    assert (told.source.line_id, told.asset_code, told.reason) == ("d-1-0", "ZC-1", reason)


def test_an_asset_drafted_twice_is_taken_in_once(warehouse: Harness) -> None:
    """Two documents may release what the store has not decided about yet."""
    for document in ("d-1", "d-2"):
        warehouse.react(FACT, disposal_approved(1, document, asset_code="ZC-1"))
    first, second = warehouse.call("list_intakes").intakes
    accept(warehouse, first)
    assert warehouse.call("get_intake", intake_id=second.id).state == pb.INTAKE_STATE_DRAFTED
    assert warehouse.count("items") == 1


def test_a_fact_without_assets_drafts_nothing_and_uses_no_number(warehouse: Harness) -> None:
    assert warehouse.react(FACT, disposal_approved(0))
    assert [warehouse.count(table) for table in ("intakes", "numbers", "inbox")] == [0, 0, 1]


def test_a_thousand_assets_are_drafted_in_one_piece(warehouse: Harness) -> None:
    warehouse.react(FACT, disposal_approved(1_000))
    assert warehouse.count("intakes") == 1_000


def test_a_fact_whose_asset_breaks_a_rule_is_refused_for_good_and_drafts_nothing(
    warehouse: Harness,
) -> None:
    fact = disposal_approved(3)
    fact.assets[2].asset.asset_code = ""
    with pytest.raises(InvalidInput):
        warehouse.react(FACT, fact)
    assert [warehouse.count(table) for table in ("intakes", "inbox", "audit")] == [0, 0, 0]


def test_the_source_is_the_service_that_published(warehouse: Harness) -> None:
    warehouse.react(FACT, disposal_approved(1), source="/990200/housing")
    [intake] = warehouse.call("list_intakes").intakes
    assert intake.source.service == "housing"
