"""Posting (任职): a time during which a person had one unit, post and rank.

On each day on the staff a person has one main posting, and perhaps concurrent ones (兼任).
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import Boolean, Date, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.errors import IllegalState
from chassis.storage import Aggregate, Base, Within, words
from directory.days import too_early
from directory.units.model import Unit


class Rank(StrEnum):
    PROVINCE_HEAD = "province_head"
    PROVINCE_DEPUTY = "province_deputy"
    DEPARTMENT_HEAD = "department_head"
    DEPARTMENT_DEPUTY = "department_deputy"
    DIVISION_HEAD = "division_head"
    DIVISION_DEPUTY = "division_deputy"
    SECTION_HEAD = "section_head"
    SECTION_DEPUTY = "section_deputy"
    STAFF = "staff"


_MAIN = text("NOT concurrent")
_CONCURRENT = text("concurrent")


class Posting(Aggregate, Base):
    """Name and region are those the unit had then."""

    __tablename__ = "postings"
    scoped = Within("people", "person_id")

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    unit_id: Mapped[str] = mapped_column(ForeignKey("units.id"))
    unit_name: Mapped[str] = mapped_column(String(200))
    region_code: Mapped[str] = mapped_column(String(12))
    post: Mapped[str] = mapped_column(String(100))
    rank: Mapped[Rank] = mapped_column(words(Rank))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    concurrent: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = (
        Index("ix_postings_person_id", "person_id"),
        Index("ix_postings_unit_id", "unit_id"),
        Index(
            "uq_postings_main",
            "person_id",
            "valid_from",
            unique=True,
            postgresql_where=_MAIN,
            sqlite_where=_MAIN,
        ),
        Index(
            "uq_postings_concurrent",
            "person_id",
            "unit_id",
            "post",
            "valid_from",
            unique=True,
            postgresql_where=_CONCURRENT,
            sqlite_where=_CONCURRENT,
        ),
    )

    @classmethod
    def of(
        cls, unit: Unit, post: str, rank: Rank, day: date, *, concurrent: bool = False
    ) -> Posting:
        created = cls(valid_from=day, concurrent=concurrent)
        created.describe(unit, post, rank)
        return created

    def describe(self, unit: Unit, post: str, rank: Rank) -> None:
        self.unit_id, self.unit_name, self.region_code = unit.id, unit.name, unit.region_code
        self.post, self.rank = post, rank

    def lasts_until(self, day: date) -> bool:
        """Whether it has not ended before `day`."""
        return self.valid_to is None or self.valid_to >= day

    def end(self, last: date) -> None:
        """A concurrent one: the main one ends with another, or when the person leaves."""
        if not self.concurrent:
            raise IllegalState(
                "MAIN_POSTING",
                "这是主任职，请办理任职变更或离岗",
                "this is the main posting; change the person's post, or let them leave",
            )
        if self.valid_to is not None:
            raise IllegalState.move("终止兼任", "end the concurrent post", "已终止", "ended")
        if last < self.valid_from:
            raise too_early("valid_to")
        self.valid_to = last
