"""What a lease is made of: charges (租金), receipts (收款) and what they pay, refunds
(退款), reminders (催缴)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.days import day_of
from chassis.storage import Base, Instant, Money, Within, words
from chassis.storage.columns import new_id
from housing.leases import rules

_OPEN = text("received_fen < amount_fen")
"""Of many years of charges few are open, and these are what is asked for most."""
_LIVE = text("reversed_at IS NULL")


class ReminderLevel(StrEnum):
    PHONE = "phone"
    WRITTEN = "written"
    LAWYER = "lawyer"


class LeaseCharge(Base):
    """Rent of one period; `received_fen` is the sum of the allotments it has now."""

    __tablename__ = "lease_charges"
    scoped = Within("leases", "lease_id")

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    lease_id: Mapped[str] = mapped_column(ForeignKey("leases.id"))
    position: Mapped[int] = mapped_column(Integer)
    from_on: Mapped[date] = mapped_column(Date)
    to_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    amount_fen: Mapped[int] = mapped_column(Money)
    received_fen: Mapped[int] = mapped_column(Money, default=0)

    __table_args__ = (
        Index("uq_lease_charges_lease_id_position", "lease_id", "position", unique=True),
        Index("ix_lease_charges_due_on", "due_on"),
        Index(
            "ix_lease_charges_open_due_on",
            "due_on",
            postgresql_where=_OPEN,
            sqlite_where=_OPEN,
        ),
    )

    @property
    def open_fen(self) -> int:
        return rules.open_fen(self.amount_fen, self.received_fen)


class LeaseAllotment(Base):
    """What of a receipt pays one charge: from `received_on` on, until the day before
    `undone_on`. It stays on record, so that past days can be told of."""

    __tablename__ = "lease_allotments"
    scoped = Within("leases", "lease_id")

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    lease_id: Mapped[str] = mapped_column(ForeignKey("leases.id"))
    receipt_id: Mapped[str] = mapped_column(ForeignKey("lease_receipts.id"))
    charge_id: Mapped[str] = mapped_column(ForeignKey("lease_charges.id"))
    received_on: Mapped[date] = mapped_column(Date)
    undone_on: Mapped[date | None] = mapped_column(Date)
    amount_fen: Mapped[int] = mapped_column(Money)
    charge: Mapped[LeaseCharge] = relationship()

    __table_args__ = (
        Index("ix_lease_allotments_lease_id", "lease_id"),
        Index("ix_lease_allotments_receipt_id", "receipt_id"),
        Index("ix_lease_allotments_charge_id", "charge_id"),
        Index("ix_lease_allotments_received_on", "received_on"),
        Index("ix_lease_allotments_undone_on", "undone_on"),
    )

    def stood_on(self, day: date) -> bool:
        """Whether it paid its charge at the end of `day`."""
        return self.received_on <= day and (self.undone_on is None or self.undone_on > day)


class LeaseReceipt(Base):
    """Money received; one that was reversed pays nothing and stays on record."""

    __tablename__ = "lease_receipts"
    scoped = Within("leases", "lease_id")

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    lease_id: Mapped[str] = mapped_column(ForeignKey("leases.id"))
    voucher: Mapped[str] = mapped_column(String(64))
    received_on: Mapped[date] = mapped_column(Date)
    amount_fen: Mapped[int] = mapped_column(Money)
    payer: Mapped[str] = mapped_column(String(200))
    recorded_by: Mapped[str] = mapped_column(String(200))
    reversed_by: Mapped[str] = mapped_column(String(200), default="")
    reversed_at: Mapped[datetime | None] = mapped_column(Instant)
    reversal_reason: Mapped[str] = mapped_column(String(500), default="")
    allotments: Mapped[list[LeaseAllotment]] = relationship(
        order_by=LeaseAllotment.id, lazy="selectin", cascade="all, delete-orphan"
    )

    __table_args__ = (
        Index("ix_lease_receipts_lease_id", "lease_id"),
        Index(
            "uq_lease_receipts_voucher",
            "voucher",
            unique=True,
            postgresql_where=_LIVE,
            sqlite_where=_LIVE,
        ),
    )

    @property
    def is_live(self) -> bool:
        return self.reversed_at is None

    @property
    def ended_on(self) -> date | None:
        """The day on which it was reversed: from then on it pays nothing."""
        return None if self.reversed_at is None else day_of(self.reversed_at)

    @property
    def standing(self) -> list[LeaseAllotment]:
        """What it pays now."""
        return [each for each in self.allotments if each.undone_on is None]

    def pay(self, charge: LeaseCharge, amount_fen: int, day: date) -> None:
        """Of `day`, which is that of the receipt unless the money was moved or came before."""
        charge.received_fen += amount_fen
        self.allotments.append(
            LeaseAllotment(
                id=new_id(),
                lease_id=charge.lease_id,
                charge=charge,
                charge_id=charge.id,
                received_on=day,
                amount_fen=amount_fen,
            )
        )

    def give_back(self, day: date) -> None:
        """What it paid is open again from `day` on."""
        for each in self.standing:
            each.charge.received_fen -= each.amount_fen
            each.undone_on = day

    def forget(self) -> None:
        """As if nothing had ever been allotted of it."""
        for each in self.standing:
            each.charge.received_fen -= each.amount_fen
        self.allotments = []


class LeaseRefund(Base):
    """Money given back."""

    __tablename__ = "lease_refunds"
    scoped = Within("leases", "lease_id")

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    lease_id: Mapped[str] = mapped_column(ForeignKey("leases.id"))
    voucher: Mapped[str] = mapped_column(String(64), unique=True)
    refunded_on: Mapped[date] = mapped_column(Date)
    amount_fen: Mapped[int] = mapped_column(Money)
    payee: Mapped[str] = mapped_column(String(200))
    recorded_by: Mapped[str] = mapped_column(String(200))

    __table_args__ = (Index("ix_lease_refunds_lease_id", "lease_id"),)


class LeaseReminder(Base):
    __tablename__ = "lease_reminders"
    scoped = Within("leases", "lease_id")

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    lease_id: Mapped[str] = mapped_column(ForeignKey("leases.id"))
    level: Mapped[ReminderLevel] = mapped_column(words(ReminderLevel))
    sent_on: Mapped[date] = mapped_column(Date)
    text: Mapped[str] = mapped_column(String(1000))
    arrears_fen: Mapped[int] = mapped_column(Money)
    sent_by: Mapped[str] = mapped_column(String(200))

    __table_args__ = (Index("ix_lease_reminders_lease_id", "lease_id"),)
