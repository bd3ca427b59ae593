"""Who may decide what, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chassis.approvals.authors import lines_of
from chassis.approvals.model import Approval, ApprovalState, Decision, StepState
from chassis.errors import DomainError, IllegalState, PermissionDenied
from chassis.principal import Principal, Realm
from tests.people import person

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
pytestmark = pytest.mark.row("P04")


def due(begun: datetime, workdays: int) -> datetime:
    return begun + timedelta(days=workdays)


def approval(*steps: tuple[int, str], escalation_role: str = "", workdays: int = 0) -> Approval:
    """One that zhang asks for, with (turn, role) steps."""
    made = Approval(
        state=ApprovalState.PENDING,
        requested_by="zhang",
        applicants=lines_of(["zhang", "chen"]),
        region_code="990101",
        unit_id="u1",
        updated_at=NOW,
    )
    for turn, role in steps:
        made.add_step(turn, role, escalation_role, workdays)
    made.open_next(NOW, due)
    return made


def decide(
    of: Approval, by: Principal, decision: Decision = Decision.APPROVE, now: datetime = NOW
) -> None:
    of.decide(decision, by, now, "意见", due)


def refused(of: Approval, by: Principal, now: datetime = NOW) -> str:
    with pytest.raises(DomainError) as error:
        decide(of, by, now=now)
    return error.value.reason


def states(of: Approval) -> list[str]:
    return [str(each.state) for each in of.steps]


def test_steps_are_decided_in_turn() -> None:
    made = approval((1, "unit_head"), (2, "bureau_head"))
    assert states(made) == ["open", "waiting"]
    assert refused(made, person("wang", "bureau_head")) == "NOT_YOUR_STEP"
    decide(made, person("li", "unit_head"))
    assert (made.state, states(made)) == (ApprovalState.PENDING, ["approved", "open"])
    decide(made, person("wang", "bureau_head"))
    assert made.state is ApprovalState.APPROVED


def test_steps_of_one_turn_are_decided_together_in_any_order() -> None:
    made = approval((1, "finance"), (1, "unit_head"), (2, "bureau_head"))
    assert states(made) == ["open", "open", "waiting"]
    decide(made, person("li", "unit_head"))
    assert states(made) == ["open", "approved", "waiting"]
    decide(made, person("qian", "finance"))
    assert states(made) == ["approved", "approved", "open"]


@pytest.mark.parametrize(
    ("decision", "state"),
    [(Decision.REJECT, ApprovalState.REJECTED), (Decision.RETURN, ApprovalState.RETURNED)],
)
def test_one_no_ends_it_for_all(decision: Decision, state: ApprovalState) -> None:
    made = approval((1, "finance"), (1, "unit_head"), (2, "bureau_head"))
    decide(made, person("li", "unit_head"), decision)
    assert made.state is state
    assert states(made).count("closed") == 2
    assert refused(made, person("qian", "finance")) == "ILLEGAL_STATE"


def test_nobody_decides_their_own_request() -> None:
    assert refused(approval((1, "unit_head")), person("zhang", "unit_head")) == "OWN_REQUEST"


def test_who_wrote_the_document_does_not_decide_though_another_asked() -> None:
    made = approval((1, "unit_head"))
    assert refused(made, person("chen", "unit_head")) == "OWN_REQUEST"
    assert refused(made, person("li", "unit_head", on_behalf_of="chen")) == "OWN_REQUEST"


def test_nobody_decides_the_request_of_the_one_they_stand_in_for() -> None:
    deputy = person("li", "unit_head", on_behalf_of="zhang")
    assert refused(approval((1, "unit_head")), deputy) == "OWN_REQUEST"


def test_a_deputy_decides_and_the_record_says_in_whose_place() -> None:
    made = approval((1, "unit_head"))
    decide(made, person("li", "unit_head", on_behalf_of="wang"))
    [step] = made.steps
    assert (step.decided_by, step.on_behalf_of) == ("li", "wang")


def test_one_person_decides_one_step_whatever_roles_they_hold() -> None:
    made = approval((1, "unit_head"), (2, "bureau_head"))
    both = person("li", "unit_head", "bureau_head")
    decide(made, both)
    assert refused(made, both) == "DECIDED_ALREADY"


def test_one_right_decides_one_step_whoever_uses_it() -> None:
    made = approval((1, "unit_head"), (2, "bureau_head"))
    decide(made, person("li", "unit_head"))
    assert refused(made, person("sun", "bureau_head", on_behalf_of="li")) == "OWN_REQUEST"


@pytest.mark.parametrize("realm", [Realm("9902"), Realm("9901", ("u2",)), Realm("990102")])
def test_the_head_of_another_unit_or_region_does_not_decide(realm: Realm) -> None:
    assert refused(approval((1, "unit_head")), person("li", "unit_head", realm=realm)) == (
        "NOT_YOUR_STEP"
    )


def test_a_late_step_is_open_to_the_role_above_as_well() -> None:
    made = approval((1, "unit_head"), escalation_role="bureau_head", workdays=3)
    chief = person("wang", "bureau_head")
    before, after = NOW + timedelta(days=3, seconds=-1), NOW + timedelta(days=3)
    assert refused(made, chief, before) == "NOT_YOUR_STEP"
    assert made.as_of(after).steps[0].overdue
    decide(made, chief, now=after)
    assert made.state is ApprovalState.APPROVED


def test_a_step_passed_on_is_that_persons_alone() -> None:
    made = approval((1, "unit_head"))
    made.pass_on(person("li", "unit_head"), NOW, "sun", "出差")
    assert refused(made, person("li", "unit_head")) == "NOT_YOUR_STEP"
    decide(made, person("sun"))
    assert made.steps[0].decided_by == "sun"


def test_who_passed_a_step_on_does_not_decide_another() -> None:
    made = approval((1, "unit_head"), (1, "unit_head"))
    head = person("li", "unit_head")
    made.pass_on(head, NOW, "sun", "")
    decide(made, person("sun"))
    assert made.steps[0].on_behalf_of == "li"
    assert refused(made, head) == "DECIDED_ALREADY"


def test_a_late_step_that_was_passed_on_is_open_to_the_role_above() -> None:
    made = approval((1, "unit_head"), escalation_role="bureau_head", workdays=3)
    made.pass_on(person("li", "unit_head"), NOW, "sun", "")
    chief, later = person("wang", "bureau_head"), NOW + timedelta(days=3)
    assert refused(made, chief) == "NOT_YOUR_STEP"
    assert refused(made, person("li", "unit_head"), later) == "NOT_YOUR_STEP"
    decide(made, chief, now=later)
    assert made.state is ApprovalState.APPROVED


@pytest.mark.parametrize("holder", ["zhang", "chen", "li", "qian"])
def test_a_step_is_not_passed_on_to_the_requester_oneself_or_who_decided(holder: str) -> None:
    made = approval((1, "finance"), (1, "unit_head"))
    decide(made, person("qian", "finance"))
    with pytest.raises(PermissionDenied) as error:
        made.pass_on(person("li", "unit_head"), NOW, holder, "")
    assert error.value.reason == "NOT_INDEPENDENT"


def test_only_the_requester_recalls_and_only_while_it_is_undecided() -> None:
    made = approval((1, "unit_head"))
    with pytest.raises(PermissionDenied):
        made.recall("li")
    made.recall("zhang")
    assert (made.state, made.steps[0].state) == (ApprovalState.RECALLED, StepState.CLOSED)
    with pytest.raises(IllegalState):
        made.recall("zhang")
