"""Unit (单位): an organ or institution that holds assets and has people."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.errors import IllegalState
from chassis.storage import Aggregate, Base, Belongs, Within, words
from directory.columns import Words
from directory.days import day_before, too_early


class UnitKind(StrEnum):
    PARTY_ORGAN = "party_organ"
    GOVERNMENT_ORGAN = "government_organ"
    PUBLIC_INSTITUTION = "public_institution"
    PEOPLES_ORGANISATION = "peoples_organisation"
    OTHER = "other"


class UnitLevel(StrEnum):
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"


class Unit(Aggregate, Base):
    __tablename__ = "units"
    scoped = Belongs(unit="id", shared=True)

    uscc: Mapped[str] = mapped_column(String(18), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[UnitKind] = mapped_column(words(UnitKind))
    level: Mapped[UnitLevel] = mapped_column(words(UnitLevel))
    region_code: Mapped[str] = mapped_column(String(12))
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("units.id"))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    named_from: Mapped[date] = mapped_column(Date)
    successor_ids: Mapped[list[str]] = mapped_column(Words, default=list)
    end_source: Mapped[str] = mapped_column(String(200), default="")

    __table_args__ = (
        Index("ix_units_region_code", "region_code"),
        Index("ix_units_parent_id", "parent_id"),
    )

    def must_be_open(self, act_zh: str, act_en: str) -> None:
        if self.valid_to is not None:
            raise IllegalState.move(act_zh, act_en, "已撤销", "ended")

    def revise(self, kind: str | None, level: str | None) -> None:
        """Another kind or level, where one is given."""
        self.kind = UnitKind(kind) if kind else self.kind
        self.level = UnitLevel(level) if level else self.level

    def rename(self, name: str, day: date) -> FormerName | None:
        """Is called `name` from `day` on; the record of the name before, if it stood a day."""
        if day < self.named_from:
            raise too_early("valid_from")
        former = None
        if day > self.named_from:
            former = FormerName(
                unit_id=self.id,
                name=self.name,
                valid_from=self.named_from,
                valid_to=day_before(day),
            )
        self.name, self.named_from = name, day
        return former

    def end(self, last: date, field: str, source: str, successor_ids: list[str]) -> None:
        """`last` is its last day, given in `field`."""
        self.must_be_open("撤并", "end the unit")
        if last < self.named_from:
            raise too_early(field)
        self.valid_to = last
        self.successor_ids = successor_ids
        self.end_source = source


class FormerName(Aggregate, Base):
    """What a unit was called before, and when."""

    __tablename__ = "unit_names"
    scoped = Within("units", "unit_id")

    unit_id: Mapped[str] = mapped_column(ForeignKey("units.id"))
    name: Mapped[str] = mapped_column(String(200))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date] = mapped_column(Date)

    __table_args__ = (
        Index("uq_unit_names_unit_id_valid_from", "unit_id", "valid_from", unique=True),
    )
