"""This service's copies of what the directory owns, as the facts told it.

`as_of_version` is the version of the original, so that an old fact that comes late
changes nothing.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import JSON, Boolean, Date, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage import OPEN, Base, Belongs


class UnitCopy(Base):
    __tablename__ = "unit_copies"
    scoped = OPEN

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    uscc: Mapped[str] = mapped_column(String(18))
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(40))
    level: Mapped[str] = mapped_column(String(40))
    region_code: Mapped[str] = mapped_column(String(12))
    parent_id: Mapped[str] = mapped_column(String(36))
    valid_from: Mapped[str] = mapped_column(String(10))
    valid_to: Mapped[str] = mapped_column(String(10))
    successor_id: Mapped[str] = mapped_column(String(36), default="")
    as_of_version: Mapped[int] = mapped_column(Integer)

    __table_args__ = (
        Index("ix_unit_copies_uscc", "uscc"),
        Index("ix_unit_copies_successor_id", "successor_id"),
    )


class PersonCopy(Base):
    __tablename__ = "person_copies"
    scoped = Belongs()

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    subject: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(100))
    unit_id: Mapped[str] = mapped_column(String(36))
    region_code: Mapped[str] = mapped_column(String(12))
    post: Mapped[str] = mapped_column(String(100))
    rank: Mapped[str] = mapped_column(String(40))
    valid_from: Mapped[str] = mapped_column(String(10))
    valid_to: Mapped[str] = mapped_column(String(10))
    as_of_version: Mapped[int] = mapped_column(Integer)

    __table_args__ = (
        Index("ix_person_copies_subject", "subject"),
        Index("ix_person_copies_name", "name"),
    )


class PostingCopy(Base):
    """A time during which somebody had a unit, post and rank, the first and last day included;
    its region is that of the unit. On each day one is the main one, the others concurrent."""

    __tablename__ = "posting_copies"
    scoped = Belongs()

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(36))
    person_name: Mapped[str] = mapped_column(String(100))
    unit_id: Mapped[str] = mapped_column(String(36))
    region_code: Mapped[str] = mapped_column(String(12))
    post: Mapped[str] = mapped_column(String(100))
    rank: Mapped[str] = mapped_column(String(40))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    concurrent: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = (
        Index("ix_posting_copies_person_id", "person_id"),
        Index("ix_posting_copies_unit_id", "unit_id"),
    )


class RegionCopy(Base):
    """Its id is the code."""

    __tablename__ = "region_copies"
    scoped = OPEN

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    level: Mapped[str] = mapped_column(String(40))
    parent_code: Mapped[str] = mapped_column(String(12))
    valid_from: Mapped[str] = mapped_column(String(10))
    valid_to: Mapped[str] = mapped_column(String(10))
    successor_code: Mapped[str] = mapped_column(String(12))
    as_of_version: Mapped[int] = mapped_column(Integer)


class CalendarCopy(Base):
    """Its id is the year; days are ISO 8601."""

    __tablename__ = "calendar_copies"
    scoped = OPEN

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    holidays: Mapped[list[str]] = mapped_column(JSON)
    workdays: Mapped[list[str]] = mapped_column(JSON)
    as_of_version: Mapped[int] = mapped_column(Integer)
