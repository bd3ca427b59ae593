"""What may be done with plans for idle properties."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import (
    AlreadyExists,
    IllegalState,
    InvalidInput,
    NotFound,
)
from chassis.principal import Realm
from chassis.testing import Harness
from guanjia.housing.v1 import events_pb2
from guanjia.housing.v1 import properties_pb2 as pp
from guanjia.housing.v1 import revitalisation_pb2 as pb
from tests.housing.factories import approved_disposal, create_property
from tests.housing.properties.reshaping import part, split
from tests.housing.revitalisation.factories import (
    approved_plan,
    create_plan,
    finish,
    idle_property,
    read,
    record,
)
from tests.people import person
from tests.refusals import refusal

NOBODY = "0190b6e0-7d5c-7a3e-8f00-0123456789ab"
pytestmark = pytest.mark.row("H13")


def use_of(housing: Harness, plan: Any) -> Any:
    return housing.call("get_property", property_id=plan.property_id).use_state


def test_a_plan_is_drafted_as_it_was_given(housing: Harness) -> None:
    property_id = idle_property(housing).id
    created = create_plan(housing, "SWAP", property_id=property_id, user="zhang", reason=" 闲置 ")
    assert read(housing, created) == created
    assert (created.code, created.state, created.property_id, created.requested_by) == (
        "PH-2026-000001",
        pb.REVITALISATION_STATE_DRAFT,
        property_id,
        "zhang",
    )
    assert (created.way, created.target_on, created.reason) == (
        pb.REVITALISATION_WAY_SWAP,
        "2026-12-31",
        "闲置",
    )
    assert (created.region_code, created.unit_name) == ("990101", "云澜市财政局")
    assert (list(created.actions), created.ended_on) == ([], "")


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"way": "REVITALISATION_WAY_UNSPECIFIED"}, "way", "REQUIRED"),
        ({"target_on": ""}, "target_on", "REQUIRED"),
        ({"target_on": "2026-02-29"}, "target_on", "INVALID_DATE"),
        ({"reason": " "}, "reason", "REQUIRED"),
        ({"reason": "长" * 501}, "reason", "TOO_LONG"),
        ({"property_id": "1"}, "property_id", "INVALID_ID"),
    ],
)
def test_a_draft_that_breaks_a_rule_is_refused_by_field(
    housing: Harness, changes: dict[str, Any], field: str, reason: str
) -> None:
    fields = {
        "property_id": NOBODY,
        "way": "REVITALISATION_WAY_LET",
        "target_on": "2026-12-31",
        "reason": "闲置",
    } | changes
    assert refusal(housing, "create_revitalisation", InvalidInput, **fields) == (reason, [field])


@pytest.mark.parametrize("use", ["IN_USE", "LET", "LENT", "DANGEROUS"])
def test_only_an_idle_property_is_planned_for(housing: Harness, use: str) -> None:
    property_id = create_property(housing, use_state=f"USE_STATE_{use}").id
    with pytest.raises(IllegalState) as refused:
        create_plan(housing, property_id=property_id)
    assert refused.value.reason == "ILLEGAL_STATE"


def test_a_property_under_disposal_is_not_planned_for(housing: Harness) -> None:
    property_id = idle_property(housing).id
    approved_disposal(housing, property_id=property_id)
    with pytest.raises(IllegalState) as refused:
        create_plan(housing, property_id=property_id)
    assert "处置中" in refused.value.zh


def test_a_property_nobody_registered_or_may_touch_is_not_found(housing: Harness) -> None:
    property_id = idle_property(housing, region_code="990102").id
    elsewhere = person("he", "bureau_clerk", realm=Realm("990101"))
    with pytest.raises(NotFound):
        create_plan(housing, property_id=property_id, user=elsewhere)
    with pytest.raises(NotFound):
        create_plan(housing, property_id=NOBODY)


def test_a_property_has_one_running_plan(housing: Harness) -> None:
    plan = approved_plan(housing)
    for _ in range(2):
        with pytest.raises(AlreadyExists) as refused:
            create_plan(housing, "SELL", property_id=plan.property_id)
        assert refused.value.reason == "PLAN_RUNNING"
        assert [each.field for each in refused.value.violations] == ["property_id"]
    housing.call("abandon_revitalisation", revitalisation_id=plan.id, reason="改为出售")
    again = create_plan(housing, "SELL", property_id=plan.property_id)
    assert again.state == pb.REVITALISATION_STATE_DRAFT


def test_a_draft_is_corrected(housing: Harness) -> None:
    draft = create_plan(housing)
    corrected = housing.call(
        "update_revitalisation",
        revitalisation_id=draft.id,
        etag=draft.etag,
        way="REVITALISATION_WAY_CONVERT",
        target_on="2027-06-30",
        reason="改作社区用房",
    )
    assert (corrected.way, corrected.target_on, corrected.reason, corrected.etag) == (
        pb.REVITALISATION_WAY_CONVERT,
        "2027-06-30",
        "改作社区用房",
        "2",
    )


def test_several_actions_are_noted_as_they_were_given(housing: Harness) -> None:
    plan = approved_plan(housing)
    amounts: dict[str, Any] = {"gross_fen": 1_000, "tax_fen": 50, "cost_fen": 2}
    record(housing, plan, done_on="2026-01-15", note="首年租金", user="wang", **amounts)
    noted = record(housing, plan, "CONVERT")
    assert read(housing, plan) == noted
    assert [
        (each.way, each.done_on, each.gross_fen, each.tax_fen, each.cost_fen, each.note)
        for each in noted.actions
    ] == [
        (pb.REVITALISATION_WAY_LET, "2026-01-15", 1_000, 50, 2, "首年租金"),
        (pb.REVITALISATION_WAY_CONVERT, "2026-03-02", 0, 0, 0, ""),
    ]
    assert [each.recorded_by for each in noted.actions] == ["wang", "clerk"]
    assert int(noted.etag) == int(plan.etag) + 2


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"way": "REVITALISATION_WAY_UNSPECIFIED"}, "way", "REQUIRED"),
        ({"done_on": "2026-03-03"}, "done_on", "IN_FUTURE"),
        ({"done_on": "昨天"}, "done_on", "INVALID_DATE"),
        ({"gross_fen": -1}, "gross_fen", "OUT_OF_RANGE"),
        ({"tax_fen": 10**15 + 1}, "tax_fen", "OUT_OF_RANGE"),
        ({"cost_fen": -1}, "cost_fen", "OUT_OF_RANGE"),
        ({"note": "长" * 501}, "note", "TOO_LONG"),
    ],
)
def test_an_action_that_breaks_a_rule_is_refused_by_field(
    housing: Harness, changes: dict[str, Any], field: str, reason: str
) -> None:
    plan = approved_plan(housing)
    fields = {"revitalisation_id": plan.id, "way": "REVITALISATION_WAY_LET"} | changes
    told = refusal(housing, "record_revitalisation_action", InvalidInput, **fields)
    assert told == (reason, [field])


@pytest.mark.parametrize(
    ("way", "use"),
    [
        ("REALLOCATE", pp.USE_STATE_IN_USE),
        ("SWAP", pp.USE_STATE_IN_USE),
        ("CONVERT", pp.USE_STATE_IN_USE),
        ("HAND_OVER", pp.USE_STATE_IN_USE),
        ("LET", pp.USE_STATE_LET),
    ],
)
def test_a_finished_plan_puts_the_property_to_use_and_tells_of_it(
    housing: Harness, way: str, use: Any
) -> None:
    plan = record(housing, approved_plan(housing, way), way)
    before = len(housing.facts(events_pb2.PropertyChanged))
    done = finish(housing, plan)
    assert (done.state, done.ended_on, done.ending_note) == (
        pb.REVITALISATION_STATE_DONE,
        "2026-03-02",
        "已盘活",
    )
    assert use_of(housing, done) == use
    [fact] = housing.facts(events_pb2.PropertyChanged)[before:]
    assert (fact.property_id, fact.use_state) == (plan.property_id, use)


@pytest.mark.parametrize("way", ["INJECT", "SELL"])
def test_what_a_disposal_must_follow_stays_as_it_is(housing: Harness, way: str) -> None:
    plan = record(housing, approved_plan(housing, way), way)
    before = housing.facts()
    done = finish(housing, plan)
    assert done.state == pb.REVITALISATION_STATE_DONE
    assert done.ending_note == "须另行办理资产处置，房产使用状态不变"
    assert (use_of(housing, done), housing.facts()) == (pp.USE_STATE_IDLE, before)


def test_a_property_put_to_its_use_by_hand_is_told_of_once(housing: Harness) -> None:
    plan = record(housing, approved_plan(housing))
    housing.call("update_property", property_id=plan.property_id, use_state="USE_STATE_LET")
    before = housing.facts()
    assert finish(housing, plan).state == pb.REVITALISATION_STATE_DONE
    assert housing.facts() == before


@pytest.mark.parametrize("use", ["UNDER_DISPOSAL", "DANGEROUS"])
def test_a_property_that_is_something_else_meanwhile_is_not_overwritten(
    housing: Harness, use: str
) -> None:
    plan = record(housing, approved_plan(housing))
    id = plan.property_id
    if use == "UNDER_DISPOSAL":
        approved_disposal(housing, property_id=id)
    else:
        housing.call("update_property", property_id=id, use_state=f"USE_STATE_{use}")
    request = {"revitalisation_id": plan.id}
    told = refusal(housing, "finish_revitalisation", IllegalState, **request)
    assert told == ("ILLEGAL_STATE", ["state"])
    assert use_of(housing, plan) == pp.UseState.Value(f"USE_STATE_{use}")


def test_a_plan_by_which_nothing_was_done_is_not_finished(housing: Harness) -> None:
    plan = approved_plan(housing)
    request = {"revitalisation_id": plan.id}
    told = refusal(housing, "finish_revitalisation", IllegalState, **request)
    assert told == ("NO_ACTION", [])


@pytest.mark.parametrize("how", ["disposed of", "divided"])
def test_nothing_is_done_by_a_plan_with_what_is_gone(housing: Harness, how: str) -> None:
    plan = approved_plan(housing, "SELL")
    if how == "disposed of":
        disposal = approved_disposal(housing, property_id=plan.property_id, assets=[])
        assert len(record(housing, plan, "SELL").actions) == 1, "under disposal, not gone"
        housing.call("complete_disposal", disposal_id=disposal.id)
    else:
        split(housing, plan.property_id, part("P-1"), part("P-2"))
    before = read(housing, plan)
    request = {"revitalisation_id": plan.id, "way": "REVITALISATION_WAY_SELL"}
    told = refusal(housing, "record_revitalisation_action", IllegalState, **request)
    assert told == ("ILLEGAL_STATE", ["state"])
    assert read(housing, plan) == before
