"""Person (人员), and the postings (任职经历) one after the other."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.errors import IllegalState
from chassis.storage import Aggregate, Base, Belongs, Encrypted, Within, words
from chassis.storage.secret import digest
from directory.days import day_before, too_early
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


_PRESENT_SUBJECT = text("valid_to IS NULL AND subject <> ''")
_PRESENT_NUMBER = text("valid_to IS NULL AND id_number_digest <> ''")


class Person(Aggregate, Base):
    __tablename__ = "people"
    scoped = Belongs()

    subject: Mapped[str] = mapped_column(String(150))
    name: Mapped[str] = mapped_column(String(100))
    unit_id: Mapped[str] = mapped_column(ForeignKey("units.id"))
    region_code: Mapped[str] = mapped_column(String(12))
    post: Mapped[str] = mapped_column(String(100))
    rank: Mapped[Rank] = mapped_column(words(Rank))
    phone: Mapped[str] = mapped_column(Encrypted("people.phone"))
    id_number: Mapped[str] = mapped_column(Encrypted("people.id_number"))
    id_number_digest: Mapped[str] = mapped_column(String(64))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)

    __table_args__ = (
        Index("ix_people_subject", "subject"),
        Index("ix_people_unit_id", "unit_id"),
        Index("ix_people_region_code", "region_code"),
        Index(
            "uq_people_present_subject",
            "subject",
            unique=True,
            postgresql_where=_PRESENT_SUBJECT,
            sqlite_where=_PRESENT_SUBJECT,
        ),
        Index(
            "uq_people_present_id_number",
            "id_number_digest",
            unique=True,
            postgresql_where=_PRESENT_NUMBER,
            sqlite_where=_PRESENT_NUMBER,
        ),
    )

    def must_be_present(self, act_zh: str, act_en: str) -> None:
        if self.valid_to is not None:
            raise IllegalState.move(act_zh, act_en, "已离岗", "left")

    def take(self, current: Posting, unit: Unit, post: str, rank: str, day: date) -> Posting | None:
        """Serves `unit` as this from `day` on; the record of it, if it is a new one."""
        if (unit.id, post, rank) == (self.unit_id, self.post, self.rank):
            return None
        if day < current.valid_from:
            raise too_early("valid_from")
        self.unit_id, self.region_code = unit.id, unit.region_code
        self.post, self.rank = post, Rank(rank)
        if day == current.valid_from:
            current.describe(self, unit)
            return None
        current.valid_to = day_before(day)
        return Posting.of(self, unit, day)

    def leave(self, current: Posting, last: date) -> None:
        self.must_be_present("离岗", "leave")
        if last < max(self.valid_from, current.valid_from):
            raise too_early("valid_to")
        current.valid_to = self.valid_to = last


class Posting(Aggregate, Base):
    """A time during which a person had one unit, post and rank."""

    __tablename__ = "postings"
    scoped = Within("people", "person_id")

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    unit_id: Mapped[str] = mapped_column(ForeignKey("units.id"))
    unit_name: Mapped[str] = mapped_column(String(200))
    post: Mapped[str] = mapped_column(String(100))
    rank: Mapped[Rank] = mapped_column(words(Rank))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)

    __table_args__ = (
        Index("uq_postings_person_id_valid_from", "person_id", "valid_from", unique=True),
    )

    @classmethod
    def of(cls, person: Person, unit: Unit, day: date) -> Posting:
        created = cls(person_id=person.id, valid_from=day)
        created.describe(person, unit)
        return created

    def describe(self, person: Person, unit: Unit) -> None:
        self.unit_id, self.unit_name = unit.id, unit.name
        self.post, self.rank = person.post, person.rank


def digest_of(id_number: str) -> str:
    """By which an id number is found though it is encrypted; of none it is empty."""
    return digest(id_number, "people.id_number") if id_number else ""
