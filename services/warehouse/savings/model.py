"""Saving (节约资金): the purchase a unit did not make since it received an item of the stores.

An entry is written once and never changed. A wrong one is taken back by an entry of its own,
on the day that is done, with the same amounts below nothing; after it the stay of the item may
be booked anew. The year of an entry is that of the day it was booked, so a year that is over
keeps its sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import Date, ForeignKey, Index, Integer, Numeric, String, text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage import Aggregate, Base, Belongs, Money, by_code_point, words
from warehouse.items.states import Condition

_BOOKED = text("reverses_id IS NULL")


@dataclass(frozen=True)
class Booking:
    """Which entry it is, of which day, and who wrote it."""

    code: str
    on: date
    by: str


class Saving(Aggregate, Base):
    """With its whole basis. It belongs to the unit that received the item, under the name it
    had then. `turn` counts how often the stay of the item was booked. A new entry has no
    `reversal_id`, the id of the one that takes it back; queries find it."""

    __tablename__ = "savings"
    scoped = Belongs()

    code: Mapped[str] = mapped_column(String(40), unique=True)
    transfer_id: Mapped[str] = mapped_column(ForeignKey("transfers.id"))
    transfer_code: Mapped[str] = mapped_column(String(40))
    transfer_line_id: Mapped[str] = mapped_column(ForeignKey("transfer_lines.id"))
    item_id: Mapped[str] = mapped_column(ForeignKey("items.id"))
    item_code: Mapped[str] = mapped_column(String(40))
    item_name: Mapped[str] = mapped_column(String(200))
    stay: Mapped[int] = mapped_column(Integer)
    turn: Mapped[int] = mapped_column(Integer)
    class_code: Mapped[str] = mapped_column(by_code_point(20))
    condition: Mapped[Condition] = mapped_column(words(Condition))
    region_code: Mapped[str] = mapped_column(String(12))
    unit_id: Mapped[str] = mapped_column(String(36))
    unit_name: Mapped[str] = mapped_column(String(200))
    from_unit_id: Mapped[str] = mapped_column(String(36))
    from_unit_name: Mapped[str] = mapped_column(String(200))
    store_id: Mapped[str] = mapped_column(String(36))
    store_name: Mapped[str] = mapped_column(String(200))
    received_on: Mapped[date] = mapped_column(Date)
    booked_on: Mapped[date] = mapped_column(Date)
    booked_by: Mapped[str] = mapped_column(String(200))
    price_cap_fen: Mapped[int | None] = mapped_column(Money)
    price_cap_source: Mapped[str] = mapped_column(String(300))
    market_price_fen: Mapped[int] = mapped_column(Money)
    market_source: Mapped[str] = mapped_column(String(300))
    condition_ratio: Mapped[Decimal] = mapped_column(Numeric(18, 4))
    condition_ratio_source: Mapped[str] = mapped_column(String(300))
    price_fen: Mapped[int] = mapped_column(Money)
    move_cost_fen: Mapped[int] = mapped_column(Money)
    repair_cost_fen: Mapped[int] = mapped_column(Money)
    saving_fen: Mapped[int] = mapped_column(Money)
    reverses_id: Mapped[str | None] = mapped_column(ForeignKey("savings.id"))
    reason: Mapped[str] = mapped_column(String(500), default="")
    reversal_id: ClassVar[str] = ""

    __table_args__ = (
        # A stay is booked once, and once more after each reversal.
        Index(
            "uq_savings_item_id_stay_turn",
            "item_id",
            "stay",
            "turn",
            unique=True,
            postgresql_where=_BOOKED,
            sqlite_where=_BOOKED,
        ),
        Index("uq_savings_reverses_id", "reverses_id", unique=True),
        Index("ix_savings_booked_on", "booked_on"),
        Index("ix_savings_item_id_stay", "item_id", "stay"),
        Index("ix_savings_region_code", "region_code"),
        Index("ix_savings_store_id", "store_id"),
        Index("ix_savings_transfer_line_id", "transfer_line_id"),
        Index("ix_savings_unit_id", "unit_id"),
    )

    def reversal(self, booking: Booking, reason: str) -> Saving:
        """The entry that takes this one back: the same basis, its amounts below nothing."""
        kept = {name: getattr(self, name) for name in _KEPT}
        less = {name: -getattr(self, name) for name in _AMOUNTS}
        return Saving(
            code=booking.code,
            booked_on=booking.on,
            booked_by=booking.by,
            reverses_id=self.id,
            reason=reason,
            **kept,
            **less,
        )


_AMOUNTS = ("price_fen", "move_cost_fen", "repair_cost_fen", "saving_fen")
_OWN = ("id", "version", "created_at", "updated_at", "code", "booked_on", "booked_by")
_KEPT = [
    each.key
    for each in Saving.__table__.c
    if each.key not in (*_AMOUNTS, *_OWN, "reverses_id", "reason")
]
