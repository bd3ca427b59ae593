"""Person (人员): who is on the staff, and the postings held there."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy import Date, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.errors import AlreadyExists, IllegalState, NotFound
from chassis.storage import Aggregate, Base, Belongs, Encrypted, words
from chassis.storage.secret import digest
from directory.days import day_before, too_early
from directory.people.postings import Posting, Rank
from directory.units.model import Unit

__all__ = ["Person", "Posting", "Rank", "digest_of"]

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
    postings: Mapped[list[Posting]] = relationship(lazy="selectin", cascade="all, delete-orphan")

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

    @property
    def main(self) -> Posting:
        """The present main posting: everybody on the staff has one."""
        for each in self.postings:
            if each.valid_to is None and not each.concurrent:
                return each
        raise IllegalState(
            "NO_MAIN_POSTING", "该人员没有现任主职", "the person has no present main posting"
        )

    def history(self) -> list[Posting]:
        """All postings, oldest first, on one day the main one first."""
        return sorted(self.postings, key=lambda each: (each.valid_from, each.concurrent, each.id))

    def join(self, unit: Unit) -> None:
        """Comes to `unit`, with a main posting from the first day on."""
        self.region_code = unit.region_code
        self.postings.append(Posting.of(unit, self.post, self.rank, self.valid_from))

    def take(self, unit: Unit, post: str, rank: Rank, day: date) -> None:
        """Has this main posting from `day` on, which may lie in the past."""
        current = self.main
        if day < current.valid_from:
            raise too_early("valid_from")
        self.unit_id, self.region_code = unit.id, unit.region_code
        self.post, self.rank = post, rank
        if day == current.valid_from:
            current.describe(unit, post, rank)
            return
        current.valid_to = day_before(day)
        self.postings.append(Posting.of(unit, post, rank, day))

    def add_post(self, unit: Unit, post: str, rank: Rank, day: date) -> None:
        """Holds this post from `day` on, beside the main one."""
        self.must_be_present("兼任", "take a concurrent post")
        if day < self.valid_from:
            raise too_early("valid_from")
        if self._held(unit.id, post, day):
            raise AlreadyExists.key(
                "post",
                "POST_HELD",
                "该人员同期已在该单位任此职务",
                "the person holds this post at that time",
            )
        self.postings.append(Posting.of(unit, post, rank, day, concurrent=True))
        self.touch()

    def end_post(self, posting_id: str, last: date) -> None:
        found = next((each for each in self.postings if each.id == posting_id), None)
        if found is None:
            raise NotFound.object("posting_id", posting_id)
        found.end(last)
        self.touch()

    def leave(self, last: date) -> None:
        """With the main posting all others end; one that would begin after `last` is refused."""
        self.must_be_present("离岗", "leave")
        beside = [each for each in self.postings if each.concurrent]
        if last < max(each.valid_from for each in [self.main, *beside]):
            raise too_early("valid_to")
        self.main.valid_to = self.valid_to = last
        for each in beside:
            each.valid_to = min(each.valid_to or last, last)

    def follow(self, ended: Collection[str], heir: Unit, day: date) -> None:
        """What is held in units that ended is held in `heir`, from `day` on or from when it
        began; a post that is held there already is not held twice."""
        if self.unit_id in ended:
            self.take(heir, self.post, self.rank, max(day, self.main.valid_from))
        for each in list(self.postings):
            if each.concurrent and each.valid_to is None and each.unit_id in ended:
                self._carry(each, heir, day)
        self.touch()

    def _carry(self, posting: Posting, heir: Unit, day: date) -> None:
        same = self._held(heir.id, posting.post, day)
        is_older = posting.valid_from < day
        if is_older:
            posting.valid_to = day_before(day)
        if any(each.valid_to is None for each in same):
            if not is_older:
                self.postings.remove(posting)
            return
        free = [each.valid_to + timedelta(days=1) for each in same if each.valid_to is not None]
        first = max([day, posting.valid_from, *free])
        if is_older:
            onwards = Posting.of(heir, posting.post, posting.rank, first, concurrent=True)
            self.postings.append(onwards)
        else:
            posting.describe(heir, posting.post, posting.rank)
            posting.valid_from = first

    def _held(self, unit_id: str, post: str, day: date) -> list[Posting]:
        """Where the person has this post on `day` or later, be it as the main one."""
        return [
            each
            for each in self.postings
            if (each.unit_id, each.post) == (unit_id, post) and each.lasts_until(day)
        ]


def digest_of(id_number: str) -> str:
    """By which an id number is found though it is encrypted; of none it is empty."""
    return digest(id_number, "people.id_number") if id_number else ""
