"""What stands for one person, and what of it is sensitive."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import AlreadyExists, InvalidInput
from chassis.principal import Principal, Realm
from chassis.testing import Harness
from guanjia.directory.v1 import events_pb2
from tests.directory.factories import (
    full_width,
    new_id_number,
    person_fields,
    register_person,
    register_unit,
)
from tests.refusals import refusal

pytestmark = pytest.mark.row("W11")

PHONE = "13800138000"


def get(directory: Harness, person: Any) -> Any:
    return directory.call("get_person", person_id=person.id)


def change(directory: Harness, person: Any, **changes: Any) -> Any:
    return directory.call("change_person", person_id=person.id, **changes)


def texts_kept(directory: Harness) -> str:
    """Every row of every table, as text."""
    tables = ("people", "postings", "outbox", "audit")
    with directory.database.reading() as connection:
        return "\n".join(
            str(tuple(row))
            for table in tables
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}")
        )


def test_what_is_sensitive_is_revealed_in_full_and_kept_nowhere_in_clear(
    directory: Harness,
) -> None:
    number = new_id_number()
    person = register_person(directory, phone=PHONE, id_number=number)
    change(directory, person, phone="13900139000")
    change(directory, person, phone=PHONE, post="科长")
    directory.call("end_person", person_id=person.id)
    revealed = directory.call("reveal_person", person_id=person.id)
    assert (revealed.phone, revealed.id_number) == (PHONE, number)
    kept = texts_kept(directory)
    for text in (PHONE, "13900139000", number):
        assert text not in kept


def test_what_is_sensitive_is_masked_in_other_replies(directory: Harness) -> None:
    number = new_id_number()
    person = register_person(directory, phone=PHONE, id_number=number)
    for shown in (person, get(directory, person), *directory.call("list_people").people):
        assert shown.phone == "138****8000"
        assert shown.id_number == number[0] + "*" * 16 + number[-1]


def wrong_numbers() -> list[str]:
    right = new_id_number()
    digit = "0" if right[-1] != "0" else "1"
    short = new_id_number()[:15]
    return [right[:-1] + digit, short, right + "0", "A" + right[1:], new_id_number("20230229")]


@pytest.mark.parametrize("number", wrong_numbers())
def test_an_id_number_with_a_wrong_digit_or_date_is_refused_without_repeating_it(
    directory: Harness, number: str
) -> None:
    fields = person_fields(unit_id=register_unit(directory).id, id_number=number)
    with pytest.raises(InvalidInput) as refused:
        directory.call("register_person", **fields)
    assert refused.value.reason == "INVALID_ID_NUMBER"
    assert number not in repr(refused.value)


def test_numbers_are_taken_however_they_are_typed(directory: Harness) -> None:
    number = new_id_number()
    person = register_person(
        directory, phone=f"+86 {PHONE[:3]}-{PHONE[3:]}", id_number=full_width(number).lower()
    )
    revealed = directory.call("reveal_person", person_id=person.id)
    assert (revealed.phone, revealed.id_number) == (PHONE, number)


def test_an_account_and_an_id_number_stand_for_one_person(directory: Harness) -> None:
    number = new_id_number()
    known = register_person(directory, id_number=number)
    unit_id = register_unit(directory).id
    same_account = person_fields(unit_id=unit_id, subject=known.subject)
    told = refusal(directory, "register_person", AlreadyExists, **same_account)
    assert told == ("SUBJECT_TAKEN", ["subject"])
    same_number = person_fields(unit_id=unit_id, id_number=full_width(number))
    told = refusal(directory, "register_person", AlreadyExists, **same_number)
    assert told == ("ID_NUMBER_TAKEN", ["id_number"])
    other = register_person(directory)
    fields = {"person_id": other.id, "subject": known.subject}
    told = refusal(directory, "change_person", AlreadyExists, **fields)
    assert told == ("SUBJECT_TAKEN", ["subject"])
    change(directory, known, subject=known.subject, id_number=number)


def test_people_without_account_or_number_may_be_many(directory: Harness) -> None:
    for _ in range(2):
        register_person(directory, subject="", id_number="")
    assert not directory.facts(events_pb2.AccessChanged)


def test_uniqueness_holds_also_for_whom_the_caller_cannot_see(directory: Harness) -> None:
    known = register_person(directory)
    unit = register_unit(directory, region_code="990102")
    district = Principal("district", scope=(Realm("990102"),))
    fields = person_fields(unit_id=unit.id, subject=known.subject)
    told = refusal(directory, "register_person", AlreadyExists, user=district, **fields)
    assert told == ("SUBJECT_TAKEN", ["subject"])
