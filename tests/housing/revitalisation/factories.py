"""Plans for idle properties, brought as far as a test needs them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from chassis.principal import Principal
from chassis.testing import Harness
from housing.revitalisation.model import Revitalisation, RevitalisationState, RevitalisationWay
from tests.housing.factories import create_property

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def plan_object(state: RevitalisationState = RevitalisationState.DRAFT) -> Revitalisation:
    """A plan to let, by which something was done, as it is in `state`."""
    made = Revitalisation(
        code="PH-2026-000001",
        state=RevitalisationState.APPROVED,
        property_id="p",
        way=RevitalisationWay.LET,
        target_on=date(2026, 12, 31),
        reason="闲置",
        requested_by="zhang",
        corrected_by="",
        region_code="990101",
        unit_id="",
        unit_name="",
        updated_at=NOW,
    )
    amounts = {"gross_fen": 9, "tax_fen": 2, "cost_fen": 1}
    made.record("wang", date(2026, 3, 2), "let", "已签约", **amounts)
    made.state = state
    return made


def idle_property(housing: Harness, **changes: Any) -> Any:
    return create_property(housing, **{"use_state": "USE_STATE_IDLE"} | changes)


def way_of(word: str) -> str:
    return f"REVITALISATION_WAY_{word}"


def create_plan(
    housing: Harness, way: str = "LET", *, user: str | Principal = "clerk", **changes: Any
) -> Any:
    """A draft for an idle property of its own."""
    fields: dict[str, Any] = {
        "way": way_of(way),
        "target_on": "2026-12-31",
        "reason": "搬迁后闲置",
    } | changes
    if "property_id" not in fields:
        fields["property_id"] = idle_property(housing).id
    return housing.call("create_revitalisation", user=user, **fields)


def submitted_plan(housing: Harness, way: str = "LET", **changes: Any) -> Any:
    created = create_plan(housing, way, **changes)
    return housing.call("submit_revitalisation", revitalisation_id=created.id)


def decide(
    housing: Harness,
    plan: Any,
    decision: str = "DECISION_APPROVE",
    *,
    user: str | Principal = "chief",
    note: str = "",
) -> Any:
    """The plan once `user` has decided; rejected or returned ones need a note."""
    request = {"approval_id": plan.approval_id, "decision": decision, "note": note}
    housing.call("decide_approval", user=user, **request)
    return read(housing, plan)


def approved_plan(housing: Harness, way: str = "LET", **changes: Any) -> Any:
    return decide(housing, submitted_plan(housing, way, **changes))


def record(housing: Harness, plan: Any, way: str = "LET", **changes: Any) -> Any:
    """Something done today that brought and cost nothing, unless said otherwise."""
    fields = {"revitalisation_id": plan.id, "way": way_of(way)} | changes
    return housing.call("record_revitalisation_action", **fields)


def finish(housing: Harness, plan: Any, **changes: Any) -> Any:
    return housing.call("finish_revitalisation", revitalisation_id=plan.id, **changes)


def done_plan(housing: Harness, way: str = "LET", **changes: Any) -> Any:
    return finish(housing, record(housing, approved_plan(housing, way, **changes), way))


def read(housing: Harness, plan: Any) -> Any:
    return housing.call("get_revitalisation", revitalisation_id=plan.id)
