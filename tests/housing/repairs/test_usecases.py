"""What may be done with repairs."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import (
    InvalidInput,
    NotFound,
    PermissionDenied,
)
from chassis.principal import Realm
from chassis.testing import Harness
from guanjia.approvals.v1 import approvals_pb2 as ap
from guanjia.housing.v1 import repairs_pb2 as pb
from tests.housing.factories import USCC, create_property
from tests.housing.repairs.factories import (
    approved_repair,
    create_repair,
    decide,
    read,
    review,
    schedule,
    submitted_repair,
    work,
)
from tests.people import person
from tests.refusals import refusal

NOBODY = "0190b6e0-7d5c-7a3e-8f00-0123456789ab"
pytestmark = pytest.mark.row("H15")


def test_a_repair_is_drafted_as_it_was_given(housing: Harness) -> None:
    property_id = create_property(housing).id
    lift = work("LIFT", description=" 更换曳引机 ", area_m2=0, asked_fen=1)
    created = create_repair(housing, work(), lift, property_id=property_id, user="zhang")
    assert read(housing, created) == created
    assert (created.code, created.state, created.property_id, created.requested_by) == (
        "WX-2026-000001",
        pb.REPAIR_STATE_DRAFT,
        property_id,
        "zhang",
    )
    assert (created.region_code, created.unit_name) == ("990101", "云澜市财政局")
    assert (created.kind, created.year, created.reason) == (pb.REPAIR_KIND_MAJOR, 2026, "屋面漏水")
    assert (created.area_m2, created.asked_fen, created.approved_fen) == (1200.5, 10_000_001, 0)
    assert [(each.component, each.description, each.asked_fen) for each in created.lines] == [
        (pb.REPAIR_COMPONENT_ROOF, "屋面防水层翻新", 10_000_000),
        (pb.REPAIR_COMPONENT_LIFT, "更换曳引机", 1),
    ]


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"lines": []}, "lines", "REQUIRED"),
        ({"lines": [work()] * 101}, "lines", "TOO_MANY"),
        ({"lines": [work(asked_fen=0)]}, "lines.0.asked_fen", "OUT_OF_RANGE"),
        ({"lines": [work(), work(asked_fen=-1)]}, "lines.1.asked_fen", "OUT_OF_RANGE"),
        ({"lines": [work(area_m2=-0.01)]}, "lines.0.area_m2", "OUT_OF_RANGE"),
        ({"lines": [work(area_m2=float("nan"))]}, "lines.0.area_m2", "NOT_A_NUMBER"),
        ({"lines": [work(description=" ")]}, "lines.0.description", "REQUIRED"),
        ({"lines": [work("UNSPECIFIED")]}, "lines.0.component", "REQUIRED"),
        ({"kind": "REPAIR_KIND_UNSPECIFIED"}, "kind", "REQUIRED"),
        ({"year": 0}, "year", "OUT_OF_RANGE"),
        ({"year": 2201}, "year", "OUT_OF_RANGE"),
        ({"reason": ""}, "reason", "REQUIRED"),
        ({"reason": "长" * 501}, "reason", "TOO_LONG"),
        ({"property_id": "1"}, "property_id", "INVALID_ID"),
    ],
)
def test_a_draft_that_breaks_a_rule_is_refused_by_field(
    housing: Harness, changes: dict[str, Any], field: str, reason: str
) -> None:
    fields = {
        "property_id": NOBODY,
        "kind": "REPAIR_KIND_MINOR",
        "year": 2026,
        "reason": "漏水",
        "lines": [work()],
    } | changes
    assert refusal(housing, "create_repair", InvalidInput, **fields) == (reason, [field])


def test_a_repair_of_a_property_nobody_registered_is_refused(housing: Harness) -> None:
    with pytest.raises(NotFound) as refused:
        create_repair(housing, property_id=NOBODY)
    assert refused.value.violations[0].field == "property_id"


def test_a_draft_is_corrected_as_a_whole(housing: Harness) -> None:
    draft = create_repair(housing, work(), work("WALL"), user="zhang")
    corrected = housing.call(
        "update_repair",
        user="li",
        repair_id=draft.id,
        etag=draft.etag,
        kind="REPAIR_KIND_MEDIUM",
        year=2027,
        reason="外墙脱落",
        lines=[work("WALL", asked_fen=7)],
    )
    assert (corrected.kind, corrected.year, corrected.reason) == (
        pb.REPAIR_KIND_MEDIUM,
        2027,
        "外墙脱落",
    )
    assert [each.asked_fen for each in corrected.lines] == [corrected.asked_fen] == [7]
    assert corrected.etag == "2"
    assert read(housing, draft) == corrected


def test_a_repair_goes_from_application_to_acceptance(housing: Harness) -> None:
    submitted = submitted_repair(housing, work(), work("LIFT", asked_fen=500))
    reviewed = review(housing, submitted, 9_000_000, 400, note="核减", user="wang")
    assert (reviewed.state, reviewed.approved_fen, reviewed.reviewed_by, reviewed.review_note) == (
        pb.REPAIR_STATE_REVIEWED,
        9_000_400,
        "wang",
        "核减",
    )
    asked = housing.call("get_approval", approval_id=reviewed.approval_id)
    assert (asked.kind, asked.document_code, asked.amount_fen) == (
        "housing.repair",
        submitted.code,
        9_000_400,
    )
    assert [(each.role, each.state) for each in asked.steps] == [
        ("bureau_head", ap.STEP_STATE_OPEN)
    ]
    approved = decide(housing, reviewed, note="同意")
    assert (approved.state, approved.decided_by, approved.decision_note) == (
        pb.REPAIR_STATE_APPROVED,
        "chief",
        "同意",
    )
    scheduled = schedule(housing, approved)
    assert (scheduled.state, scheduled.scheduled_from, scheduled.scheduled_to) == (
        pb.REPAIR_STATE_SCHEDULED,
        "2026-03-01",
        "2026-12-31",
    )
    later = schedule(housing, scheduled, "2026-03-02", contractor="云澜二建")
    assert (later.scheduled_from, later.contractor) == ("2026-03-02", "云澜二建")
    terms = [{"line_id": later.lines[1].id, "warranty_months": 36}]
    accepted = housing.call(
        "accept_repair", repair_id=later.id, settled_fen=9_000_400, warranties=terms
    )
    assert (accepted.state, accepted.accepted_on, accepted.settled_fen) == (
        pb.REPAIR_STATE_ACCEPTED,
        "2026-03-02",
        9_000_400,
    )
    assert [each.warranty_until for each in accepted.lines] == ["2031-03-02", "2029-03-02"]
    assert read(housing, accepted) == accepted


def test_the_settled_amount_is_at_most_the_approved_one(housing: Harness) -> None:
    scheduled = schedule(housing, approved_repair(housing, approved=(9_090_000,)))
    request = {"repair_id": scheduled.id, "settled_fen": 9_090_001}
    told = refusal(housing, "accept_repair", InvalidInput, **request)
    assert told == ("EXCEEDS_APPROVED", ["settled_fen"])
    accepted = housing.call("accept_repair", repair_id=scheduled.id, settled_fen=9_090_000)
    assert accepted.settled_fen == 9_090_000


@pytest.mark.parametrize(
    ("changes", "reason", "field"),
    [
        ({"scheduled_to": "2026-02-28"}, "ENDS_BEFORE_START", "scheduled_to"),
        ({"scheduled_from": ""}, "REQUIRED", "scheduled_from"),
        ({"scheduled_to": "2026-2-30"}, "INVALID_DATE", "scheduled_to"),
        ({"contractor": ""}, "REQUIRED", "contractor"),
    ],
)
def test_a_schedule_nobody_could_keep_is_refused(
    housing: Harness, changes: dict[str, str], reason: str, field: str
) -> None:
    approved = approved_repair(housing)
    with pytest.raises(InvalidInput) as refused:
        schedule(housing, approved, **changes)
    assert (refused.value.reason, refused.value.violations[0].field) == (reason, field)
    assert read(housing, approved) == approved


@pytest.mark.parametrize(
    ("day", "reason"), [("2026-03-03", "IN_FUTURE"), ("2026-02-28", "BEFORE_START")]
)
def test_acceptance_lies_between_the_beginning_of_the_work_and_today(
    housing: Harness, day: str, reason: str
) -> None:
    scheduled = schedule(housing, approved_repair(housing), "2026-03-01")
    request = {"repair_id": scheduled.id, "accepted_on": day}
    told = refusal(housing, "accept_repair", InvalidInput, **request)
    assert told == (reason, ["accepted_on"])


def test_a_review_names_each_line_once(housing: Harness) -> None:
    submitted = submitted_repair(housing, work(), work("WALL"))
    one, two = ({"line_id": each.id, "approved_fen": 1} for each in submitted.lines)
    for lines, told in (
        ([one], ("REQUIRED", ["lines"])),
        ([], ("REQUIRED", ["lines"])),
        ([one, one], ("DUPLICATE", ["lines.1.line_id"])),
        ([one, {**two, "approved_fen": 10_000_001}], ("EXCEEDS_ASKED", ["lines.1.approved_fen"])),
        ([one, {**two, "approved_fen": -1}], ("OUT_OF_RANGE", ["lines.1.approved_fen"])),
    ):
        request = {"user": "reviewer", "repair_id": submitted.id, "lines": lines}
        assert refusal(housing, "review_repair", InvalidInput, **request) == told
    lines = [one, {**two, "line_id": NOBODY}]
    request = {"user": "reviewer", "repair_id": submitted.id, "lines": lines}
    told = refusal(housing, "review_repair", NotFound, **request)
    assert told == ("NOT_FOUND", ["lines.1.line_id"])


def test_a_returned_repair_is_a_draft_whose_amounts_are_open_again(housing: Harness) -> None:
    reviewed = review(housing, submitted_repair(housing), 5)
    back = decide(housing, reviewed, "DECISION_RETURN", note="图纸不全")
    assert (back.state, back.approved_fen, back.lines[0].approved_fen) == (
        pb.REPAIR_STATE_DRAFT,
        0,
        0,
    )
    assert (back.decision_note, back.reviewed_by) == ("图纸不全", "")
    again = housing.call("submit_repair", repair_id=back.id)
    assert decide(housing, review(housing, again)).state == pb.REPAIR_STATE_APPROVED


def test_a_reviewer_who_recalls_the_request_reviews_it_again(housing: Harness) -> None:
    reviewed = review(housing, submitted_repair(housing), 5, user="wang")
    housing.call("recall_approval", user="wang", approval_id=reviewed.approval_id)
    back = read(housing, reviewed)
    assert (back.state, back.approved_fen) == (pb.REPAIR_STATE_SUBMITTED, 0)
    assert review(housing, back, 6, user="wang").approved_fen == 6


def test_a_rejected_repair_is_over(housing: Harness) -> None:
    reviewed = review(housing, submitted_repair(housing))
    over = decide(housing, reviewed, "DECISION_REJECT", note="不急")
    assert (over.state, over.decision_note) == (pb.REPAIR_STATE_REJECTED, "不急")


def test_a_withdrawn_repair_waits_for_nobody(housing: Harness) -> None:
    reviewed = review(housing, submitted_repair(housing))
    gone = housing.call("withdraw_repair", repair_id=reviewed.id)
    assert gone.state == pb.REPAIR_STATE_WITHDRAWN
    asked = housing.call("get_approval", approval_id=reviewed.approval_id)
    assert asked.state == ap.APPROVAL_STATE_RECALLED


def test_neither_who_applied_nor_who_reviewed_consents(housing: Harness) -> None:
    heads = [person(name, "bureau_head") for name in ("zhang", "li", "zhao", "wang", "zhou")]
    draft = create_repair(housing, user=heads[0])
    housing.call(
        "update_repair",
        user=heads[1],
        repair_id=draft.id,
        kind="REPAIR_KIND_MINOR",
        year=2026,
        reason="漏水",
        lines=[work()],
    )
    submitted = housing.call("submit_repair", user=heads[2], repair_id=draft.id)
    for author in heads[:3]:
        with pytest.raises(PermissionDenied) as refused:
            review(housing, submitted, user=author)
        assert refused.value.reason == "OWN_REQUEST"
    reviewed = review(housing, submitted, user=heads[3])
    for author in heads[:4]:
        with pytest.raises(PermissionDenied) as refused:
            decide(housing, reviewed, user=author)
        assert refused.value.reason == "OWN_REQUEST"
    assert decide(housing, reviewed, user=heads[4]).state == pb.REPAIR_STATE_APPROVED


def test_only_who_may_touch_the_property_applies_for_it(housing: Harness) -> None:
    property_id = create_property(housing, region_code="990102").id
    elsewhere = person("he", "unit_clerk", realm=Realm("990101"))
    with pytest.raises(NotFound):
        create_repair(housing, property_id=property_id, user=elsewhere)
    own = person("he", "unit_clerk", realm=Realm("990102"))
    assert create_repair(housing, property_id=property_id, user=own).property_id == property_id


def test_the_unit_that_holds_the_property_when_it_is_submitted_applies(housing: Harness) -> None:
    property_id = create_property(housing, unit_uscc=USCC).id
    draft = create_repair(housing, property_id=property_id)
    housing.call("update_property", property_id=property_id, unit_name="云澜市审计局")
    assert read(housing, draft).unit_name == "云澜市财政局"
    assert housing.call("submit_repair", repair_id=draft.id).unit_name == "云澜市审计局"
