"""Each service's copy of everybody's postings, and who is found by name or account."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from chassis.contract import fact_of
from chassis.copies.model import PostingCopy
from chassis.copies.people import serves, serving
from chassis.envelope import Envelope
from chassis.principal import Principal, Realm, itself
from chassis.storage import UnitOfWork
from chassis.storage.reader import Context
from chassis.testing import Harness
from directory.service import service as directory_service
from guanjia.directory.v1 import directory_pb2 as pb
from guanjia.directory.v1 import events_pb2
from tests.directory.factories import register_person, register_unit
from tests.directory.people.posts import add, concurrent, end
from warehouse.service import service as warehouse_service

HERE, THERE = "0190b6e0-7d5c-7a3e-8f00-000000000001", "0190b6e0-7d5c-7a3e-8f00-000000000002"
_ids = itertools.count(1)


@pytest.fixture
def warehouse(harness_of: Callable[..., Harness]) -> Harness:
    """Any service: each keeps the same copies."""
    return harness_of(warehouse_service)


def posting(unit_id: str = HERE, **given: Any) -> pb.PostingTold:
    fields: dict[str, Any] = {
        "region_code": "990101" if unit_id == HERE else "990102",
        "post": "科员",
        "rank": pb.RANK_STAFF,
        "valid_from": "2021-07-01",
    }
    return pb.PostingTold(unit_id=unit_id, **fields | given)


def beside(unit_id: str = THERE, **given: Any) -> pb.PostingTold:
    fields: dict[str, Any] = {"post": "顾问", "valid_from": "2025-01-01", "concurrent": True}
    return posting(unit_id, **fields | given)


def tell(
    harness: Harness,
    *postings: pb.PostingTold,
    id: str = "p1",
    version: int = 1,
    **given: Any,
) -> None:
    """A person of HERE with these postings."""
    fields: dict[str, Any] = {
        "subject": "lin",
        "name": "林知夏",
        "unit_id": HERE,
        "region_code": "990101",
        "post": "科员",
        "rank": pb.RANK_STAFF,
        "valid_from": "2021-07-01",
    }
    fact = events_pb2.PersonChanged(person_id=id, postings=postings, **fields | given)
    deliver(harness, fact, version)


def deliver(harness: Harness, fact: events_pb2.PersonChanged, version: int = 1) -> None:
    kind = fact_of(type(fact))
    harness.app.react(
        harness.app.service.reactions["on_person_changed"],
        Envelope(
            id=f"e{next(_ids)}",
            source="/990100/directory",
            type=kind.type,
            subject=fact.person_id,
            aggregate_version=version,
            traceparent="",
            fact=fact,
        ),
    )


def ask(
    harness: Harness, question: Callable[[UnitOfWork], Any], user: Principal | None = None
) -> Any:
    with harness.database.reading() as connection:
        context = Context(user or itself("test"), harness.clock(), "test")
        return question(UnitOfWork(connection, context, harness.database))


def copies(harness: Harness, user: Principal | None = None) -> list[tuple[Any, ...]]:
    """Unit, region, post, first day, last day, concurrent; oldest first."""
    order = (PostingCopy.valid_from, PostingCopy.concurrent)
    found = ask(harness, lambda uow: uow.all(select(PostingCopy).order_by(*order)), user)
    return [
        (
            each.unit_id,
            each.region_code,
            each.post,
            str(each.valid_from),
            str(each.valid_to or ""),
            each.concurrent,
        )
        for each in found
    ]


MAIN = (HERE, "990101", "科员", "2021-07-01", "", False)
BESIDE = (THERE, "990102", "顾问", "2025-01-01", "", True)


def test_both_posts_of_a_person_in_two_units_are_kept_with_their_regions(
    warehouse: Harness,
) -> None:
    tell(warehouse, posting(), beside())
    assert copies(warehouse) == [MAIN, BESIDE]
    [one, two] = ask(warehouse, lambda uow: uow.all(select(PostingCopy)))
    assert {one.person_id, two.person_id} == {"p1"}
    assert {one.person_name, two.person_name} == {"林知夏"}
    assert {one.rank, two.rank} == {"staff"}


def test_a_younger_fact_takes_the_place_of_all_that_was_told(warehouse: Harness) -> None:
    tell(warehouse, posting(), beside())
    corrected = [
        posting(valid_to="2024-02-28"),
        posting(rank=pb.RANK_SECTION_HEAD, valid_from="2024-02-29"),
        beside(valid_to="2025-12-31"),
    ]
    tell(warehouse, *corrected, version=2)
    assert copies(warehouse) == [
        (HERE, "990101", "科员", "2021-07-01", "2024-02-28", False),
        (HERE, "990101", "科员", "2024-02-29", "", False),
        (THERE, "990102", "顾问", "2025-01-01", "2025-12-31", True),
    ]


def test_an_older_fact_that_comes_late_changes_no_posting(warehouse: Harness) -> None:
    tell(warehouse, posting(), beside(), version=2)
    tell(warehouse, posting(), version=1)
    assert copies(warehouse) == [MAIN, BESIDE]


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
def test_facts_of_postings_in_any_order_come_to_the_same(
    warehouse: Harness, order: tuple[int, ...]
) -> None:
    told = {
        1: [posting()],
        2: [posting(), beside()],
        3: [posting(), beside(valid_to="2025-12-31")],
    }
    for version in order:
        tell(warehouse, *told[version], version=version)
    assert copies(warehouse) == [MAIN, (*BESIDE[:4], "2025-12-31", True)]


def test_what_is_told_again_rewrites_nothing(warehouse: Harness) -> None:
    def ids() -> list[str]:
        return sorted(each.id for each in ask(warehouse, lambda uow: uow.all(select(PostingCopy))))

    tell(warehouse, posting(), beside())
    before = ids()
    tell(warehouse, posting(), beside())
    assert ids() == before
    tell(warehouse, posting(), beside(), version=2, name="林夏")
    assert len(ids()) == 2
    assert not set(ids()) & set(before)


def test_other_people_keep_their_postings(warehouse: Harness) -> None:
    tell(warehouse, posting(), id="p1")
    tell(warehouse, posting(post="科长"), id="p2")
    tell(warehouse, posting(post="处长"), id="p1", version=2)
    assert sorted(each[2] for each in copies(warehouse)) == ["处长", "科长"]


def test_a_fact_of_a_release_that_told_no_postings_takes_none_away(warehouse: Harness) -> None:
    tell(warehouse, posting(), version=1)
    tell(warehouse, version=2)
    assert copies(warehouse) == [MAIN]


def test_what_was_replaced_is_on_record(warehouse: Harness) -> None:
    tell(warehouse, posting(), beside())
    tell(warehouse, posting(), version=2)
    entry = warehouse.call("list_audit_entries").entries[-1]
    assert entry.act == "warehouse.on_person_changed"
    assert entry.changes.count('"gone":"posting_copies/') == 2
    assert entry.changes.count('"new":"posting_copies/') == 1


def test_a_posting_is_seen_by_those_of_its_unit_wherever_the_person_is_from(
    warehouse: Harness,
) -> None:
    tell(warehouse, posting(), beside())
    district = Principal("district", scope=(Realm("990102"),))
    assert copies(warehouse, district) == [BESIDE]


def test_what_the_directory_tells_arrives(harness_of: Callable[..., Harness]) -> None:
    directory, warehouse = harness_of(directory_service), harness_of(warehouse_service)
    units = [register_unit(directory, region_code=code) for code in ("990101", "990102")]
    person = register_person(directory, units[0])
    add(directory, person, units[1])
    end(directory, person, concurrent(directory, person), valid_to="2025-12-31")
    fields = {"rank": "RANK_SECTION_HEAD", "valid_from": "2024-02-29"}
    directory.call("change_person", person_id=person.id, **fields)
    facts = directory.facts(events_pb2.PersonChanged)
    for version in (4, 2, 3, 1, 4):
        deliver(warehouse, facts[version - 1], version)
    assert copies(warehouse) == [
        (units[0].id, "990101", "科员", "2021-07-01", "2024-02-28", False),
        (units[0].id, "990101", "科员", "2024-02-29", "", False),
        (units[1].id, "990102", "顾问", "2025-01-01", "2025-12-31", True),
    ]


def called(harness: Harness, unit_id: str, **given: Any) -> dict[str, list[str]]:
    """By what people of a unit are called, whom one finds."""
    found = ask(harness, lambda uow: serving(uow, [unit_id]), **given)
    return {name: [each.id for each in people] for (_, name), people in found.items()}


def test_people_are_found_by_name_and_account_in_the_units_of_all_their_posts(
    warehouse: Harness,
) -> None:
    tell(warehouse, posting(), beside())
    for unit_id in (HERE, THERE):
        assert called(warehouse, unit_id) == {"林知夏": ["p1"], "lin": ["p1"]}
    assert called(warehouse, "elsewhere") == {}
    assert ask(warehouse, lambda uow: serving(uow, [])) == {}


def test_people_called_the_same_are_all_found(warehouse: Harness) -> None:
    tell(warehouse, posting(), id="p1", subject="lin1")
    tell(warehouse, posting(), id="p2", subject="")
    assert called(warehouse, HERE) == {"林知夏": ["p1", "p2"], "lin1": ["p1"]}


def test_a_post_is_served_from_its_first_to_its_last_day(warehouse: Harness) -> None:
    tell(warehouse, posting(), beside(valid_to="2026-03-02"))
    assert "林知夏" in called(warehouse, THERE)
    warehouse.clock.at = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)  # midnight in China
    assert called(warehouse, THERE) == {}

    def served(unit_id: str, day: str) -> bool:
        on = date.fromisoformat(day)
        return bool(ask(warehouse, lambda uow: serves(uow, "p1", unit_id, on)))

    days = ("2024-12-31", "2025-01-01", "2026-03-02", "2026-03-03")
    assert [served(THERE, day) for day in days] == [False, True, True, False]
    assert served(HERE, "2026-03-03")


def test_people_out_of_scope_are_not_found(warehouse: Harness) -> None:
    tell(warehouse, posting(), beside())
    district = Principal("district", scope=(Realm("990102"),))
    assert called(warehouse, THERE, user=district) == {}
