"""Whatever is received, reversed and cut short: no fen is lost, none is made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from random import Random
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chassis.days import day_of
from chassis.errors import DomainError, IllegalState, InvalidInput
from chassis.storage.columns import new_id
from chassis.testing import Harness
from housing.leases.model import Lease, LeaseState
from housing.leases.parts import LeaseReceipt, LeaseRefund
from tests.housing.leases.factories import lease_object, on, receive, refund, sign

pytestmark = pytest.mark.row("H12")

NOW = datetime(2027, 4, 1, tzinfo=UTC)
DAYS = st.dates(date(2026, 4, 1), date(2027, 3, 31))


def shown(lease: Lease) -> Any:
    """All figures of a lease and its parts."""
    charges = [(each.position, each.amount_fen, each.received_fen) for each in lease.charges]
    receipts = [
        (
            each.id,
            each.is_live,
            [(one.charge_id, one.amount_fen, one.undone_on) for one in each.allotments],
        )
        for each in lease.receipts
    ]
    refunds = [each.amount_fen for each in lease.refunds]
    return lease.state, lease.last_day, charges, receipts, refunds


class Money(RuleBasedStateMachine):
    """Receives, reverses and terminates at any time; some of it is refused."""

    lease: Lease

    @initialize(months=st.sampled_from([1, 3, 12]), rent_fen=st.integers(1, 1_000))
    def begin(self, months: int, rent_fen: int) -> None:
        self.lease = lease_object(period_months=months, rent_fen=rent_fen)

    def attempt(self, move: Callable[[], None]) -> None:
        before = shown(self.lease)
        try:
            move()
        except (IllegalState, InvalidInput):
            assert shown(self.lease) == before

    @rule(amount_fen=st.integers(1, 2_000), day=DAYS, in_advance=st.booleans())
    def receive(self, amount_fen: int, day: date, in_advance: bool) -> None:
        receipt = LeaseReceipt(
            id=new_id(), voucher=new_id(), received_on=day, amount_fen=amount_fen
        )
        self.attempt(lambda: self.lease.receive(receipt, day, in_advance=in_advance))

    @rule(which=st.integers(0, 5))
    def reverse(self, which: int) -> None:
        if which < len(self.lease.receipts):
            id = self.lease.receipts[which].id
            self.attempt(lambda: self.lease.reverse(id, "li", NOW, "退票"))

    @rule(amount_fen=st.integers(1, 500))
    def receive_and_reverse_at_once_restores_every_charge(self, amount_fen: int) -> None:
        before = [(each.position, each.received_fen) for each in self.lease.charges]
        receipt = LeaseReceipt(
            id=new_id(), voucher=new_id(), received_on=NOW.date(), amount_fen=amount_fen
        )
        try:
            self.lease.receive(receipt, NOW.date(), in_advance=True)
        except InvalidInput:
            return
        self.lease.reverse(receipt.id, "li", NOW, "退票")
        assert [(each.position, each.received_fen) for each in self.lease.charges] == before

    @rule(day=DAYS)
    def terminate(self, day: date) -> None:
        self.attempt(lambda: self.lease.terminate(day, "", NOW.date()))

    @rule(amount_fen=st.integers(1, 1_000))
    def refund(self, amount_fen: int) -> None:
        refund = LeaseRefund(
            id=new_id(), voucher=new_id(), refunded_on=NOW.date(), amount_fen=amount_fen
        )
        self.attempt(lambda: self.lease.refund(refund))

    @invariant()
    def what_is_refunded_was_never_owed(self) -> None:
        got = sum(each.received_fen for each in self.lease.charges)
        owed = sum(each.amount_fen for each in self.lease.charges)
        refunded = sum(each.amount_fen for each in self.lease.refunds)
        if refunded:
            assert got == owed + refunded + self.lease.refundable_fen
            assert self.lease.state is LeaseState.TERMINATED

    @invariant()
    def what_was_paid_by_a_day_is_what_stood_then(self) -> None:
        if self.lease.state is LeaseState.TERMINATED:
            return
        for day in (date(2026, 4, 30), date(2026, 10, 1), date(2027, 3, 31)):
            stood = sum(
                one.amount_fen
                for each in self.lease.receipts
                for one in each.allotments
                if one.stood_on(day)
            )
            assert stood == sum(
                each.amount_fen
                for each in self.lease.receipts
                if each.received_on <= day < (each.ended_on or date.max)
            )

    @invariant()
    def charges_got_what_live_receipts_brought(self) -> None:
        live = [each for each in self.lease.receipts if each.is_live]
        got = sum(each.received_fen for each in self.lease.charges)
        assert got == sum(each.amount_fen for each in live)
        for each in live:
            assert sum(one.amount_fen for one in each.standing) == each.amount_fen
        for charge in self.lease.charges:
            own = [one for each in live for one in each.standing if one.charge is charge]
            assert charge.received_fen == sum(one.amount_fen for one in own) >= 0

    @invariant()
    def only_what_was_cut_short_has_a_surplus_and_then_nothing_is_open(self) -> None:
        surplus = [each for each in self.lease.charges if each.received_fen > each.amount_fen]
        if surplus:
            assert self.lease.state is LeaseState.TERMINATED
            assert not any(each.open_fen for each in self.lease.charges)


TestMoney = Money.TestCase
TestMoney.settings = settings(max_examples=150, stateful_step_count=12)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_year_of_receipts_and_reversals_keeps_every_fen(housing: Harness, seed: int) -> None:
    random = Random(seed)
    on(housing, "2026-04-01")
    leases = [sign(housing, rent_fen=90_001, period_months=1).id for _ in range(2)]
    days: dict[tuple[str, str], dict[int, int]] = {}
    for step in range(30):
        housing.clock.advance(days=12)
        id = random.choice(leases)
        lease = housing.call("get_lease", lease_id=id)
        live = [each.id for each in lease.receipts if not each.reversed_by]
        if step == 25:
            ended = housing.call("terminate_lease", lease_id=id, terminated_on="2026-10-17")
            if ended.refundable_fen:
                refund(housing, id, ended.refundable_fen)
        elif live and random.random() < 0.3:
            undo(housing, id, random.choice(live))
        else:
            attempt(housing, id, random.randrange(1, 200_000), in_advance=random.random() < 0.5)
        for each in leases:
            told = housing.call("get_lease", lease_id=each)
            brought = sum(one.amount_fen for one in told.receipts if not one.reversed_by)
            assert sum(one.received_fen for one in told.charges) == brought == told.received_fen
            beyond = told.received_fen - told.charged_fen - told.refunded_fen
            assert told.refundable_fen == max(0, beyond)
            day = day_of(housing.clock.at).isoformat()
            days[each, day] = {one.position: one.received_fen for one in told.charges}
    for (each, day), then in days.items():
        page = housing.call("list_charges", lease_id=each, day=day)
        assert {one.position: one.received_fen for one in page.charges}.items() <= then.items()
    assert housing.count("lease_receipts") > 10


def attempt(housing: Harness, lease_id: str, amount_fen: int, **fields: Any) -> None:
    try:
        receive(housing, lease_id, amount_fen, **fields)
    except DomainError as refused:
        assert refused.reason == "EXCEEDS_OWED"


def undo(housing: Harness, lease_id: str, receipt_id: str) -> None:
    try:
        housing.call("reverse_receipt", lease_id=lease_id, receipt_id=receipt_id, reason="退票")
    except DomainError as refused:
        assert refused.reason == "ALREADY_REFUNDED"
