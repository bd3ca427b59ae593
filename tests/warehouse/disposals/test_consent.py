"""A batch asks for consent: given, refused, returned, recalled, withdrawn."""

from __future__ import annotations

import pytest

from chassis.testing import Harness
from guanjia.approvals.v1 import approvals_pb2 as ap
from guanjia.warehouse.v1 import disposals_pb2 as pb
from guanjia.warehouse.v1 import items_pb2 as ip
from tests.warehouse.disposals.factories import (
    appraise,
    draft,
    lines_of,
    read,
    states,
    submit,
)
from tests.warehouse.factories import (
    a_unit,
    card,
    decide,
    in_virtual_store,
    merges,
    stocked,
)

pytestmark = pytest.mark.row("W10")


def test_consent_is_asked_of_the_head_of_the_bureau_to_the_appraised_value(
    warehouse: Harness,
) -> None:
    batch = appraise(warehouse, draft(warehouse, stocked(warehouse, 2)), 10_000, 20_000)
    submitted = submit(warehouse, batch)
    found = warehouse.call("get_approval", approval_id=submitted.approval_id)
    assert (found.kind, found.document_code, found.amount_fen, found.steps[0].role) == (
        "warehouse.disposal",
        batch.code,
        30_000,
        "bureau_head",
    )
    given = draft(warehouse, stocked(warehouse, 2), "DONATION")
    found = warehouse.call("get_approval", approval_id=submit(warehouse, given).approval_id)
    assert found.amount_fen == 180_000


def test_a_rejected_batch_gives_its_items_back_and_a_returned_one_keeps_them(
    warehouse: Harness,
) -> None:
    items = stocked(warehouse, 1)
    batch = submit(warehouse, appraise(warehouse, draft(warehouse, items)))
    decide(warehouse, batch.approval_id, "RETURN")
    assert read(warehouse, batch).state == pb.DISPOSAL_BATCH_STATE_DRAFT
    assert states(warehouse, *items) == ["IN_DISPOSAL"]
    batch = submit(warehouse, batch)
    warehouse.call("recall_approval", approval_id=batch.approval_id)
    batch = submit(warehouse, batch)
    decide(warehouse, batch.approval_id, "REJECT")
    over = read(warehouse, batch)
    assert (over.state, over.decision_note, lines_of(over)) == (
        pb.DISPOSAL_BATCH_STATE_REJECTED,
        "材料不全",
        ["DROPPED"],
    )
    assert states(warehouse, *items) == ["IN_STOCK"]


@pytest.mark.parametrize("stage", ["draft", "submitted", "approved"])
def test_a_withdrawn_batch_gives_its_items_back(warehouse: Harness, stage: str) -> None:
    items = stocked(warehouse, 2)
    batch = draft(warehouse, items)
    if stage != "draft":
        batch = submit(warehouse, appraise(warehouse, batch))
    if stage == "approved":
        decide(warehouse, batch.approval_id)
    over = warehouse.call("withdraw_disposal_batch", disposal_batch_id=batch.id)
    assert (over.state, lines_of(over)) == (pb.DISPOSAL_BATCH_STATE_WITHDRAWN, ["DROPPED"] * 2)
    assert states(warehouse, *items) == ["IN_STOCK"] * 2
    if stage == "submitted":
        approval = warehouse.call("get_approval", approval_id=batch.approval_id)
        assert approval.state == ap.APPROVAL_STATE_RECALLED
    assert draft(warehouse, items).state == pb.DISPOSAL_BATCH_STATE_DRAFT


def test_a_batch_whose_owner_was_merged_meanwhile_gives_back_to_its_successor(
    warehouse: Harness,
) -> None:
    before, after = a_unit(warehouse), a_unit(warehouse)
    desk = in_virtual_store(warehouse, before)
    batch = draft(warehouse, [desk], user=before)
    assert (batch.unit_id, batch.unit_name) == (before.unit_id, before.unit_name)
    clerk = merges(warehouse, before, after)
    warehouse.call("withdraw_disposal_batch", user=clerk, disposal_batch_id=batch.id)
    back = card(warehouse, desk.id)
    assert (back.state, back.unit_id) == (ip.ITEM_STATE_IN_STOCK, after.unit_id)
