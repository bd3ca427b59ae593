"""What may be done with intakes."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import Conflict, IllegalState, InvalidInput, NotFound
from chassis.testing import Harness
from guanjia.asset.v1 import asset_pb2
from guanjia.warehouse.v1 import events_pb2, items_pb2
from guanjia.warehouse.v1 import intakes_pb2 as pb
from tests.refusals import refusal
from tests.warehouse.factories import (
    accept,
    asset,
    asset_fields,
    create_store,
    disposal_approved,
    held_item,
    lent_item,
    offer,
)

NOBODY = "0190b6e0-7d5c-7a3e-8f00-0123456789ab"
pytestmark = pytest.mark.row("W01")


def test_an_offered_asset_is_drafted_with_the_store_as_its_own_source(warehouse: Harness) -> None:
    given = asset()
    intake = warehouse.call("offer_asset", asset=given)
    assert warehouse.call("get_intake", intake_id=intake.id) == intake
    assert (intake.code, intake.state) == ("RK-2026-000001", pb.INTAKE_STATE_DRAFTED)
    assert intake.asset == given
    assert (intake.source.service, intake.source.document_code) == ("warehouse", intake.code)
    assert warehouse.facts() == []


def test_an_accepted_asset_has_one_card_one_place_one_owner(warehouse: Harness) -> None:
    store = create_store(warehouse)
    intake = offer(warehouse)
    accepted = accept(warehouse, intake, store_id=store.id, place=" A-01 ", user="li")
    [item] = warehouse.call("list_items").items
    assert item == warehouse.call("get_item", item_id=accepted.item_id)
    assert (item.code, item.state, item.asset) == (
        "GW-2026-000001",
        items_pb2.ITEM_STATE_IN_STOCK,
        intake.asset,
    )
    assert (item.store_id, item.place, item.owner_name) == (store.id, "A-01", store.owner_name)
    assert item.value_fen == accepted.value_fen == 90_000
    assert (accepted.state, accepted.decided_by) == (pb.INTAKE_STATE_ACCEPTED, "li")


def test_an_acceptance_is_one_fact(warehouse: Harness) -> None:
    warehouse.react("on_assets_released", disposal_approved(1))
    [intake] = warehouse.call("list_intakes").intakes
    accepted = accept(warehouse, intake)
    [fact] = warehouse.facts()
    assert fact == events_pb2.IntakeAccepted(
        intake_id=intake.id,
        source=asset_pb2.SourceLine(
            service="housing",
            document_id="d-1",
            document_code="CZ-2026-000001",
            line_id="d-1-0",
        ),
        asset_code=intake.asset.asset_code,
        item_id=accepted.item_id,
        value_fen=90_000,
    )


def test_a_rejection_is_one_fact_and_makes_no_card(warehouse: Harness) -> None:
    intake = offer(warehouse)
    rejected = warehouse.call(
        "reject_intake",
        intake_id=intake.id,
        reason="REJECTION_REASON_NOT_AS_LISTED",
        remark="少一腿",
    )
    assert (rejected.state, rejected.rejection_reason, rejected.remark) == (
        pb.INTAKE_STATE_REJECTED,
        pb.REJECTION_REASON_NOT_AS_LISTED,
        "少一腿",
    )
    [fact] = warehouse.facts()
    assert fact == events_pb2.IntakeRejected(
        intake_id=intake.id,
        source=intake.source,
        asset_code=intake.asset.asset_code,
        reason=pb.REJECTION_REASON_NOT_AS_LISTED,
        remark="少一腿",
    )
    assert warehouse.count("items") == 0


def test_an_asset_still_on_loan_is_refused(warehouse: Harness) -> None:
    drafted = offer(warehouse, asset_code="ZC-1")
    lent_item(warehouse, asset_code="ZC-1")
    again = asset_fields(asset_code="ｚｃ-1")
    reason, _ = refusal(warehouse, "offer_asset", IllegalState, asset=again)
    assert reason == "ASSET_ON_LOAN"
    fields = {"store_id": create_store(warehouse).id, "place": "A-1", "intake_id": drafted.id}
    reason, _ = refusal(warehouse, "accept_intake", IllegalState, **fields)
    assert reason == "ASSET_ON_LOAN"


def test_an_asset_the_store_holds_is_refused(warehouse: Harness) -> None:
    held_item(warehouse, asset_code="ZC-1")
    again = asset_fields(asset_code="ZC-1")
    reason, _ = refusal(warehouse, "offer_asset", IllegalState, asset=again)
    assert reason == "ASSET_ALREADY_HELD"


@pytest.mark.parametrize("decision", ["accept", "reject"])
def test_an_intake_is_decided_once(warehouse: Harness, decision: str) -> None:
    intake, store = offer(warehouse), create_store(warehouse)
    reject = {"intake_id": intake.id, "reason": "REJECTION_REASON_NOT_RECEIVED"}
    if decision == "accept":
        accept(warehouse, intake, store_id=store.id)
    else:
        warehouse.call("reject_intake", **reject)
    again = {"intake_id": intake.id, "store_id": store.id, "place": "A-1"}
    for method, fields in (("accept_intake", again), ("reject_intake", reject)):
        assert refusal(warehouse, method, IllegalState, **fields) == ("ILLEGAL_STATE", ["state"])


@pytest.mark.parametrize(
    ("method", "changes", "field", "reason"),
    [
        ("accept_intake", {"store_id": ""}, "store_id", "REQUIRED"),
        ("accept_intake", {"store_id": "1"}, "store_id", "INVALID_ID"),
        ("accept_intake", {"place": " "}, "place", "REQUIRED"),
        ("accept_intake", {"value_fen": -1}, "value_fen", "OUT_OF_RANGE"),
        ("reject_intake", {"reason": 0}, "reason", "REQUIRED"),
        ("reject_intake", {"remark": "长" * 501}, "remark", "TOO_LONG"),
        ("offer_asset", {"asset": None}, "asset", "REQUIRED"),
        ("offer_asset", {"asset": asset_fields(name="")}, "asset.name", "REQUIRED"),
        ("list_intakes", {"page_size": 501}, "page_size", "OUT_OF_RANGE"),
        ("list_intakes", {"state": 99}, "state", "UNKNOWN_VALUE"),
    ],
)
def test_a_request_that_breaks_a_rule_is_refused_by_field(
    warehouse: Harness, method: str, changes: dict[str, Any], field: str, reason: str
) -> None:
    good: dict[str, dict[str, Any]] = {
        "accept_intake": {"intake_id": NOBODY, "store_id": NOBODY, "place": "A-1"},
        "reject_intake": {"intake_id": NOBODY, "reason": "REJECTION_REASON_NOT_RECEIVED"},
    }
    fields = good.get(method, {}) | changes
    assert refusal(warehouse, method, InvalidInput, **fields) == (reason, [field])


def test_what_is_not_there_is_not_found(warehouse: Harness) -> None:
    intake, store = offer(warehouse), create_store(warehouse)
    for field, fields in (
        ("intake_id", {"intake_id": NOBODY, "store_id": store.id}),
        ("store_id", {"intake_id": intake.id, "store_id": NOBODY}),
    ):
        told = refusal(warehouse, "accept_intake", NotFound, place="A-1", **fields)
        assert told == ("NOT_FOUND", [field])
    assert refusal(warehouse, "get_intake", NotFound, intake_id=NOBODY)[1] == ["intake_id"]


def test_r22_an_intake_that_somebody_changed_is_refused(warehouse: Harness) -> None:
    fields = {"intake_id": offer(warehouse).id, "store_id": create_store(warehouse).id}
    told = refusal(warehouse, "accept_intake", Conflict, etag="9", place="A-1", **fields)
    assert told == ("STALE", ["etag"])


def test_intakes_are_found_by_state_and_document(warehouse: Harness) -> None:
    warehouse.react("on_assets_released", disposal_approved(3, "d-1"))
    warehouse.react("on_assets_released", disposal_approved(1, "d-2"))
    listed = warehouse.call("list_intakes", document_id="d-1").intakes
    accept(warehouse, listed[0])
    drafted = warehouse.call("list_intakes", state="INTAKE_STATE_DRAFTED").intakes
    assert [each.code[-1] for each in drafted] == ["2", "3", "4"]
    both = {"state": "INTAKE_STATE_DRAFTED", "document_id": "d-2"}
    assert [each.code[-1] for each in warehouse.call("list_intakes", **both).intakes] == ["4"]


def test_an_asset_comes_in_for_a_reason_the_store_takes(warehouse: Harness) -> None:
    event = warehouse.call("offer_asset", asset=asset(), kind="INTAKE_KIND_EVENT")
    idle = offer(warehouse)
    assert (event.kind, idle.kind) == (pb.INTAKE_KIND_EVENT, pb.INTAKE_KIND_IDLE)
    listed = warehouse.call("list_intakes", kind="INTAKE_KIND_EVENT").intakes
    assert [each.id for each in listed] == [event.id]
    warehouse.call(
        "set_norm",
        kind="warehouse.takes",
        key="event",
        value="0",
        region_code="990100",
        valid_from="2026-03-01",
        source="本市公物仓管理办法",
    )
    kind = {"asset": asset(), "kind": "INTAKE_KIND_EVENT"}
    told = refusal(warehouse, "offer_asset", InvalidInput, **kind)
    assert told == ("KIND_NOT_TAKEN", ["kind"])
