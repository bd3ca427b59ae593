"""Repairs for tests: good ones, brought as far as a test needs them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from chassis.principal import Principal
from chassis.testing import Harness
from housing.repairs.model import Repair, RepairComponent, RepairState
from tests.housing.factories import create_property

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def work(component: str = "ROOF", **changes: Any) -> dict[str, Any]:
    """A RepairWork message's fields: 100,000 yuan asked for 1,200 m²."""
    return {
        "component": f"REPAIR_COMPONENT_{component}",
        "description": "屋面防水层翻新",
        "area_m2": 1200.5,
        "asked_fen": 10_000_000,
    } | changes


def repair_object(state: RepairState = RepairState.DRAFT) -> Repair:
    """A repair of roof (5,000 fen) and lift (3,000 fen), as it is in `state`."""
    made = Repair(
        code="WX-2026-000001",
        state=RepairState.DRAFT,
        property_id="p",
        requested_by="zhang",
        corrected_by="",
        region_code="990101",
        unit_id="",
        unit_name="",
        settled_fen=0,
        updated_at=NOW,
    )
    works = [
        {"component": RepairComponent.ROOF, "description": "防水", "asked_fen": 5_000},
        {"component": RepairComponent.LIFT, "description": "换曳引机", "asked_fen": 3_000},
    ]
    made.says("major", 2026, "漏水", [{**each, "area_m2": Decimal("10.50")} for each in works])
    if state not in (RepairState.DRAFT, RepairState.SUBMITTED):
        made.state = RepairState.SUBMITTED
        approved = [(made.lines[0].id, 4_000), (made.lines[1].id, 3_000)]
        made.review(approved, by="wang", at=NOW, note="")
    made.state = state
    return made


def create_repair(
    housing: Harness, *works: dict[str, Any], user: str | Principal = "clerk", **changes: Any
) -> Any:
    """A draft for a property of its own, of the roof alone unless works are given."""
    fields: dict[str, Any] = {
        "kind": "REPAIR_KIND_MAJOR",
        "year": 2026,
        "reason": "屋面漏水",
        "lines": works or [work()],
    } | changes
    if "property_id" not in fields:
        fields["property_id"] = create_property(housing).id
    return housing.call("create_repair", user=user, **fields)


def submitted_repair(housing: Harness, *works: dict[str, Any], **changes: Any) -> Any:
    created = create_repair(housing, *works, **changes)
    return housing.call("submit_repair", repair_id=created.id)


def review(housing: Harness, repair: Any, *approved: int, **fields: Any) -> Any:
    """The repair once so much was approved for its lines; as asked where nothing is given.
    Another than its author reviews it, unless said otherwise."""
    amounts = approved or [each.asked_fen for each in repair.lines]
    lines = [
        {"line_id": line.id, "approved_fen": fen}
        for line, fen in zip(repair.lines, amounts, strict=True)
    ]
    given = {"user": "reviewer"} | fields
    return housing.call("review_repair", repair_id=repair.id, lines=lines, **given)


def decide(
    housing: Harness,
    repair: Any,
    decision: str = "DECISION_APPROVE",
    *,
    user: str | Principal = "chief",
    note: str = "",
) -> Any:
    """The repair once `user` has decided; rejected or returned ones need a note."""
    approval_id = read(housing, repair).approval_id
    request = {"approval_id": approval_id, "decision": decision, "note": note}
    housing.call("decide_approval", user=user, **request)
    return read(housing, repair)


def read(housing: Harness, repair: Any) -> Any:
    return housing.call("get_repair", repair_id=repair.id)


def approved_repair(
    housing: Harness, *works: dict[str, Any], approved: tuple[int, ...] = (), **changes: Any
) -> Any:
    reviewed = review(housing, submitted_repair(housing, *works, **changes), *approved)
    return decide(housing, reviewed)


def schedule(housing: Harness, repair: Any, first: str = "2026-03-01", **changes: Any) -> Any:
    fields: dict[str, Any] = {
        "scheduled_from": first,
        "scheduled_to": "2026-12-31",
        "contractor": "云澜建工",
    }
    return housing.call("schedule_repair", repair_id=repair.id, **fields | changes)


def accepted_repair(
    housing: Harness,
    *works: dict[str, Any],
    accepted_on: str = "",
    months: dict[int, int] | None = None,
    settled_fen: int = 1,
    first: str = "2020-01-01",
    **changes: Any,
) -> Any:
    """Accepted that day; `months` of warranty by number of the line."""
    approved = approved_repair(housing, *works, **changes)
    repair = schedule(housing, approved, first, scheduled_to="2100-12-31")
    terms = [
        {"line_id": repair.lines[number].id, "warranty_months": each}
        for number, each in (months or {}).items()
    ]
    fields: dict[str, Any] = {
        "accepted_on": accepted_on,
        "settled_fen": settled_fen,
        "warranties": terms,
    }
    return housing.call("accept_repair", repair_id=repair.id, **fields)
