"""Two offices in one city, from tokens to rows: nothing is taken at anybody's word."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chassis.days import day_of
from cli.platform import Platform
from cli.sample.city import units
from guanjia.approvals.v1 import approvals_pb2 as ap
from guanjia.housing.v1 import disposals_pb2 as dp
from guanjia.housing.v1 import properties_pb2 as pp
from tests.gateway.test_production import FIRST, City
from tests.processes import Refusal, a_property, some_assets
from tests.waiting import eventually

pytestmark = [pytest.mark.row("P04"), pytest.mark.row("P08"), pytest.mark.row("W11")]


class Offices:
    """Finance and environment, a building each; in finance clerk zhang, head li, deputy sun."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.call = city.client.call
        self.finance, self.environment = (self._unit(number) for number in (3, 5))
        for subject, name in (("zhang", "张三"), ("li", "李四"), ("sun", "孙五")):
            self._person(subject, name)
        city.grant("root", "bureau_clerk")
        for subject, role in (("zhang", "unit_clerk"), ("li", "unit_head"), ("sun", "viewer")):
            city.grant(subject, role, unit_id=self.finance.id)
        self.own, self.foreign = (self._building(each) for each in (self.finance, self.environment))

    def _unit(self, number: int) -> Any:
        sample = {**units()[number], "valid_from": "2020-01-01", "level": "UNIT_LEVEL_CITY"}
        return eventually(
            lambda: _or_none(lambda: self.call("directory.register_unit", user=FIRST, **sample))
        )

    def _person(self, subject: str, name: str) -> None:
        self.call(
            "directory.register_person",
            user=FIRST,
            subject=subject,
            name=name,
            unit_id=self.finance.id,
            post="科员",
            rank="RANK_STAFF",
            valid_from="2021-01-01",
        )

    def _building(self, unit: Any) -> pp.Property:
        """Registered once the clerk may, and known to belong to the unit once housing knows it."""
        property = a_property(f"O-{unit.uscc[-6:]}", unit_uscc=unit.uscc)
        made = eventually(
            lambda: _or_none(
                lambda: self.call("housing.create_property", user="root", property=property)
            )
        )

        def known() -> pp.Property | None:
            found: pp.Property = self.call("housing.get_property", user="root", property_id=made.id)
            return found if found.unit_id else None

        return eventually(known)

    def submitted(self, user: str = "zhang") -> dp.Disposal:
        draft = self.call(
            "housing.create_disposal",
            user=user,
            property_id=self.own.id,
            reason="腾退",
            assets=some_assets(1, "O"),
        )
        asked: dp.Disposal = self.call("housing.submit_disposal", user=user, disposal_id=draft.id)
        return asked

    def pending(self, user: str) -> list[str]:
        found = self.call("approvals.list_my_pending_approvals", user=user)
        return [each.document_id for each in found.approvals]

    def decide(self, user: str, asked: dp.Disposal) -> ap.Approval:
        decided: ap.Approval = self.call(
            "approvals.decide_approval",
            user=user,
            service="housing",
            approval_id=asked.approval_id,
            decision=ap.DECISION_APPROVE,
        )
        return decided


@pytest.fixture
def offices(tmp_path: Path, platform_of: Callable[..., Platform]) -> Offices:
    return Offices(City(tmp_path, platform_of))


def test_a_clerk_sees_and_changes_what_is_their_units_and_nothing_else(offices: Offices) -> None:
    listed = offices.call("housing.list_properties", user="zhang").properties
    assert [each.id for each in listed] == [offices.own.id]
    everything = offices.call("housing.list_properties", user="root").properties
    assert {each.id for each in everything} == {offices.own.id, offices.foreign.id}
    refusal = offices.city.client.refusal
    foreign = {"property_id": offices.foreign.id}
    assert refusal("housing.get_property", "zhang", **foreign)[1] == "NOT_FOUND"
    told = refusal("housing.create_disposal", "zhang", reason="腾退", **foreign)
    assert told == ("NOT_FOUND", "NOT_FOUND")
    assert refusal("housing.update_property", "zhang", **foreign)[1] == "NOT_PERMITTED"


def test_consent_goes_from_clerk_to_head_or_the_one_who_stands_in(offices: Offices) -> None:
    asked = offices.submitted()
    assert (asked.unit_id, asked.unit_name) == (offices.finance.id, offices.finance.name)
    refusal = offices.city.client.refusal
    request = {
        "service": "housing",
        "approval_id": asked.approval_id,
        "decision": ap.DECISION_APPROVE,
    }
    assert refusal("approvals.decide_approval", "zhang", **request)[1] == "NOT_PERMITTED"
    assert offices.pending("li") == [asked.id]
    assert refusal("approvals.decide_approval", "sun", **request)[1] == "NOT_PERMITTED"
    offices.call(
        "directory.delegate_rights",
        user="li",
        to_subject="sun",
        valid_to="2199-12-31",
    )
    eventually(lambda: offices.pending("sun") == [asked.id], within_s=2)
    decided = offices.decide("sun", asked)
    assert decided.state == ap.APPROVAL_STATE_APPROVED
    [step] = decided.steps
    assert (step.decided_by, step.decided_by_name, step.on_behalf_of) == ("sun", "孙五", "li")


def test_a_head_does_not_consent_to_their_own_request_and_their_deputy_neither(
    offices: Offices,
) -> None:
    offices.city.grant("li", "unit_clerk", unit_id=offices.finance.id)
    offices.call("directory.delegate_rights", user="li", to_subject="sun", valid_to="2199-12-31")
    eventually(lambda: offices.city.may("li", "housing.list_disposals"), within_s=2)
    asked = eventually(lambda: _or_none(lambda: offices.submitted("li")))
    refusal = offices.city.client.refusal
    request = {
        "service": "housing",
        "approval_id": asked.approval_id,
        "decision": ap.DECISION_APPROVE,
    }
    for user in ("li", "sun"):
        told = refusal("approvals.decide_approval", user, **request)
        assert told == ("PERMISSION_DENIED", "OWN_REQUEST"), user
    assert offices.pending("sun") == []
    entries = offices.call("audit.list_audit_entries", user=_auditor(offices), service="housing")
    refused = [each for each in entries.entries if each.result == "OWN_REQUEST"]
    assert [each.principal for each in refused] == ["li", "sun"]
    assert {each.origin for each in refused} == {"127.0.0.1"}


def test_who_left_may_nothing_any_more(offices: Offices) -> None:
    people = offices.call("directory.list_people", user=FIRST).people
    [zhang] = [each for each in people if each.subject == "zhang"]
    assert offices.city.may("zhang")
    yesterday = (day_of(datetime.now(UTC)) - timedelta(days=1)).isoformat()
    offices.call("directory.end_person", user=FIRST, person_id=zhang.id, valid_to=yesterday)
    eventually(lambda: not offices.city.may("zhang"), within_s=2)


def _auditor(offices: Offices) -> str:
    offices.city.grant("he", "auditor")
    return "he"


def _or_none(act: Callable[[], Any]) -> Any:
    try:
        return act()
    except Refusal as refused:
        assert refused.reason in ("NOT_PERMITTED", "RIGHTS_UNKNOWN")
        return None
