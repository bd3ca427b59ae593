"""What the warehouse does when a service takes back what it released."""

from __future__ import annotations

import pytest

from chassis.errors import DomainError, IllegalState, InvalidInput
from chassis.testing import Harness
from guanjia.housing.v1 import events_pb2 as housing_events
from guanjia.warehouse.v1 import events_pb2
from guanjia.warehouse.v1 import intakes_pb2 as pb
from tests.refusals import refusal
from tests.together import together
from tests.warehouse.factories import accept, create_store, disposal_approved, held_item

APPROVED, WITHDRAWN = "on_assets_released", "on_assets_reclaimed"
DRAFTED, ACCEPTED = pb.INTAKE_STATE_DRAFTED, pb.INTAKE_STATE_ACCEPTED
REJECTED, CANCELLED = pb.INTAKE_STATE_REJECTED, pb.INTAKE_STATE_CANCELLED
pytestmark = [pytest.mark.row("H14"), pytest.mark.row("W01")]


def withdrawal(
    approved: housing_events.DisposalApproved, *lines: int
) -> housing_events.DisposalWithdrawn:
    """The fact that these lines of an approved disposal are taken back; all if none is named."""
    numbers = lines or range(len(approved.assets))
    return housing_events.DisposalWithdrawn(
        document_id=approved.document_id,
        document_code=approved.document_code,
        assets=[approved.assets[number] for number in numbers],
        reason="不再搬迁",
        region_code="990101",
        unit_id="u-1",
        unit_name="云澜市财政局",
    )


def states(warehouse: Harness) -> list[int]:
    """The states of all intakes, in the order of their lines."""
    found = warehouse.call("list_intakes", page_size=500).intakes
    return [each.state for each in sorted(found, key=lambda each: each.source.line_id)]


def test_what_is_not_decided_yet_is_cancelled_and_told(warehouse: Harness) -> None:
    approved = disposal_approved(2)
    warehouse.react(APPROVED, approved)
    warehouse.react(WITHDRAWN, withdrawal(approved))
    intakes = warehouse.call("list_intakes").intakes
    assert [(each.state, each.remark) for each in intakes] == [(CANCELLED, "不再搬迁")] * 2
    assert all(each.decided_by and each.HasField("decided_at") for each in intakes)
    assert warehouse.facts() == [
        events_pb2.IntakeCancelled(
            intake_id=each.id, source=each.source, asset_code=each.asset.asset_code
        )
        for each in intakes
    ]


def test_what_was_decided_before_stands_and_is_not_told_again(warehouse: Harness) -> None:
    approved = disposal_approved(3)
    warehouse.react(APPROVED, approved)
    first, second, _ = warehouse.call("list_intakes").intakes
    accept(warehouse, first)
    reason = "REJECTION_REASON_NOT_RECEIVED"
    warehouse.call("reject_intake", intake_id=second.id, reason=reason)
    warehouse.react(WITHDRAWN, withdrawal(approved))
    assert states(warehouse) == [ACCEPTED, REJECTED, CANCELLED]
    assert [type(fact) for fact in warehouse.facts()] == [
        events_pb2.IntakeAccepted,
        events_pb2.IntakeRejected,
        events_pb2.IntakeCancelled,
    ]
    assert warehouse.count("items") == 1


def test_a_cancelled_intake_is_decided_no_more(warehouse: Harness) -> None:
    approved = disposal_approved(1)
    warehouse.react(APPROVED, approved)
    warehouse.react(WITHDRAWN, withdrawal(approved))
    [intake] = warehouse.call("list_intakes", state="INTAKE_STATE_CANCELLED").intakes
    into = {"intake_id": intake.id, "store_id": create_store(warehouse).id, "place": "A-1"}
    reject = {"intake_id": intake.id, "reason": "REJECTION_REASON_NOT_RECEIVED"}
    for method, fields in (("accept_intake", into), ("reject_intake", reject)):
        assert refusal(warehouse, method, IllegalState, **fields) == ("ILLEGAL_STATE", ["state"])


def test_a_withdrawal_that_comes_first_leaves_nothing_to_draft(warehouse: Harness) -> None:
    approved = disposal_approved(2)
    warehouse.react(WITHDRAWN, withdrawal(approved))
    early = warehouse.call("list_intakes").intakes
    warehouse.react(APPROVED, approved)
    assert warehouse.call("list_intakes").intakes == early
    assert [each.asset for each in early] == [each.asset for each in approved.assets]
    assert {(each.region_code, each.unit_id, each.unit_name) for each in early} == {
        ("990101", "u-1", "云澜市财政局")
    }
    assert states(warehouse) == [CANCELLED, CANCELLED]
    assert [type(fact) for fact in warehouse.facts()] == [events_pb2.IntakeCancelled] * 2


