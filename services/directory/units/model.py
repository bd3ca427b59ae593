"""Unit (单位): an organ or institution that holds assets and has people."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage import Aggregate, Base, words


class UnitKind(StrEnum):
    PARTY_ORGAN = "party_organ"
    GOVERNMENT_ORGAN = "government_organ"
    PUBLIC_INSTITUTION = "public_institution"
    PEOPLES_ORGANISATION = "peoples_organisation"
    OTHER = "other"


class Unit(Aggregate, Base):
    __tablename__ = "units"

    uscc: Mapped[str] = mapped_column(String(18), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[UnitKind] = mapped_column(words(UnitKind))
    region_code: Mapped[str] = mapped_column(String(12))
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("units.id"))

    __table_args__ = (Index("ix_units_region_code", "region_code"),)

    def rename(self, name: str) -> bool:
        """Whether the name is another one now."""
        renamed = name != self.name
        self.name = name
        return renamed
