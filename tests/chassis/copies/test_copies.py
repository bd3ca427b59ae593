"""Each service's copy of the directory, and what follows it, whatever order facts come in."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from chassis.copies.calendar import Calendar
from chassis.errors import IllegalState
from chassis.principal import itself
from chassis.storage import UnitOfWork
from chassis.storage.reader import Context
from chassis.testing import Harness
from cli.sample.city import units
from guanjia.directory.v1 import directory_pb2 as pb
from guanjia.directory.v1 import events_pb2
from housing.service import service as housing_service
from tests.housing.factories import USCC, asset_fields, create_disposal, create_property
from warehouse.service import service as warehouse_service

OLD, NEW = "0190b6e0-7d5c-7a3e-8f00-000000000001", "0190b6e0-7d5c-7a3e-8f00-000000000002"
OTHER_USCC = "91110000600037341L"
pytestmark = pytest.mark.row("P06")


@pytest.fixture
def housing(harness_of: Callable[..., Harness]) -> Harness:
    return harness_of(housing_service)


def unit(id: str = OLD, version: int = 1, **given: Any) -> pb.Unit:
    fields = {
        "uscc": USCC if id == OLD else OTHER_USCC,
        "name": "云澜市财政局" if id == OLD else "云澜市财政和国资局",
        "region_code": "990100",
        "valid_from": "2020-01-01",
    }
    return pb.Unit(id=id, etag=str(version), **fields | given)


def register(harness: Harness, told: pb.Unit) -> None:
    harness.react("on_unit_registered", events_pb2.UnitRegistered(unit=told))


def rename(harness: Harness, name: str, version: int) -> None:
    harness.react("on_unit_changed", events_pb2.UnitChanged(unit=unit(version=version, name=name)))


def merge(harness: Harness, version: int = 2) -> None:
    ended = unit(version=version, valid_to="2026-02-28", successor_ids=[NEW])
    fact = events_pb2.UnitMerged(ended=[ended], into=[unit(NEW)], valid_from="2026-03-01")
    harness.react("on_unit_merged", fact)


def of(housing: Harness, property_id: str) -> tuple[str, str, str]:
    found = housing.call("get_property", property_id=property_id)
    return found.unit_id, found.unit_name, found.unit_uscc


def test_a_property_takes_its_unit_from_the_directory(housing: Harness) -> None:
    register(housing, unit())
    made = create_property(housing, unit_uscc=USCC, unit_name="财政局（旧称）")
    assert (made.unit_id, made.unit_name) == (OLD, "云澜市财政局")


def test_a_property_whose_unit_is_not_known_yet_gets_it_once_it_is(housing: Harness) -> None:
    made = create_property(housing, unit_uscc=USCC, unit_name="财政局（旧称）")
    assert (made.unit_id, made.unit_name) == ("", "财政局（旧称）")
    register(housing, unit())
    assert of(housing, made.id) == (OLD, "云澜市财政局", USCC)


def test_a_renamed_unit_is_renamed_here_and_documents_keep_the_old_name(housing: Harness) -> None:
    register(housing, unit())
    made = create_property(housing, unit_uscc=USCC)
    document = create_disposal(housing, property_id=made.id)
    rename(housing, "云澜市财政管理局", 2)
    assert of(housing, made.id) == (OLD, "云澜市财政管理局", USCC)
    read = housing.call("get_disposal", disposal_id=document.id)
    assert read.unit_name == "云澜市财政局"


def test_an_older_fact_that_comes_late_changes_nothing(housing: Harness) -> None:
    register(housing, unit())
    made = create_property(housing, unit_uscc=USCC)
    rename(housing, "第三个名称", 3)
    rename(housing, "第二个名称", 2)
    assert of(housing, made.id)[1] == "第三个名称"


def test_a_renaming_that_comes_before_the_registration_counts(housing: Harness) -> None:
    rename(housing, "云澜市财政管理局", 2)
    register(housing, unit())
    made = create_property(housing, unit_uscc=USCC)
    assert made.unit_name == "云澜市财政管理局"


def test_what_refers_to_a_merged_unit_follows_and_documents_keep_the_name(housing: Harness) -> None:
    register(housing, unit())
    made = create_property(housing, unit_uscc=USCC)
    document = create_disposal(housing, property_id=made.id)
    merge(housing)
    assert of(housing, made.id) == (NEW, "云澜市财政和国资局", OTHER_USCC)
    read = housing.call("get_disposal", disposal_id=document.id)
    assert (read.unit_id, read.unit_name) == (OLD, "云澜市财政局")


def test_what_is_registered_under_a_merged_unit_belongs_to_its_successor(housing: Harness) -> None:
    register(housing, unit())
    merge(housing)
    made = create_property(housing, unit_uscc=USCC)
    assert (made.unit_id, made.unit_name) == (NEW, "云澜市财政和国资局")


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_facts_in_any_order_come_to_the_same(
    harness_of: Callable[..., Harness], order: tuple[int, ...]
) -> None:
    housing = harness_of(housing_service)
    made = create_property(housing, unit_uscc=USCC)
    acts: list[Callable[[], None]] = [
        lambda: register(housing, unit()),
        lambda: rename(housing, "第二个名称", 2),
        lambda: merge(housing, 3),
        lambda: register(housing, unit(NEW)),
    ]
    for each in order:
        acts[each]()
    assert of(housing, made.id) == (NEW, "云澜市财政和国资局", OTHER_USCC)


def test_a_successor_that_is_told_of_last_brings_the_rows_along(housing: Harness) -> None:
    register(housing, unit())
    made = create_property(housing, unit_uscc=USCC)
    ended = unit(version=2, valid_to="2026-02-28", successor_ids=[NEW])
    housing.react("on_unit_changed", events_pb2.UnitChanged(unit=ended))
    assert of(housing, made.id)[0] == OLD
    register(housing, unit(NEW))
    assert of(housing, made.id) == (NEW, "云澜市财政和国资局", OTHER_USCC)


def test_rows_go_to_the_end_of_a_chain_of_successors_told_backwards(housing: Harness) -> None:
    made = create_property(housing, unit_uscc=USCC)
    last = "0190b6e0-7d5c-7a3e-8f00-000000000003"
    code = units()[1]["uscc"]
    register(housing, unit(last, uscc=code, name="最后的单位"))
    register(housing, unit(NEW, version=2, valid_to="2026-02-28", successor_ids=[last]))
    register(housing, unit(version=2, valid_to="2025-02-28", successor_ids=[NEW]))
    assert of(housing, made.id) == (last, "最后的单位", code)


def test_a_store_and_its_items_follow_their_owner(harness_of: Callable[..., Harness]) -> None:
    warehouse = harness_of(warehouse_service)
    register(warehouse, unit())
    fields = {
        "code": "S1",
        "name": "一号仓",
        "kind": "STORE_KIND_PHYSICAL",
        "region_code": "990100",
        "owner_name": "随便什么",
        "owner_uscc": USCC,
    }
    store = warehouse.call("create_store", **fields)
    assert (store.unit_id, store.owner_name) == (OLD, "云澜市财政局")
    intake = warehouse.call("offer_asset", asset=asset_fields())
    item = warehouse.call(
        "accept_intake", intake_id=intake.id, store_id=store.id, place="A-1", value_fen=1
    ).item_id
    rename(warehouse, "云澜市财政管理局", 2)
    held = warehouse.call("get_item", item_id=item)
    assert (held.unit_id, held.owner_name) == (OLD, "云澜市财政管理局")
    read = warehouse.call("get_store", store_id=store.id)
    assert read.owner_name == "云澜市财政管理局"
    assert int(read.etag) > int(store.etag)


def test_what_followed_is_on_record(housing: Harness) -> None:
    register(housing, unit())
    create_property(housing, unit_uscc=USCC)
    rename(housing, "云澜市财政管理局", 2)
    entry = housing.call("list_audit_entries").entries[-1]
    assert entry.act == "housing.on_unit_changed"
    assert '"table":"properties","rows":1' in entry.changes


def in_a_unit_of_work(housing: Harness, act: Callable[[UnitOfWork], Any]) -> Any:
    with housing.database.reading() as connection:
        context = Context(itself("test"), housing.clock(), "test")
        return act(UnitOfWork(connection, context, housing.database))


def publish(housing: Harness, year: int, version: int = 1, **days: list[str]) -> None:
    told = pb.CalendarYear(year=year, etag=str(version), source="通知", **days)
    housing.react("on_calendar_year_published", events_pb2.CalendarYearPublished(calendar=told))


def test_workdays_are_those_of_the_official_calendar(housing: Harness) -> None:
    publish(housing, 2025, holidays=["2025-10-01", "2025-10-08"], workdays=["2025-10-11"])

    def workdays(uow: UnitOfWork) -> list[bool]:
        days = ("2025-10-08", "2025-10-09", "2025-10-11", "2025-10-12")
        return [Calendar(uow).is_workday(date.fromisoformat(each)) for each in days]

    assert in_a_unit_of_work(housing, workdays) == [False, True, True, False]


@pytest.mark.parametrize("day", ["2024-12-31", "2026-01-01"])
def test_a_year_without_an_official_calendar_is_refused(housing: Harness, day: str) -> None:
    publish(housing, 2025, holidays=["2025-01-01"])
    with pytest.raises(IllegalState) as refused:
        in_a_unit_of_work(housing, lambda uow: Calendar(uow).is_workday(date.fromisoformat(day)))
    assert refused.value.reason == "NO_CALENDAR"


def test_a_corrected_calendar_takes_the_place_of_the_first(housing: Harness) -> None:
    publish(housing, 2026, 2, holidays=["2026-01-02"])
    publish(housing, 2026, 1, holidays=["2026-01-01"])

    def first(uow: UnitOfWork) -> date:
        return Calendar(uow).after(date(2026, 1, 1), 1)

    assert in_a_unit_of_work(housing, first) == date(2026, 1, 5)


def test_people_are_copied_with_nothing_sensitive(housing: Harness) -> None:
    fact = events_pb2.PersonChanged(
        person_id=NEW,
        subject="zhang",
        name="张三",
        unit_id=OLD,
        region_code="990100",
        post="科员",
        rank=pb.RANK_STAFF,
        valid_from="2026-01-01",
    )
    housing.react("on_person_changed", fact)
    with housing.database.reading() as connection:
        row = connection.execute(text("SELECT * FROM person_copies")).one()
    assert (row.name, row.rank, row.valid_to) == ("张三", "staff", "")
