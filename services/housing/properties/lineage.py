"""Lineage (沿革) of properties: which came from which by a split or a merger."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage import Base, Within, words


class LineageKind(StrEnum):
    SPLIT = "split"
    MERGE = "merge"


class PropertyLineage(Base):
    """One property that ended, and one that took its place; under the codes they had then."""

    __tablename__ = "property_lineage"
    scoped = Within("properties", "to_id")

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    from_id: Mapped[str] = mapped_column(ForeignKey("properties.id"))
    to_id: Mapped[str] = mapped_column(ForeignKey("properties.id"))
    from_code: Mapped[str] = mapped_column(String(64))
    to_code: Mapped[str] = mapped_column(String(64))
    on_day: Mapped[date] = mapped_column(Date)
    kind: Mapped[LineageKind] = mapped_column(words(LineageKind))
    reason: Mapped[str] = mapped_column(String(500))

    __table_args__ = (
        Index("ix_property_lineage_from_id", "from_id"),
        Index("ix_property_lineage_to_id", "to_id"),
    )
