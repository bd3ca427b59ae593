"""People who come by spreadsheet: what a batch needs is looked up once, not row by row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from chassis import sheets
from chassis.fields import Day, Labelled, Line, Subject, Uscc
from chassis.sheets import IN_FUTURE, Batch, Row, RowSchema, Sheet
from chassis.storage import UnitOfWork
from directory.access.queries import with_grants
from directory.people.facts import publish_change
from directory.people.model import Person, digest_of
from directory.units.model import Unit
from guanjia.directory.v1 import directory_pb2 as pb


class PersonRowSchema(RowSchema):
    name = Line(100)
    subject = Subject(optional=True, load_default="")
    unit_name = Line(optional=True, load_default="")
    unit_uscc = Uscc(optional=True, load_default="")
    post = Line(100, optional=True, load_default="")
    rank = Labelled(pb.Rank.DESCRIPTOR)
    valid_from = Day(optional=True, load_default=None)


SHEET = Sheet(pb.PersonRow, PersonRowSchema())


class Importing(sheets.Importing):
    """One batch of people."""

    sheet = SHEET

    def __init__(self, uow: UnitOfWork, batch: Batch) -> None:
        super().__init__(uow, batch)
        self._units = self._known_units()
        self._taken = uow.taken(Person.subject, batch.column("subject"), Person.valid_to.is_(None))
        self._granted = with_grants(uow, batch.column("subject"), self._today)
        self._by_subject: dict[str, Person] = {}
        self._called: dict[tuple[str, str], list[Person]] = defaultdict(list)
        for each in self._known_people():
            self._remember(each)

    def take(self, row: Row) -> None:
        values = row.values
        unit = self._units.get(values["unit_uscc"] or values["unit_name"])
        if unit is None:
            field = "unit_uscc" if values["unit_uscc"] else "unit_name"
            return self._refuse(row, field, *_NO_UNIT)
        day = values["valid_from"] or self._today
        if day > self._today:
            return self._refuse(row, "valid_from", *IN_FUTURE)
        alike = self._called.get((values["name"], unit.id), [])
        if values["subject"] in self._by_subject:
            return self._compare(row, self._by_subject[values["subject"]], unit)
        if not values["subject"] and len(alike) > 1:
            return self._refuse(row, "name", *_SEVERAL)
        if alike and not (values["subject"] and all(each.subject for each in alike)):
            return self._compare(row, alike[0], unit)
        if values["subject"] in self._taken:
            return self._refuse(row, "subject", *_OTHER_CONTENT)
        if values["subject"] in self._granted:
            return self._refuse(row, "subject", *_STILL_GRANTED)
        return self._register(row, unit, day)

    def finish(self) -> None:
        super().finish()
        for each in self._new:
            publish_change(self._uow, each)

    def _compare(self, row: Row, known: Person, unit: Unit) -> None:
        values = row.values
        told = (values["name"], unit.id, values["post"], values["rank"])
        is_same = told == (known.name, known.unit_id, known.post, known.rank)
        is_same = is_same and values["subject"] in ("", known.subject)
        is_same = is_same and values["valid_from"] in (None, known.valid_from)
        field = "subject" if values["subject"] else "name"
        self._recognise(row, is_same, field, *_OTHER_CONTENT)

    def _register(self, row: Row, unit: Unit, day: Any) -> None:
        given = {name: row.values[name] for name in ("name", "subject", "post", "rank")}
        made = Person(
            **given,
            unit_id=unit.id,
            phone="",
            id_number="",
            id_number_digest=digest_of(""),
            valid_from=day,
        )
        made.join(unit)
        self._remember(made)
        self._create(made)

    def _known_units(self) -> dict[str, Unit]:
        """By code, and by a name that only one open unit has."""
        still = select(Unit).where(Unit.valid_to.is_(None))
        usccs, names = self._batch.column("unit_uscc"), self._batch.column("unit_name")
        wanted = still.where(Unit.uscc.in_(usccs) | Unit.name.in_(names))
        found = self._uow.all(wanted.with_for_update()) if usccs or names else []
        often = [each.name for each in found]
        by_name = {each.name: each for each in found if often.count(each.name) == 1}
        return {**by_name, **{each.uscc: each for each in found}}

    def _known_people(self) -> Sequence[Person]:
        subjects, names = self._batch.column("subject"), self._batch.column("name")
        present = select(Person).where(Person.valid_to.is_(None))
        named = Person.subject.in_(subjects) | Person.name.in_(names)
        found: Sequence[Person] = self._uow.all(present.where(named)) if names else []
        return found

    def _remember(self, person: Person) -> None:
        if person.subject:
            self._by_subject[person.subject] = person
        self._called[person.name, person.unit_id].append(person)


_NO_UNIT = ("UNIT_UNKNOWN", "没有该单位，或有重名单位", "no such unit, or several of that name")
_OTHER_CONTENT = (
    "PERSON_TAKEN",
    "该人员已登记，且内容不同",
    "registered already, with other content",
)
_SEVERAL = ("PERSON_AMBIGUOUS", "该单位有同名人员，请填账号", "several have that name")
_STILL_GRANTED = (
    "STILL_GRANTED",
    "该账号尚有授权，请先终止授权",
    "end what is granted to this account first",
)
