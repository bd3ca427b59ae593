"""Lease (租赁): what is let, lent or rented, its rent plan, and the money received for it.

active → terminated; that its time is over follows from its last day
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.errors import IllegalState, InvalidInput, NotFound
from chassis.storage import Aggregate, Base, Belongs, Encrypted, Money, words
from chassis.storage.columns import new_id
from housing.leases import plan, rules
from housing.leases.parts import LeaseCharge, LeaseReceipt, LeaseReminder


class LeaseDirection(StrEnum):
    OUT = "out"
    LENT = "lent"
    IN = "in"


class LeaseState(StrEnum):
    ACTIVE = "active"
    TERMINATED = "terminated"


GIVEN = (LeaseDirection.OUT, LeaseDirection.LENT)
"""Others have what is ours."""


class Lease(Aggregate, Base):
    """`last_day` is the last day it runs, ISO 8601: a text, since lists page by it."""

    __tablename__ = "leases"
    scoped = Belongs(follows={"unit_name": "name", "unit_uscc": "uscc"})

    code: Mapped[str] = mapped_column(String(64), unique=True)
    direction: Mapped[LeaseDirection] = mapped_column(words(LeaseDirection))
    property_id: Mapped[str | None] = mapped_column(ForeignKey("properties.id"))
    property_code: Mapped[str] = mapped_column(String(64), default="")
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
    last_day: Mapped[str] = mapped_column(String(10))
    terminated_on: Mapped[date | None] = mapped_column(Date)
    termination_reason: Mapped[str] = mapped_column(String(500), default="")
    note: Mapped[str] = mapped_column(String(500))
    charges: Mapped[list[LeaseCharge]] = relationship(
        order_by=LeaseCharge.position, lazy="selectin", cascade="all, delete-orphan"
    )
    receipts: Mapped[list[LeaseReceipt]] = relationship(
        order_by=LeaseReceipt.id, lazy="selectin", cascade="all, delete-orphan"
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
        Index("uq_leases_renews_id", "renews_id", unique=True),
    )

    @classmethod
    def sign(cls, **agreed: Any) -> Lease:
        """A lease as it was agreed, with its rent plan."""
        last_day = agreed["end_on"].isoformat()
        signed = cls(state=LeaseState.ACTIVE, last_day=last_day, **agreed)
        signed.charges = [
            LeaseCharge(
                id=new_id(), lease_id=signed.id, position=number, received_fen=0, **vars(each)
            )
            for number, each in enumerate(signed._plan(signed.end_on), start=1)
        ]
        return signed

    def must_be_active(self, act_zh: str, act_en: str) -> None:
        if self.state is LeaseState.TERMINATED:
            raise IllegalState.move(act_zh, act_en, "已终止", "terminated")

    def overdue_fen(self, day: date) -> int:
        """What is open on `day` and was due before it."""
        return sum(each.open_fen for each in self.charges if each.due_on < day)

    def receive(self, receipt: LeaseReceipt, day: date, *, in_advance: bool) -> None:
        """Pays the oldest open charges of the periods that have begun by `day`, or of all."""
        payable = [each for each in self.charges if in_advance or each.from_on <= day]
        owed = sum(each.open_fen for each in payable)
        if receipt.amount_fen > owed:
            raise _exceeds(owed)
        self.touch()
        self.receipts.append(receipt)
        _pay(receipt, payable)

    def reverse(self, receipt_id: str, by: str, at: datetime, reason: str) -> None:
        """What the receipt paid is open again."""
        found = next((each for each in self.receipts if each.id == receipt_id), None)
        if found is None:
            raise NotFound.object("receipt_id", receipt_id)
        if not found.is_live:
            raise IllegalState.move("冲销", "reverse the receipt", "已冲销", "reversed")
        self.touch()
        found.reversed_by, found.reversed_at, found.reversal_reason = by, at, reason
        found.give_back()
        if self.state is LeaseState.TERMINATED:
            self._settle(self.charges)

    def terminate(self, last: date, reason: str) -> None:
        """`last` is its last day. Later charges fall away, and what was received for them pays
        what is still open; what is beyond that is to be refunded."""
        self.must_be_active("终止", "terminate the lease")
        if not self.start_on <= last <= self.end_on:
            raise InvalidInput.field(
                "terminated_on",
                "OUTSIDE_TERM",
                "终止日期不在租期之内",
                "the day lies outside the term of the lease",
            )
        self.state = LeaseState.TERMINATED
        self.terminated_on, self.last_day = last, last.isoformat()
        self.termination_reason = reason
        kept = self._plan(last)
        for charge, planned in zip(self.charges, kept, strict=False):
            charge.to_on, charge.amount_fen = planned.to_on, planned.amount_fen
        self._settle(self.charges[: len(kept)])
        del self.charges[len(kept) :]

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

    def _settle(self, charges: Sequence[LeaseCharge]) -> None:
        """All money anew for these charges, the oldest first; any surplus stays on the last."""
        live = [each for each in self.receipts if each.is_live]
        for receipt in live:
            receipt.give_back()
        for receipt in sorted(live, key=lambda each: (each.received_on, each.id)):
            _pay(receipt, charges)


def _pay(receipt: LeaseReceipt, charges: Sequence[LeaseCharge]) -> None:
    shares = rules.spread([each.open_fen for each in charges], receipt.amount_fen)
    for charge, share in zip(charges, shares, strict=True):
        if share:
            receipt.pay(charge, share)


def _exceeds(owed_fen: int) -> InvalidInput:
    yuan = Decimal(owed_fen) / 100
    return InvalidInput.field(
        "amount_fen",
        "EXCEEDS_OWED",
        f"超过应收未收的 {yuan:.2f} 元",
        f"more than the {yuan:.2f} yuan that are owed",
    )