def test_a_line_that_is_not_taken_back_is_drafted_though_the_withdrawal_comes_first(
    warehouse: Harness,
) -> None:
    approved = disposal_approved(3)
    warehouse.react(WITHDRAWN, withdrawal(approved, 1))
    warehouse.react(APPROVED, approved)
    assert states(warehouse) == [DRAFTED, CANCELLED, DRAFTED]


def test_an_asset_the_store_holds_is_cancelled_not_rejected_if_the_withdrawal_comes_first(
    warehouse: Harness,
) -> None:
    held_item(warehouse, asset_code="ZC-1")
    approved = disposal_approved(1, asset_code="ZC-1")
    warehouse.react(WITHDRAWN, withdrawal(approved))
    warehouse.react(APPROVED, approved)
    listed = warehouse.call("list_intakes", document_id="d-1").intakes
    assert [each.state for each in listed] == [CANCELLED]
    assert warehouse.facts(events_pb2.IntakeRejected) == []


@pytest.mark.parametrize("first", [APPROVED, WITHDRAWN])
def test_r5_a_withdrawal_delivered_again_has_no_second_effect(
    warehouse: Harness, first: str
) -> None:
    approved = disposal_approved(2)
    if first == APPROVED:
        warehouse.react(APPROVED, approved)
    told = [warehouse.react(WITHDRAWN, withdrawal(approved), id="m-1") for _ in range(3)]
    assert told == [True, False, False]
    warehouse.react(WITHDRAWN, withdrawal(approved), id="m-2")
    assert warehouse.count("intakes") == len(warehouse.facts()) == 2


def test_a_withdrawal_takes_nothing_of_another_document(warehouse: Harness) -> None:
    approved = disposal_approved(1, "d-1")
    warehouse.react(APPROVED, approved)
    warehouse.react(APPROVED, disposal_approved(1, "d-2"))
    warehouse.react(WITHDRAWN, withdrawal(approved))
    assert states(warehouse) == [CANCELLED, DRAFTED]


def test_a_withdrawal_of_a_building_alone_changes_nothing(warehouse: Harness) -> None:
    assert warehouse.react(WITHDRAWN, withdrawal(disposal_approved(0)))
    assert [warehouse.count(table) for table in ("intakes", "numbers", "outbox")] == [0, 0, 0]


def test_r22_approval_and_withdrawal_at_once_leave_nothing_drafted(warehouse: Harness) -> None:
    approved = disposal_approved(20)
    outcomes = together(
        lambda: warehouse.react(APPROVED, approved),
        lambda: warehouse.react(WITHDRAWN, withdrawal(approved)),
        lambda: warehouse.react(APPROVED, approved),
        lambda: warehouse.react(WITHDRAWN, withdrawal(approved)),
    )
    assert outcomes == [True] * 4
    assert states(warehouse) == [CANCELLED] * 20
    assert len(warehouse.facts()) == 20


def test_r22_of_acceptance_and_withdrawal_at_once_each_asset_has_one(warehouse: Harness) -> None:
    approved = disposal_approved(8)
    warehouse.react(APPROVED, approved)
    intakes, store = warehouse.call("list_intakes").intakes, create_store(warehouse)
    outcomes = together(
        *(lambda each=each: accept(warehouse, each, store_id=store.id) for each in intakes),
        lambda: warehouse.react(WITHDRAWN, withdrawal(approved)),
    )
    taken_in = [each for each in outcomes if isinstance(each, pb.Intake)]
    refused = [each.reason for each in outcomes if isinstance(each, DomainError)]
    assert outcomes[-1] is True
    assert refused == ["ILLEGAL_STATE"] * (8 - len(taken_in))
    assert warehouse.count("items") == len(warehouse.facts(events_pb2.IntakeAccepted))
    assert warehouse.count("items") == states(warehouse).count(ACCEPTED) == len(taken_in)
    told = len(warehouse.facts(events_pb2.IntakeCancelled))
    assert told == states(warehouse).count(CANCELLED) == len(refused)


def test_a_withdrawal_whose_asset_breaks_a_rule_is_refused_for_good(warehouse: Harness) -> None:
    fact = withdrawal(disposal_approved(2))
    fact.assets[1].asset.asset_code = ""
    with pytest.raises(InvalidInput):
        warehouse.react(WITHDRAWN, fact)
    assert [warehouse.count(table) for table in ("intakes", "inbox", "outbox")] == [0, 0, 0]


def test_a_thousand_assets_are_cancelled_in_one_piece(warehouse: Harness) -> None:
    approved = disposal_approved(1_000)
    warehouse.react(APPROVED, approved)
    warehouse.react(WITHDRAWN, withdrawal(approved))
    assert len(warehouse.facts()) == 1_000
