"""A disposal asks for consent: by amount, in turn, returned, recalled, escalated, at once."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import (
    DomainError,
    IllegalState,
    InvalidInput,
    NotFound,
    PermissionDenied,
)
from chassis.principal import Realm
from chassis.testing import Harness
from guanjia.approvals.v1 import approvals_pb2 as ap
from guanjia.directory.v1 import directory_pb2, events_pb2
from guanjia.housing.v1 import disposals_pb2 as pb
from guanjia.housing.v1 import events_pb2 as housing_events
from tests.housing.factories import asset_fields, create_disposal, create_property, decide
from tests.people import person
from tests.refusals import refusal
from tests.together import together

NEW_UNIT, OTHER_USCC = "0190b6e0-7d5c-7a3e-8f00-000000000002", "91110000600037341L"
CLERK = person("zhang", "unit_clerk")
HEAD = person("li", "unit_head")
CHIEF = person("wang", "bureau_head")
FINANCE = person("qian", "finance_approver")
pytestmark = [pytest.mark.row("P04"), pytest.mark.row("H14")]


def rule(housing: Harness, *steps: dict[str, Any], **given: Any) -> Any:
    fields = {
        "kind": "housing.disposal",
        "region_code": "990100",
        "valid_from": "2026-01-01",
        "steps": [{"turn": 1, **each} for each in steps],
        "source": "云澜市机关资产处置办法",
    }
    return housing.call("define_approval_rule", **fields | given)


def submitted(housing: Harness, fen: int = 150_000, user: Any = CLERK, **given: Any) -> Any:
    given.setdefault("assets", [asset_fields(original_value_fen=fen)])
    draft = create_disposal(housing, user=user, **given)
    return housing.call("submit_disposal", user=user, disposal_id=draft.id)


def approval_of(housing: Harness, disposal: Any) -> Any:
    return housing.call("get_approval", approval_id=disposal.approval_id)


def pending(housing: Harness, user: Any) -> list[str]:
    found = housing.call("list_my_pending_approvals", user=user)
    return [each.document_id for each in found.approvals]


def test_without_a_rule_the_head_of_the_unit_consents(housing: Harness) -> None:
    disposal = submitted(housing)
    asked = approval_of(housing, disposal)
    assert [(each.role, each.state) for each in asked.steps] == [("unit_head", ap.STEP_STATE_OPEN)]
    assert (asked.kind, asked.document_code, asked.amount_fen) == (
        "housing.disposal",
        disposal.code,
        150_000,
    )
    assert decide(housing, disposal.id, user=HEAD).state == pb.DISPOSAL_STATE_APPROVED


def test_the_amount_chooses_who_consents(housing: Harness) -> None:
    rule(housing, {"role": "unit_head"}, below_fen=10_000_000)
    rule(
        housing,
        {"role": "unit_head"},
        {"role": "finance_approver", "turn": 2},
        {"role": "bureau_head", "turn": 2},
        least_fen=10_000_000,
    )
    small, large = submitted(housing, 9_999_999), submitted(housing, 10_000_000)
    assert len(approval_of(housing, small).steps) == 1
    assert len(approval_of(housing, large).steps) == 3
    assert decide(housing, small.id, user=HEAD).state == pb.DISPOSAL_STATE_APPROVED
    for user in (HEAD, CHIEF):
        assert decide(housing, large.id, user=user).state == pb.DISPOSAL_STATE_SUBMITTED
    assert decide(housing, large.id, user=FINANCE).state == pb.DISPOSAL_STATE_APPROVED


def test_the_building_counts_with_its_book_value(housing: Harness) -> None:
    building = create_property(housing, book_value_fen=860_000_000)
    disposal = submitted(housing, property_id=building.id, assets=[asset_fields()])
    assert approval_of(housing, disposal).amount_fen == 860_000_000 + 180_000


def test_the_rule_of_the_nearest_region_in_force_that_day_counts(housing: Harness) -> None:
    rule(housing, {"role": "city"})
    rule(housing, {"role": "district"}, region_code="990101")
    rule(housing, {"role": "old"}, region_code="990101", valid_to="2026-03-01")
    rule(housing, {"role": "new"}, region_code="990101", valid_from="2026-03-03")
    building = create_property(housing, region_code="990101")
    near = submitted(housing, property_id=building.id)
    assert [each.role for each in approval_of(housing, near).steps] == ["district"]
    assert [each.role for each in approval_of(housing, submitted(housing)).steps] == ["city"]
    housing.clock.advance(days=1)  # 3 March in China
    later = submitted(housing, property_id=building.id)
    assert [each.role for each in approval_of(housing, later).steps] == ["new"]


@pytest.mark.parametrize(
    ("given", "reason", "field"),
    [
        ({"kind": "housing.lunch"}, "UNKNOWN_KIND", "kind"),
        ({"steps": []}, "REQUIRED", "steps"),
        ({"steps": [{"turn": 0, "role": "a"}]}, "OUT_OF_RANGE", "steps.0.turn"),
        ({"steps": [{"turn": 1, "role": " "}]}, "REQUIRED", "steps.0.role"),
        ({"steps": [{"turn": 1, "role": "单位"}]}, "INVALID_NAME", "steps.0.role"),
        ({"steps": [{"turn": 1, "role": "a"}] * 21}, "TOO_MANY", "steps"),
        ({"least_fen": 5, "below_fen": 5}, "OUT_OF_RANGE", "below_fen"),
        ({"valid_to": "2025-12-31"}, "ENDS_BEFORE_START", "valid_to"),
        ({"valid_from": "2026-02-30"}, "INVALID_DATE", "valid_from"),
    ],
)
def test_a_rule_nobody_could_follow_is_refused(
    housing: Harness, given: dict[str, Any], reason: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        rule(housing, {"role": "unit_head"}, **given)
    assert (refused.value.reason, refused.value.violations[0].field) == (reason, field)


def test_nobody_consents_to_their_own_request_whatever_they_are(housing: Harness) -> None:
    disposal = submitted(housing, user="root")
    with pytest.raises(PermissionDenied) as refused:
        decide(housing, disposal.id, user="root")
    assert refused.value.reason == "OWN_REQUEST"
    assert pending(housing, person("root", "unit_head")) == []


def test_a_double_click_is_one_decision(housing: Harness) -> None:
    rule(housing, {"role": "unit_head"}, {"role": "bureau_head", "turn": 2})
    disposal = submitted(housing)
    both = person("li", "unit_head", "bureau_head")
    first = housing.call(
        "decide_approval",
        user=both,
        approval_id=disposal.approval_id,
        decision="DECISION_APPROVE",
    )
    again = housing.call(
        "decide_approval",
        user=both,
        approval_id=disposal.approval_id,
        decision="DECISION_APPROVE",
        etag="1",
    )
    assert again == first
    assert again.state == ap.APPROVAL_STATE_PENDING


def test_two_heads_at_once_are_one_consent(housing: Harness) -> None:
    disposal = submitted(housing)
    heads = [person(name, "unit_head") for name in ("li", "wang", "sun", "zhou")]
    outcomes = together(
        *(lambda each=each: decide(housing, disposal.id, user=each) for each in heads)
    )
    refused = [each for each in outcomes if isinstance(each, DomainError)]
    assert [each.reason for each in refused] == ["ILLEGAL_STATE"] * 3
    assert len(housing.facts(housing_events.DisposalApproved)) == 1


def test_together_at_once_are_both_counted(housing: Harness) -> None:
    rule(housing, {"role": "unit_head"}, {"role": "finance_approver"})
    disposal = submitted(housing)
    outcomes = together(
        lambda: decide(housing, disposal.id, user=HEAD),
        lambda: decide(housing, disposal.id, user=FINANCE),
    )
    assert not [each for each in outcomes if isinstance(each, Exception)]
    read = housing.call("get_disposal", disposal_id=disposal.id)
    assert read.state == pb.DISPOSAL_STATE_APPROVED
    assert len(housing.facts(housing_events.DisposalApproved)) == 1


def test_who_drafted_or_corrected_it_does_not_decide_though_another_submits(
    housing: Harness,
) -> None:
    chen, wu = (person(name, "unit_clerk", "unit_head") for name in ("chen", "wu"))
    draft = create_disposal(housing, user=chen)
    housing.call(
        "update_disposal", user=wu, disposal_id=draft.id, reason="搬迁", assets=[asset_fields()]
    )
    housing.call("submit_disposal", user=CLERK, disposal_id=draft.id)
    for author in (chen, wu):
        assert pending(housing, author) == []
        with pytest.raises(PermissionDenied) as refused:
            decide(housing, draft.id, user=author)
        assert refused.value.reason == "OWN_REQUEST"
    assert decide(housing, draft.id, user=HEAD).state == pb.DISPOSAL_STATE_APPROVED


def test_who_has_decided_sees_it_no_more_though_the_next_turn_is_theirs_too(
    housing: Harness,
) -> None:
    rule(housing, {"role": "unit_head"}, {"role": "bureau_head", "turn": 2})
    disposal = submitted(housing)
    both = person("li", "unit_head", "bureau_head")
    decide(housing, disposal.id, user=both)
    assert (pending(housing, both), pending(housing, CHIEF)) == ([], [disposal.id])


@pytest.mark.parametrize("change", [{"book_value_fen": 1}, {"unit_uscc": OTHER_USCC}])
def test_what_changed_since_consent_was_asked_for_is_not_disposed_of(
    housing: Harness, change: dict[str, Any]
) -> None:
    told = directory_pb2.Unit(id=NEW_UNIT, uscc=OTHER_USCC, name="云澜市档案馆", etag="1")
    housing.react("on_unit_registered", events_pb2.UnitRegistered(unit=told))
    building = create_property(housing)
    disposal = submitted(housing, property_id=building.id)
    housing.call("update_property", property_id=building.id, **change)
    with pytest.raises(IllegalState) as refused:
        decide(housing, disposal.id, user=HEAD)
    assert refused.value.reason == "CHANGED_SINCE_ASKED"
    decide(housing, disposal.id, "DECISION_RETURN", user=HEAD, note="房产已变更")
    housing.call("submit_disposal", user=CLERK, disposal_id=disposal.id)
    assert decide(housing, disposal.id, user=HEAD).state == pb.DISPOSAL_STATE_APPROVED


def test_a_colleague_does_not_withdraw_what_was_submitted(housing: Harness) -> None:
    disposal = submitted(housing)
    request = {"user": person("chen", "unit_clerk"), "disposal_id": disposal.id}
    assert refusal_of(housing, "withdraw_disposal", **request) == "NOT_YOURS"


def test_what_is_returned_is_corrected_and_asked_for_again(housing: Harness) -> None:
    disposal = submitted(housing)
    back = decide(housing, disposal.id, "DECISION_RETURN", user=HEAD, note="清单有误")
    assert (back.state, back.decision_note) == (pb.DISPOSAL_STATE_DRAFT, "清单有误")
    corrected = housing.call(
        "update_disposal",
        user=CLERK,
        disposal_id=disposal.id,
        reason="搬迁（更正）",
        assets=[asset_fields(), asset_fields()],
    )
    assert [len(corrected.lines), corrected.reason] == [2, "搬迁（更正）"]
    again = housing.call("submit_disposal", user=CLERK, disposal_id=disposal.id)
    assert again.approval_id != disposal.approval_id
    assert decide(housing, disposal.id, user=HEAD).state == pb.DISPOSAL_STATE_APPROVED
    assert approval_of(housing, disposal).state == ap.APPROVAL_STATE_RETURNED


def test_a_recalled_request_is_a_draft_again(housing: Harness) -> None:
    disposal = submitted(housing)
    told = refusal_of(housing, "recall_approval", HEAD, approval_id=disposal.approval_id)
    assert told == "NOT_YOURS"
    housing.call("recall_approval", user=CLERK, approval_id=disposal.approval_id)
    read = housing.call("get_disposal", disposal_id=disposal.id)
    assert read.state == pb.DISPOSAL_STATE_DRAFT
    assert pending(housing, HEAD) == []


def test_what_is_withdrawn_waits_for_nobody(housing: Harness) -> None:
    disposal = submitted(housing)
    housing.call("withdraw_disposal", user=CLERK, disposal_id=disposal.id)
    assert pending(housing, HEAD) == []
    assert approval_of(housing, disposal).state == ap.APPROVAL_STATE_RECALLED


def test_each_sees_what_waits_for_them_and_nothing_else(housing: Harness) -> None:
    rule(housing, {"role": "unit_head"}, {"role": "bureau_head", "turn": 2})
    first, second = submitted(housing), submitted(housing)
    assert pending(housing, HEAD) == [first.id, second.id]
    assert pending(housing, CHIEF) == []
    assert pending(housing, CLERK) == []
    assert pending(housing, person("he", "unit_head", realm=Realm("9902"))) == []
    decide(housing, first.id, user=HEAD)
    assert (pending(housing, HEAD), pending(housing, CHIEF)) == ([second.id], [first.id])


def test_an_absent_head_is_stood_in_for(housing: Harness) -> None:
    disposal = submitted(housing)
    deputy = person("sun", "unit_head", on_behalf_of="li")
    assert pending(housing, deputy) == [disposal.id]
    decide(housing, disposal.id, user=deputy)
    [step] = approval_of(housing, disposal).steps
    assert (step.decided_by, step.on_behalf_of) == ("sun", "li")


def test_a_step_is_passed_on(housing: Harness) -> None:
    disposal = submitted(housing)
    request = {"approval_id": disposal.approval_id, "holder": "sun"}
    told = refusal(housing, "pass_on_approval", NotFound, user=HEAD, **request)
    assert told == ("NOT_FOUND", ["holder"]), "nobody knows such a person"
    housing.react("on_person_changed", events_pb2.PersonChanged(person_id="p", subject="sun"))
    housing.call("pass_on_approval", user=HEAD, **request)
    assert (pending(housing, HEAD), pending(housing, person("sun"))) == ([], [disposal.id])
    assert decide(housing, disposal.id, user=person("sun")).decided_by == "sun"


def test_a_late_step_that_was_passed_on_waits_for_its_holder_and_the_role_above(
    housing: Harness,
) -> None:
    rule(housing, {"role": "unit_head", "workdays": 1, "escalation_role": "bureau_head"})
    housing.react("on_calendar_year_published", calendar(2026, ["2026-01-01"]))
    housing.react("on_person_changed", events_pb2.PersonChanged(person_id="p", subject="sun"))
    disposal = submitted(housing)
    request = {"approval_id": disposal.approval_id, "holder": "sun"}
    housing.call("pass_on_approval", user=HEAD, **request)
    housing.clock.advance(days=3)
    waiting = [pending(housing, each) for each in (HEAD, CHIEF, person("sun"))]
    assert waiting == [[], [disposal.id], [disposal.id]]


def calendar(year: int, holidays: list[str], workdays: list[str] = []) -> Any:  # noqa: B006
    told = directory_pb2.CalendarYear(
        year=year, holidays=holidays, workdays=workdays, source="通知", etag="1"
    )
    return events_pb2.CalendarYearPublished(calendar=told)


def test_the_deadline_counts_official_workdays_across_the_year(housing: Harness) -> None:
    rule(housing, {"role": "unit_head", "workdays": 3, "escalation_role": "bureau_head"})
    housing.react("on_calendar_year_published", calendar(2026, ["2026-10-01"]))
    housing.clock.advance(days=(303))  # Wednesday 30 December 2026
    disposal = submitted(housing)
    [step] = approval_of(housing, disposal).steps
    assert not step.HasField("due_at"), "2027 is not published: nobody guesses"
    holidays = ["2027-01-01"]
    housing.react("on_calendar_year_published", calendar(2027, holidays, ["2027-01-03"]))
    [step] = approval_of(housing, disposal).steps
    # 31 December, 3 January (a Sunday made up for), 4 January: due as it ends in China.
    assert step.due_at.ToJsonString() == "2027-01-04T16:00:00Z"
    housing.clock.advance(days=6)
    assert approval_of(housing, disposal).steps[0].overdue
    assert pending(housing, CHIEF) == [disposal.id]
    assert decide(housing, disposal.id, user=CHIEF).state == pb.DISPOSAL_STATE_APPROVED


def test_a_foreign_approval_is_not_found(housing: Harness) -> None:
    disposal = submitted(housing)
    stranger = person("he", "unit_head", realm=Realm("9902"))
    for method in ("get_approval", "decide_approval", "recall_approval"):
        fields = {"decision": "DECISION_APPROVE"} if method == "decide_approval" else {}
        told = refusal(
            housing,
            method,
            NotFound,
            user=stranger,
            approval_id=disposal.approval_id,
            **fields,
        )
        assert told == ("NOT_FOUND", ["approval_id"])


@pytest.mark.parametrize("decision", ["DECISION_REJECT", "DECISION_RETURN"])
def test_who_says_no_says_why(housing: Harness, decision: str) -> None:
    disposal = submitted(housing)
    request = {"approval_id": disposal.approval_id, "decision": decision, "note": " "}
    told = refusal(housing, "decide_approval", InvalidInput, user=HEAD, **request)
    assert told == ("REQUIRED", ["note"])


def refusal_of(housing: Harness, method: str, user: Any, **fields: Any) -> str:
    with pytest.raises(DomainError) as refused:
        housing.call(method, user=user, **fields)
    return refused.value.reason
