"""Taking back a disposal after it was approved."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from chassis.errors import AlreadyExists, IllegalState, InvalidInput
from chassis.testing import Harness
from guanjia.asset.v1 import asset_pb2
from guanjia.housing.v1 import disposals_pb2 as pb
from guanjia.housing.v1 import events_pb2
from guanjia.housing.v1 import properties_pb2 as pp
from guanjia.warehouse.v1 import events_pb2 as warehouse_events
from tests.housing.disposals.test_reactions import accepted, read, rejected, source
from tests.housing.factories import (
    approved_disposal,
    asset_fields,
    assets,
    create_property,
    submitted_disposal,
)
from tests.refusals import refusal

pytestmark = pytest.mark.row("H14")


def withdraw(housing: Harness, disposal: Any, **changes: Any) -> Any:
    fields = {"disposal_id": disposal.id, "reason": "不再搬迁"} | changes
    return housing.call("withdraw_disposal", **fields)


def cancelled(disposal: Any, line: int = 0) -> warehouse_events.IntakeCancelled:
    return warehouse_events.IntakeCancelled(intake_id="i", source=source(disposal, line))


def states(disposal: Any) -> list[str]:
    """The states of its lines, by the ends of their names."""
    names = pb.DisposalLineState.Name
    return [names(line.state).removeprefix("DISPOSAL_LINE_STATE_") for line in disposal.lines]


def use_state(housing: Harness, property_id: str) -> int:
    return int(housing.call("get_property", property_id=property_id).use_state)


def test_a_withdrawal_is_one_fact_with_every_line_that_is_awaited(housing: Harness) -> None:
    building = create_property(housing)
    disposal = approved_disposal(housing, property_id=building.id, assets=assets(3))
    housing.react("on_intake_accepted", accepted(disposal, 0))
    done = withdraw(housing, disposal, user="zhang")
    assert states(done) == ["ACCEPTED", "WITHDRAWING", "WITHDRAWING"]
    assert (done.state, done.withdrawn_by, done.withdrawal_reason) == (
        pb.DISPOSAL_STATE_HANDING_OVER,
        "zhang",
        "不再搬迁",
    )
    assert done.withdrawn_at.ToSeconds() == int(housing.clock.at.timestamp())
    [fact] = housing.facts(events_pb2.DisposalWithdrawn)
    assert fact == events_pb2.DisposalWithdrawn(
        document_id=disposal.id,
        document_code=disposal.code,
        property_id=building.id,
        assets=[
            asset_pb2.ReleasedAsset(line_id=line.id, asset=line.asset)
            for line in disposal.lines[1:]
        ],
        reason="不再搬迁",
        withdrawn_by="zhang",
        withdrawn_at=done.withdrawn_at,
        region_code="990101",
        unit_name="云澜市财政局",
    )


@pytest.mark.parametrize("state", ["draft", "submitted"])
def test_what_nobody_was_told_of_is_withdrawn_without_a_fact(housing: Harness, state: str) -> None:
    disposal = submitted_disposal(housing)
    if state == "draft":
        housing.call("recall_approval", approval_id=disposal.approval_id)
    done = withdraw(housing, disposal, reason="")
    assert (done.state, done.withdrawn_by) == (pb.DISPOSAL_STATE_WITHDRAWN, "clerk")
    assert states(done) == ["PLANNED", "PLANNED"]
    assert housing.facts() == []


@pytest.mark.parametrize(("reason", "told"), [(" ", "REQUIRED"), ("长" * 501, "TOO_LONG")])
def test_who_withdraws_after_approval_says_why(housing: Harness, reason: str, told: str) -> None:
    fields = {"disposal_id": approved_disposal(housing).id, "reason": reason}
    assert refusal(housing, "withdraw_disposal", InvalidInput, **fields) == (told, ["reason"])


@pytest.mark.parametrize("before", ["IN_USE", "IDLE", "LET", "LENT", "DANGEROUS"])
def test_the_building_is_used_as_before_at_once_and_others_are_told(
    housing: Harness, before: str
) -> None:
    building = create_property(housing, use_state=f"USE_STATE_{before}")
    disposal = approved_disposal(housing, property_id=building.id)
    done = withdraw(housing, disposal)
    assert states(done) == ["WITHDRAWING", "WITHDRAWING"]
    assert use_state(housing, building.id) == building.use_state
    told = housing.facts(events_pb2.PropertyChanged)
    assert [each.use_state for each in told] == [
        building.use_state,
        pp.USE_STATE_UNDER_DISPOSAL,
        building.use_state,
    ]


def test_a_building_of_which_nobody_noted_its_use_is_in_use_again(housing: Harness) -> None:
    building = create_property(housing, use_state="USE_STATE_IDLE")
    disposal = approved_disposal(housing, property_id=building.id)
    with housing.database.transaction() as connection:
        connection.execute(text("UPDATE disposals SET use_state_before = NULL"))
    withdraw(housing, disposal)
    assert use_state(housing, building.id) == pp.USE_STATE_IN_USE


def test_a_building_alone_is_withdrawn_at_once_and_may_leave_again(housing: Harness) -> None:
    building = create_property(housing)
    disposal = approved_disposal(housing, property_id=building.id, assets=[])
    assert withdraw(housing, disposal).state == pb.DISPOSAL_STATE_WITHDRAWN
    [fact] = housing.facts(events_pb2.DisposalWithdrawn)
    assert (fact.property_id, len(fact.assets)) == (building.id, 0)
    again = approved_disposal(housing, property_id=building.id, assets=[])
    assert again.state == pb.DISPOSAL_STATE_HANDING_OVER
    assert use_state(housing, building.id) == pp.USE_STATE_UNDER_DISPOSAL


def test_a_disposal_of_which_everything_came_back_is_withdrawn(housing: Harness) -> None:
    disposal = approved_disposal(housing, assets=assets(3))
    housing.react("on_intake_rejected", rejected(disposal, 0, "少一腿"))
    withdrawn = withdraw(housing, disposal)
    assert states(withdrawn) == ["WITHDRAWN", "WITHDRAWING", "WITHDRAWING"]
    [fact] = housing.facts(events_pb2.DisposalWithdrawn)
    assert [each.line_id for each in fact.assets] == [line.id for line in disposal.lines[1:]]
    housing.react("on_intake_cancelled", cancelled(disposal, 1))
    assert read(housing, disposal).state == pb.DISPOSAL_STATE_HANDING_OVER
    housing.react("on_intake_rejected", rejected(disposal, 2, "少两腿"))
    done = read(housing, disposal)
    assert (done.state, states(done)) == (pb.DISPOSAL_STATE_WITHDRAWN, ["WITHDRAWN"] * 3)
    assert [line.remark for line in done.lines] == ["未见实物：少一腿", "", "未见实物：少两腿"]


def test_what_was_accepted_is_completed_and_the_building_stays(housing: Harness) -> None:
    building = create_property(housing)
    disposal = approved_disposal(housing, property_id=building.id, assets=assets(3))
    housing.react("on_intake_accepted", accepted(disposal, 0))
    withdraw(housing, disposal)
    housing.react("on_intake_cancelled", cancelled(disposal, 1))
    fields = {"disposal_id": disposal.id, "income_fen": 5_000}
    told = refusal(housing, "complete_disposal", IllegalState, **fields)
    assert told == ("ILLEGAL_STATE", ["state"])
    housing.react("on_intake_accepted", accepted(disposal, 2))
    done = housing.call("complete_disposal", **fields)
    assert (done.state, states(done)) == (
        pb.DISPOSAL_STATE_COMPLETED,
        ["ACCEPTED", "WITHDRAWN", "ACCEPTED"],
    )
    assert use_state(housing, building.id) == pp.USE_STATE_IN_USE
    [fact] = housing.facts(events_pb2.DisposalCompleted)
    assert fact == events_pb2.DisposalCompleted(
        document_id=done.id, document_code=done.code, income_fen=5_000
    )


def test_what_is_handed_over_already_is_not_withdrawn(housing: Harness) -> None:
    disposal = approved_disposal(housing, assets=assets(1))
    housing.react("on_intake_accepted", accepted(disposal))
    fields = {"disposal_id": disposal.id, "reason": "不再搬迁"}
    told = refusal(housing, "withdraw_disposal", IllegalState, **fields)
    assert told == ("ILLEGAL_STATE", ["state"])


def test_an_asset_leaves_again_once_it_is_known_that_it_came_back(housing: Harness) -> None:
    asset = asset_fields()
    first = approved_disposal(housing, assets=[asset])
    withdraw(housing, first)
    second = submitted_disposal(housing, assets=[asset])
    request = {"approval_id": second.approval_id, "decision": "DECISION_APPROVE", "user": "chief"}
    told = refusal(housing, "decide_approval", AlreadyExists, **request)
    assert told == ("ASSET_ALREADY_RELEASED", ["assets"])
    housing.react("on_intake_cancelled", cancelled(first))
    housing.call("decide_approval", **request)
    assert read(housing, second).state == pb.DISPOSAL_STATE_APPROVED


def test_a_withdrawal_nobody_answers_is_overdue_and_settled_by_hand(housing: Harness) -> None:
    disposal = approved_disposal(housing, assets=assets(1))
    withdraw(housing, disposal)
    housing.clock.advance(days=11)
    [late] = housing.call("list_disposals", overdue=True).disposals
    assert [line.overdue for line in late.lines] == [True]
    line = {"disposal_id": disposal.id, "line_id": disposal.lines[0].id}
    settled = housing.call("settle_disposal_line", **line, remark="已电话确认收回")
    assert (settled.state, states(settled)) == (pb.DISPOSAL_STATE_HANDING_OVER, ["SETTLED"])
    housing.react("on_intake_cancelled", cancelled(disposal))
    now = read(housing, disposal)
    assert (states(now), now.lines[0].remark) == (
        ["SETTLED"],
        "已电话确认收回；公物仓其后确认收回",
    )


def test_a_cancellation_nobody_asked_for_is_refused_for_good(housing: Harness) -> None:
    disposal = approved_disposal(housing)
    with pytest.raises(IllegalState):
        housing.react("on_intake_cancelled", cancelled(disposal))
    assert read(housing, disposal) == disposal


def test_a_cancellation_for_another_services_document_is_not_ours(housing: Harness) -> None:
    disposal = approved_disposal(housing)
    withdrawn = withdraw(housing, disposal)
    theirs = cancelled(disposal)
    theirs.source.service = "vehicles"
    housing.react("on_intake_cancelled", theirs)
    assert read(housing, disposal) == withdrawn


def test_an_answer_to_a_withdrawn_line_is_given_once(housing: Harness) -> None:
    disposal = approved_disposal(housing)
    withdraw(housing, disposal)
    assert housing.react("on_intake_cancelled", cancelled(disposal), id="m-1")
    assert not housing.react("on_intake_cancelled", cancelled(disposal), id="m-1")
    with pytest.raises(IllegalState):
        housing.react("on_intake_accepted", accepted(disposal))
    assert states(read(housing, disposal)) == ["WITHDRAWN", "WITHDRAWING"]


def test_a_thousand_assets_are_withdrawn_in_one_piece(housing: Harness) -> None:
    withdraw(housing, approved_disposal(housing, assets=assets(1_000)))
    [fact] = housing.facts(events_pb2.DisposalWithdrawn)
    assert len(fact.assets) == 1_000
