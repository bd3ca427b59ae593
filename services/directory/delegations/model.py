"""Delegation (委托): rights that somebody lets another use for a time."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage import Aggregate, Base, Belongs


class Delegation(Aggregate, Base):
    """Region and unit are those of the one who delegates; no role means all of theirs."""

    __tablename__ = "delegations"
    scoped = Belongs()

    from_subject: Mapped[str] = mapped_column(String(150))
    to_subject: Mapped[str] = mapped_column(String(150))
    role: Mapped[str] = mapped_column(String(40))
    region_code: Mapped[str] = mapped_column(String(12))
    unit_id: Mapped[str] = mapped_column(String(36))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date] = mapped_column(Date)

    __table_args__ = (
        Index("ix_delegations_from_subject_id", "from_subject", "id"),
        Index("ix_delegations_to_subject_id", "to_subject", "id"),
    )
