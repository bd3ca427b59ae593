"""Region (行政区划): one code of GB/T 2260 and the time it is in force."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import Date, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage import Aggregate, Base, Belongs, words


class RegionLevel(StrEnum):
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"


class Region(Aggregate, Base):
    __tablename__ = "regions"
    scoped = Belongs(region="code", unit="", shared=True)

    code: Mapped[str] = mapped_column(String(12), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    level: Mapped[RegionLevel] = mapped_column(words(RegionLevel))
    parent_code: Mapped[str] = mapped_column(String(12))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    successor_code: Mapped[str] = mapped_column(String(12))

    __table_args__ = (Index("ix_regions_parent_code_code", "parent_code", "code"),)

    def define(self, **values: object) -> None:
        """Says anew what the code means."""
        for name, value in values.items():
            setattr(self, name, value)
