"""W02: an asset in a virtual store stays with its unit, and goes from unit to unit."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import IllegalState, NotFound, PermissionDenied
from chassis.principal import Principal
from chassis.testing import Harness
from guanjia.warehouse.v1 import items_pb2 as ip
from guanjia.warehouse.v1 import transfers_pb2 as tp
from tests.refusals import refusal
from tests.warehouse.factories import (
    a_unit,
    accept,
    asset_fields,
    card,
    create_store,
    granted,
    in_virtual_store,
    keeper_of,
    merges,
    received,
    renamed,
    stocked,
)

pytestmark = pytest.mark.row("W02")


@pytest.fixture
def units(warehouse: Harness) -> tuple[Principal, Principal]:
    """A unit that gives and one that gets, of two districts of a city."""
    return a_unit(warehouse, region_code="990101"), a_unit(warehouse, region_code="990102")


def handed_over(warehouse: Harness, user: Principal, transfer_id: str) -> Any:
    return warehouse.call("hand_over_transfer", user=user, transfer_id=transfer_id)


def test_an_accepted_asset_stays_with_its_unit_and_is_seen_by_all(
    warehouse: Harness, units: tuple[Principal, Principal]
) -> None:
    giver, getter = units
    desk = in_virtual_store(warehouse, giver)
    assert (desk.unit_id, desk.owner_name, desk.region_code) == (
        giver.unit_id,
        giver.unit_name,
        "990101",
    )
    assert (desk.state, desk.place, desk.reach) == (ip.ITEM_STATE_IN_STOCK, "原处", "9901")
    [owner_uscc] = _column(warehouse, f"SELECT owner_uscc FROM items WHERE id = '{desk.id}'")
    assert owner_uscc.startswith("91")
    assert warehouse.call("list_items", user=getter).items == [desk]


def test_it_goes_from_unit_to_unit_and_never_through_the_base(
    warehouse: Harness, units: tuple[Principal, Principal]
) -> None:
    giver, getter = units
    [base] = stocked(warehouse, 1)
    desk = in_virtual_store(warehouse, giver)
    transfer = granted(warehouse, getter, item_ids=[desk.id])
    [order] = warehouse.call("list_custody_lines", user=giver).lines
    assert (order.line.from_unit_name, order.line.from_place) == (giver.unit_name, "原处")
    assert (order.to_unit_name, order.to_place) == (getter.unit_name, "三楼 301")
    assert handed_over(warehouse, giver, transfer.id).state == tp.TRANSFER_STATE_IN_TRANSIT
    done = warehouse.call("receive_transfer", user=getter, transfer_id=transfer.id)
    assert done.state == tp.TRANSFER_STATE_COMPLETED
    [line] = warehouse.call("list_custody_lines", user=getter).lines
    assert (line.line.handed_over_by, line.line.received_by) == (giver.subject, getter.subject)
    life = warehouse.call("list_movements", item_id=desk.id).movements
    stood = [(each.after.unit_id, each.after.store_id) for each in life]
    assert stood == [(giver.unit_id, desk.store_id)] * 3 + [(getter.unit_id, "")]
    assert base.store_id not in {each.after.store_id for each in life}
    assert card(warehouse, desk.id).owner_name == getter.unit_name


def test_who_has_nothing_to_do_with_it_hands_over_nothing_and_sees_nothing(
    warehouse: Harness, units: tuple[Principal, Principal]
) -> None:
    giver, getter = units
    desk = in_virtual_store(warehouse, giver)
    transfer = granted(warehouse, getter, item_ids=[desk.id])
    stranger = a_unit(warehouse)
    for user in (stranger, keeper_of("990102"), keeper_of("9902"), getter):
        told = refusal(
            warehouse, "hand_over_transfer", NotFound, user=user, transfer_id=transfer.id
        )
        assert told == ("NOT_FOUND", ["transfer_id"])
    for user in (stranger, keeper_of("9902")):
        assert not warehouse.call("list_custody_lines", user=user).lines
        assert not warehouse.call("list_transfers", user=user).transfers
    assert handed_over(warehouse, keeper_of("990101"), transfer.id).lines[0].handed_over_by


def test_a_unit_that_was_merged_on_the_way_ends_under_its_successor(
    warehouse: Harness, units: tuple[Principal, Principal]
) -> None:
    giver, getter = units
    desk = in_virtual_store(warehouse, giver)
    transfer = granted(warehouse, getter, item_ids=[desk.id])
    heir, taker = a_unit(warehouse), a_unit(warehouse, region_code="990102")
    heir = merges(warehouse, giver, heir)
    moved = card(warehouse, desk.id)
    assert (moved.unit_id, moved.owner_name) == (heir.unit_id, heir.unit_name)
    [line] = warehouse.call("list_custody_lines", user=heir).lines
    assert line.line.from_unit_name == giver.unit_name
    handed_over(warehouse, heir, transfer.id)
    taker = merges(warehouse, getter, taker)
    done = warehouse.call("receive_transfer", user=taker, transfer_id=transfer.id)
    assert done.unit_name == getter.unit_name
    end = card(warehouse, desk.id)
    assert (end.unit_id, end.owner_name) == (taker.unit_id, taker.unit_name)
    last = warehouse.call("list_movements", item_id=desk.id).movements[-1].after
    assert (last.unit_id, last.owner_name) == (taker.unit_id, taker.unit_name)


def test_a_unit_that_was_renamed_on_the_way_owns_under_its_new_name(
    warehouse: Harness, units: tuple[Principal, Principal]
) -> None:
    giver, getter = units
    desk = in_virtual_store(warehouse, giver)
    transfer = granted(warehouse, getter, item_ids=[desk.id])
    giver = renamed(warehouse, giver, "云澜市数据局")
    assert card(warehouse, desk.id).owner_name == "云澜市数据局"
    handed_over(warehouse, giver, transfer.id)
    renamed(warehouse, getter, "云澜市文旅局")
    warehouse.call("receive_transfer", user=getter, transfer_id=transfer.id)
    assert card(warehouse, desk.id).owner_name == "云澜市文旅局"


def test_an_offer_whose_unit_was_merged_meanwhile_is_taken_in_as_its_successor_s(
    warehouse: Harness, units: tuple[Principal, Principal]
) -> None:
    giver, getter = units
    desk = in_virtual_store(warehouse, giver)
    received_ = received(warehouse, getter, item_ids=[desk.id])
    assert received_.state == tp.TRANSFER_STATE_COMPLETED
    again = asset_fields(asset_code=desk.asset.asset_code)
    intake = warehouse.call("offer_asset", user=getter, asset=again)
    heir = merges(warehouse, getter, a_unit(warehouse))
    accept(warehouse, intake, store_id=desk.store_id)
    back = card(warehouse, desk.id)
    assert (back.unit_id, back.owner_name, back.stay) == (heir.unit_id, heir.unit_name, 2)


def test_a_unit_the_directory_does_not_know_cannot_keep_an_asset(warehouse: Harness) -> None:
    store = create_store(warehouse, kind="STORE_KIND_VIRTUAL")
    intake = warehouse.call("offer_asset", asset=asset_fields())
    given = {"intake_id": intake.id, "store_id": store.id, "place": "原处"}
    assert refusal(warehouse, "accept_intake", IllegalState, **given)[0] == "NO_UNIT"


@pytest.mark.parametrize("kind", ["PHYSICAL", "VIRTUAL"])
def test_a_keeper_takes_nothing_into_the_store_of_another_region(
    warehouse: Harness, kind: str, units: tuple[Principal, Principal]
) -> None:
    giver, _ = units
    store = create_store(warehouse, kind=f"STORE_KIND_{kind}", region_code="990100")
    intake = warehouse.call("offer_asset", user=giver, asset=asset_fields())
    with pytest.raises(PermissionDenied):
        accept(warehouse, intake, store_id=store.id, user=keeper_of("990101"))
    assert warehouse.count("items") == 0
    assert accept(warehouse, intake, store_id=store.id, user=keeper_of("9901")).item_id


@pytest.mark.row("W01")
def test_a_card_in_use_comes_back_from_its_owner_only(
    warehouse: Harness, units: tuple[Principal, Principal]
) -> None:
    giver, getter = units
    [desk] = stocked(warehouse, 1)
    received(warehouse, getter, item_ids=[desk.id])
    again = asset_fields(asset_code=desk.asset.asset_code, name="办公桌（旧）")
    told = refusal(warehouse, "offer_asset", IllegalState, user=giver, asset=again)
    assert told == ("OWNED_BY_OTHER", [])
    intake = warehouse.call("offer_asset", user=getter, asset=again)
    accept(warehouse, intake, store_id=desk.store_id, place="B-3", value_fen=40_000)
    back = card(warehouse, desk.id)
    assert (back.state, back.stay, back.place) == (ip.ITEM_STATE_IN_STOCK, 2, "B-3")
    assert (back.code, back.asset.name, back.value_fen) == (desk.code, "办公桌（旧）", 40_000)
    assert (back.owner_name, back.reach) == (desk.owner_name, "9901")
    assert warehouse.count("items") == 1


@pytest.mark.row("W01")
def test_an_asset_a_stocktake_missed_comes_in_again_under_its_card(
    warehouse: Harness, units: tuple[Principal, Principal]
) -> None:
    giver, _ = units
    [desk] = stocked(warehouse, 1)
    _run(
        warehouse,
        f"UPDATE items SET state = 'missing', store_id = NULL, place = '' WHERE id = '{desk.id}'",
    )
    again = asset_fields(asset_code=desk.asset.asset_code)
    intake = warehouse.call("offer_asset", user=giver, asset=again)
    accept(warehouse, intake, store_id=desk.store_id)
    found = card(warehouse, desk.id)
    assert (found.state, found.stay, found.store_id) == (
        ip.ITEM_STATE_IN_STOCK,
        2,
        desk.store_id,
    )


@pytest.mark.row("W01")
def test_who_finds_what_a_stocktake_missed_does_not_come_to_own_it(
    warehouse: Harness, units: tuple[Principal, Principal]
) -> None:
    owner, finder = units
    desk = in_virtual_store(warehouse, owner)
    counted = warehouse.call("open_stocktake", store_id=desk.store_id)
    warehouse.call("post_stocktake", stocktake_id=counted.id)
    again = asset_fields(asset_code=desk.asset.asset_code)
    intakes = [warehouse.call("offer_asset", user=each, asset=again) for each in (finder, owner)]
    for store_id in (desk.store_id, create_store(warehouse).id):
        given = {"intake_id": intakes[0].id, "store_id": store_id, "place": "原处"}
        told = refusal(warehouse, "accept_intake", IllegalState, **given)
        assert told == ("OWNED_BY_OTHER", [])
    accept(warehouse, intakes[1], store_id=desk.store_id)
    back = card(warehouse, desk.id)
    assert (back.state, back.unit_id, back.stay) == (ip.ITEM_STATE_IN_STOCK, owner.unit_id, 2)


def test_a_unit_that_ended_without_successor_gets_nothing_but_may_refuse(
    warehouse: Harness, units: tuple[Principal, Principal]
) -> None:
    giver, getter = units
    desk = in_virtual_store(warehouse, giver)
    transfer = granted(warehouse, getter, item_ids=[desk.id])
    handed_over(warehouse, giver, transfer.id)
    _run(
        warehouse,
        f"UPDATE unit_copies SET valid_to = '2026-03-01' WHERE id = '{getter.unit_id}'",
    )
    told = refusal(
        warehouse, "receive_transfer", IllegalState, user=getter, transfer_id=transfer.id
    )
    assert told == ("UNIT_ENDED", [])
    refused = {"line_id": transfer.lines[0].id, "reason": "REFUSAL_REASON_NO_LONGER_NEEDED"}
    done = warehouse.call(
        "receive_transfer", user=getter, transfer_id=transfer.id, refusals=[refused]
    )
    assert done.state == tp.TRANSFER_STATE_REFUSED
    assert card(warehouse, desk.id).unit_id == giver.unit_id


def test_a_branch_keeps_its_own_place_and_owner(warehouse: Harness) -> None:
    [desk] = stocked(warehouse, 1, kind="STORE_KIND_BRANCH", owner_name="云澜市委党校")
    assert (desk.owner_name, desk.place) == ("云澜市委党校", "A-01")
    getter = a_unit(warehouse)
    transfer = granted(warehouse, getter, item_ids=[desk.id])
    assert transfer.lines[0].from_unit_name == "云澜市委党校"


def _column(warehouse: Harness, statement: str) -> list[Any]:
    with warehouse.database.reading() as connection:
        return [row[0] for row in connection.exec_driver_sql(statement)]


def _run(warehouse: Harness, statement: str) -> None:
    with warehouse.database.transaction() as connection:
        connection.exec_driver_sql(statement)
