"""Grant (授权): a role somebody holds over a region or a unit, during a time."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage import Aggregate, Base, Belongs


class Grant(Aggregate, Base):
    """One whose last day lies before its first was withdrawn before it began."""

    __tablename__ = "grants"
    scoped = Belongs()

    subject: Mapped[str] = mapped_column(String(150))
    role: Mapped[str] = mapped_column(String(40))
    region_code: Mapped[str] = mapped_column(String(12))
    unit_id: Mapped[str] = mapped_column(String(36))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)

    __table_args__ = (
        Index("ix_grants_subject_id", "subject", "id"),
        Index("ix_grants_role_id", "role", "id"),
    )
