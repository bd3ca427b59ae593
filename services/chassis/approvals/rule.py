"""Approval rule (审批规则): who must consent, as dated data."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import JSON, Date, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage import Aggregate, Base, Belongs, Money


class ApprovalRule(Aggregate, Base):
    """Who must consent to documents of one kind: dated data, the nearest region first."""

    __tablename__ = "approval_rules"
    scoped = Belongs(unit="", shared=True)

    kind: Mapped[str] = mapped_column(String(100))
    region_code: Mapped[str] = mapped_column(String(12))
    least_fen: Mapped[int] = mapped_column(Money)
    below_fen: Mapped[int] = mapped_column(Money)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    source: Mapped[str] = mapped_column(String(300))

    __table_args__ = (Index("ix_approval_rules_kind_id", "kind", "id"),)
