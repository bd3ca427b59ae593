"""Submit once, share: what the directory says is said everywhere, within five seconds."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from cli.platform import Platform
from cli.sample.city import units
from guanjia.housing.v1 import properties_pb2 as hp
from tests.processes import Caller, a_property, some_assets
from tests.waiting import eventually

WITHIN_S = 5
pytestmark = [pytest.mark.row("P06"), pytest.mark.row("W11")]


def a_unit(caller: Caller, number: int) -> tuple[str, str]:
    """Id and code of a unit of the sample city, newly registered."""
    sample = units()[number]
    made = caller.call("directory.register_unit", **sample)
    return made.id, made.uscc


def within_5_s(shown: Callable[[], str], wanted: str, since: float) -> None:
    eventually(lambda: shown() == wanted, within_s=WITHIN_S)
    assert time.monotonic() - since < WITHIN_S


def test_a_unit_renamed_in_the_directory_is_renamed_everywhere_and_documents_keep_the_name(
    caller: Caller,
) -> None:
    id, uscc = a_unit(caller, 3)
    old, new = "云澜市财政局", "云澜市财政和国有资产管理局"

    def a_building() -> hp.Property | None:
        code = f"P06-{time.monotonic_ns()}"
        made: hp.Property = caller.call(
            "housing.create_property", property=a_property(code, unit_uscc=uscc, unit_name=old)
        )
        return made if made.unit_id else None

    building = eventually(a_building)
    assert (building.unit_id, building.unit_name) == (id, old)
    store = caller.call(
        "warehouse.create_store",
        code="P06-S",
        name="财政局分仓",
        kind="STORE_KIND_BRANCH",
        region_code="990100",
        owner_name=old,
        owner_uscc=uscc,
    )
    disposal = caller.call(
        "housing.create_disposal",
        property_id=building.id,
        reason="腾退",
        assets=some_assets(1, "P06"),
    )
    began = time.monotonic()
    caller.call("directory.change_unit", unit_id=id, name=new)

    def of_property() -> str:
        return str(caller.call("housing.get_property", property_id=building.id).unit_name)

    def of_store() -> str:
        return str(caller.call("warehouse.get_store", store_id=store.id).owner_name)

    within_5_s(of_property, new, began)
    within_5_s(of_store, new, began)
    kept = caller.call("housing.get_disposal", disposal_id=disposal.id)
    assert kept.unit_name == old


def test_a_service_that_missed_everything_is_brought_up_to_date(
    platform_of: Callable[..., Platform],
) -> None:
    platform = platform_of("directory", "housing")
    caller = Caller(platform.gateway)
    id, uscc = a_unit(caller, 4)
    building = caller.call("housing.create_property", property=a_property("P06-R", unit_uscc=uscc))

    def shown() -> str:
        return str(caller.call("housing.get_property", property_id=building.id).unit_name)

    eventually(lambda: shown() == units()[4]["name"])
    _forget_copies(platform)
    cursor, told = "", 0
    while True:
        answer = caller.call("directory.republish_master_data", cursor=cursor)
        told, cursor = told + answer.published, answer.next_cursor
        if not cursor:
            break
    assert told >= 1
    later = eventually(
        lambda: (
            caller.call(
                "housing.create_property",
                property=a_property(f"P06-R-{time.monotonic_ns()}", unit_uscc=uscc),
            ).unit_id
            or None
        )
    )
    assert later == id


def _forget_copies(platform: Platform) -> None:
    """Housing's copy is lost, as after an old backup was put back."""
    platform.processes["housing"].stop()
    from sqlalchemy import create_engine, text

    engine = create_engine(platform.layout.databases["housing"])
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM unit_copies"))
    engine.dispose()
    platform.restart("housing")
