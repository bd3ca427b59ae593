"""Lease (租赁): what is let, lent or rented, its rent plan, and the money received for it.

active → terminated, or cancelled before it begins; that its time is over follows from its last day
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, Numeric, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.days import day_of
from chassis.errors import IllegalState, InvalidInput, NotFound
from chassis.storage import Aggregate, Base, Belongs, Encrypted, Money, Stateful, words
from chassis.storage.columns import new_id
from housing.leases import plan, rules, settling
from housing.leases.parts import LeaseCharge, LeaseReceipt, LeaseRefund, LeaseReminder
from housing.properties.model import PropertyKind


class LeaseDirection(StrEnum):
    OUT = "out"
    LENT = "lent"
    IN = "in"


class LeaseState(StrEnum):
    ACTIVE = "active"
    TERMINATED = "terminated"
    CANCELLED = "cancelled"


GIVEN = (LeaseDirection.OUT, LeaseDirection.LENT)
"""Others have what is ours."""

STATE_NAMES = {
    LeaseState.ACTIVE: "履行中",
    LeaseState.TERMINATED: "已终止",
    LeaseState.CANCELLED: "已取消",
}
_ACTIVE = text("state = 'active'")


class Lease(Stateful[LeaseState], Aggregate, Base):
    """`last_day` is the last day it runs; `property_kind` what the register says of the property,
    which never changes: who may know of a lease need not know of the property."""

    __tablename__ = "leases"
    scoped = Belongs(follows={"unit_name": "name", "unit_uscc": "uscc"})
    state_names = STATE_NAMES

    code: Mapped[str] = mapped_column(String(64), unique=True)
    direction: Mapped[LeaseDirection] = mapped_column(words(LeaseDirection))
    property_id: Mapped[str | None] = mapped_column(ForeignKey("properties.id"))
    property_code: Mapped[str] = mapped_column(String(64), default="")
    property_kind: Mapped[PropertyKind | None] = mapped_column(words(PropertyKind))
    premises: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(300))
    region_code: Mapped[str] = mapped_column(String(12))
    unit_id: Mapped[str] = mapped_column(String(36), default="")
    unit_name: Mapped[str] = mapped_column(String(200))
    unit_uscc: Mapped[str] = mapped_column(String(18))
    counterparty: Mapped[str] = mapped_column(String(200))
    contact_phone: Mapped[str] = mapped_column(Encrypted("leases.contact_phone"), default="")
    area_m2: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    start_on: Mapped[date] = mapped_column(Date)
    end_on: Mapped[date] = mapped_column(Date)
    rent_fen: Mapped[int] = mapped_column(Money)
    period_months: Mapped[int] = mapped_column(Integer)
    pay_within_days: Mapped[int] = mapped_column(Integer)
    deposit_fen: Mapped[int] = mapped_column(Money)
    tendered: Mapped[bool] = mapped_column(Boolean)
    tender_number: Mapped[str] = mapped_column(String(64))
    whole_property: Mapped[bool] = mapped_column(Boolean, default=False)
    renews_id: Mapped[str | None] = mapped_column(ForeignKey("leases.id"))
    state: Mapped[LeaseState] = mapped_column(words(LeaseState))
    last_day: Mapped[date] = mapped_column(Date)
    terminated_on: Mapped[date | None] = mapped_column(Date)
    termination_reason: Mapped[str] = mapped_column(String(500), default="")
    note: Mapped[str] = mapped_column(String(500))
    charges: Mapped[list[LeaseCharge]] = relationship(
        order_by=LeaseCharge.position, lazy="selectin", cascade="all, delete-orphan"
    )
    receipts: Mapped[list[LeaseReceipt]] = relationship(
        order_by=LeaseReceipt.id, lazy="selectin", cascade="all, delete-orphan"
    )
    refunds: Mapped[list[LeaseRefund]] = relationship(
        order_by=LeaseRefund.id, lazy="selectin", cascade="all, delete-orphan"
    )
    reminders: Mapped[list[LeaseReminder]] = relationship(
        order_by=LeaseReminder.id, lazy="selectin", cascade="all, delete-orphan"
    )

    __table_args__ = (
        Index("ix_leases_last_day_id", "last_day", "id"),
        Index("ix_leases_property_id", "property_id"),
        Index("ix_leases_region_code", "region_code"),
        Index("ix_leases_unit_id", "unit_id"),
        Index("ix_leases_unit_uscc", "unit_uscc"),
        Index(
            "uq_leases_renews_id",
            "renews_id",
            unique=True,
            postgresql_where=_ACTIVE,
            sqlite_where=_ACTIVE,
        ),
    )

    @classmethod
    def sign(cls, **agreed: Any) -> Lease:
        """A lease as it was agreed, with its rent plan."""
        signed = cls(state=LeaseState.ACTIVE, last_day=agreed["end_on"], **agreed)
        signed.charges = [
            LeaseCharge(
                id=new_id(), lease_id=signed.id, position=number, received_fen=0, **vars(each)
            )
            for number, each in enumerate(signed._plan(signed.end_on), start=1)
        ]
        return signed

    def overdue_fen(self, day: date) -> int:
        """What was due before `day` and open at its end, by what had been received by then."""
        received: Counter[str] = Counter()
        for receipt in self.receipts:
            for each in receipt.allotments:
                received[each.charge_id] += each.amount_fen if each.stood_on(day) else 0
        return sum(
            rules.open_fen(each.amount_fen, received[each.id])
            for each in self.charges
            if each.due_on < day
        )

    @property
    def refundable_fen(self) -> int:
        return rules.refundable_fen(
            sum(each.amount_fen for each in self.charges),
            sum(each.received_fen for each in self.charges),
            sum(each.amount_fen for each in self.refunds),
        )

    def receive(self, receipt: LeaseReceipt, day: date, *, in_advance: bool) -> None:
        """Pays the oldest open charges of the periods that have begun by `day`, or of all. Where
        others are younger, all pay anew in order."""
        payable = [each for each in self.charges if in_advance or each.from_on <= day]
        known = [each.ended_on or each.received_on for each in self.receipts]
        self._book(receipt, payable)
        if any(each > receipt.received_on for each in known):
            settling.retell(self.receipts, self.charges)

    def open_with(self, receipt: LeaseReceipt) -> None:
        """Books what was received before the lease came to this register, on days nobody told:
        it counts for each charge from the day that was due, at the latest from the receipt's, so
        that what was paid then is not in arrears on earlier days."""
        self._book(receipt, self.charges)

    def reverse(self, receipt_id: str, by: str, at: datetime, reason: str) -> None:
        """What the receipt paid is open again from that day on; before it, it was paid."""
        found = next((each for each in self.receipts if each.id == receipt_id), None)
        if found is None:
            raise NotFound.object("receipt_id", receipt_id)
        if not found.is_live:
            raise IllegalState.move("冲销", "reverse the receipt", "已冲销", "reversed")
        if self.refunds and found.amount_fen > self.refundable_fen:
            raise IllegalState(
                "ALREADY_REFUNDED",
                "该收款的余额已退款，不能冲销",
                "what it brought beyond what is owed was given back",
            )
        self.touch()
        found.reversed_by, found.reversed_at, found.reversal_reason = by, at, reason
        found.give_back(day_of(at))
        if self.state is LeaseState.TERMINATED:
            self._settle(self.charges, day_of(at))

    def terminate(self, last: date, reason: str, day: date) -> None:
        """`last` is its last day. Later charges fall away, as if they had never been, and what was
        received for them pays from `day` on what is still open; what is beyond that is to be
        refunded."""
        self.require("终止", "terminate the lease", LeaseState.ACTIVE)
        if not self.start_on <= last <= self.end_on:
            raise InvalidInput.field(
                "terminated_on",
                "OUTSIDE_TERM",
                "终止日期不在租期之内",
                "the day lies outside the term of the lease",
            )
        self.state = LeaseState.TERMINATED
        self.terminated_on = self.last_day = last
        self.termination_reason = reason
        kept = self._plan(last)
        for charge, planned in zip(self.charges, kept, strict=False):
            charge.to_on, charge.amount_fen = planned.to_on, planned.amount_fen
        self._settle(self.charges[: len(kept)], day)
        self._drop(self.charges[len(kept) :])

    def cancel(self, reason: str, day: date) -> None:
        """It never was: `day` is before its first day, and nothing was received."""
        self.require("取消", "cancel the lease", LeaseState.ACTIVE)
        if day >= self.start_on:
            raise IllegalState("ALREADY_BEGUN", "该租赁已起租，请办理终止", "the lease has begun")
        if any(each.is_live for each in self.receipts):
            raise IllegalState(
                "HAS_RECEIPTS", "该租赁已有收款，请先冲销", "money was received; reverse it first"
            )
        self.state = LeaseState.CANCELLED
        self.termination_reason = reason
        self._drop(list(self.charges))

    def refund(self, refund: LeaseRefund) -> None:
        """Gives back what was received beyond what is owed."""
        if self.state is not LeaseState.TERMINATED:
            raise IllegalState(
                "NOT_TERMINATED", "租赁未终止，不能退款", "the lease is not terminated"
            )
        if refund.amount_fen > self.refundable_fen:
            raise _exceeds("REFUNDABLE", "应退", "refundable", self.refundable_fen)
        self.touch()
        self.refunds.append(refund)

    def remind(self, reminder: LeaseReminder) -> None:
        if self.direction not in GIVEN:
            raise IllegalState.move("催缴", "send a reminder", "租入", "rented from others")
        reminder.arrears_fen = self.overdue_fen(reminder.sent_on)
        if not reminder.arrears_fen:
            raise IllegalState(
                "NOT_IN_ARREARS", "该租赁当日没有欠缴", "the lease was not in arrears on that day"
            )
        self.touch()
        self.reminders.append(reminder)

    def _plan(self, last: date) -> list[plan.Planned]:
        return plan.plan(
            self.start_on, last, self.period_months, self.rent_fen, self.pay_within_days
        )

    def _book(self, receipt: LeaseReceipt, payable: Sequence[LeaseCharge]) -> None:
        owed = sum(each.open_fen for each in payable)
        if receipt.amount_fen > owed:
            raise _exceeds("OWED", "应收未收", "owed", owed)
        self.touch()
        self.receipts.append(receipt)
        settling.book(receipt, payable)

    def _settle(self, charges: Sequence[LeaseCharge], day: date) -> None:
        settling.settle([each for each in self.receipts if each.is_live], charges, day)

    def _drop(self, charges: Sequence[LeaseCharge]) -> None:
        """They are gone, and with them what was once allotted to them."""
        for receipt in self.receipts:
            receipt.allotments = [each for each in receipt.allotments if each.charge not in charges]
        for each in charges:
            self.charges.remove(each)


def _exceeds(word: str, zh: str, en: str, most_fen: int) -> InvalidInput:
    yuan = f"{Decimal(most_fen) / 100:.2f}"
    reason, what = f"EXCEEDS_{word}", f"more than the {yuan} yuan that are {en}"
    return InvalidInput.field("amount_fen", reason, f"超过{zh}的 {yuan} 元", what)
