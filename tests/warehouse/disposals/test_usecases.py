"""What may be listed for disposal, and who may list it."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import (
    Conflict,
    IllegalState,
    InvalidInput,
    NotFound,
    PermissionDenied,
)
from chassis.principal import Realm
from chassis.testing import Harness
from guanjia.warehouse.v1 import disposals_pb2 as pb
from guanjia.warehouse.v1 import items_pb2 as ip
from guanjia.warehouse.v1 import transfers_pb2 as tp
from tests.people import person
from tests.refusals import refusal
from tests.together import together
from tests.warehouse.disposals.factories import (
    appraise,
    draft,
    kind_of,
    read,
    states,
    submit,
)
from tests.warehouse.factories import (
    a_unit,
    asked,
    decide,
    granted,
    in_virtual_store,
    lent_item,
    somebody,
    stocked,
)

pytestmark = pytest.mark.row("W10")
NOBODY = "0190b6e0-7d5c-7a3e-8f00-0123456789ab"


def test_a_batch_is_drafted_as_it_was_given_and_holds_its_items(warehouse: Harness) -> None:
    items = stocked(warehouse, 2)
    batch = draft(warehouse, items, user="zhang", reason=" 超期老旧 ")
    assert read(warehouse, batch) == batch
    assert (batch.code, batch.state, batch.kind, batch.reason, batch.requested_by) == (
        "PC-2026-000001",
        pb.DISPOSAL_BATCH_STATE_DRAFT,
        pb.DISPOSAL_KIND_AUCTION,
        "超期老旧",
        "zhang",
    )
    assert (batch.region_code, batch.unit_name) == ("990100", "云澜市机关事务管理局")
    assert [(each.item_id, each.item_code, each.value_fen) for each in batch.lines] == [
        (each.id, each.code, 90_000) for each in items
    ]
    assert states(warehouse, *items) == ["IN_DISPOSAL"] * 2
    [*_, entry] = warehouse.call("list_movements", item_id=items[0].id).movements
    assert (entry.kind, entry.document_code) == (ip.MOVEMENT_KIND_DISPOSAL, batch.code)


def test_an_item_in_an_open_transfer_cannot_enter_a_batch(warehouse: Harness) -> None:
    drafted, submitted, reserved, sent, free = stocked(warehouse, 5)
    unit = somebody()
    fields = {"reason": "新增人员", "to_place": "301"}
    warehouse.call("create_transfer", user=unit, item_ids=[drafted.id], **fields)
    asked(warehouse, unit, item_ids=[submitted.id])
    granted(warehouse, unit, item_ids=[reserved.id])
    under_way = granted(warehouse, unit, item_ids=[sent.id])
    warehouse.call("hand_over_transfer", user="keeper", transfer_id=under_way.id)
    with pytest.raises(InvalidInput) as refused:
        draft(warehouse, [free, drafted, submitted, reserved, sent])
    assert [(each.field, each.reason) for each in refused.value.violations] == [
        (f"item_ids.{n}", "ITEM_IN_TRANSFER") for n in (1, 2, 3, 4)
    ]
    assert states(warehouse, free, drafted) == ["IN_STOCK"] * 2


def test_an_item_whose_transfer_came_to_nothing_may_enter_a_batch(warehouse: Harness) -> None:
    [desk] = stocked(warehouse, 1)
    transfer = asked(warehouse, somebody(), item_ids=[desk.id])
    decide(warehouse, transfer.approval_id, "REJECT")
    assert draft(warehouse, [desk]).lines[0].item_id == desk.id


def test_an_item_in_a_batch_is_missed_by_a_transfer(warehouse: Harness) -> None:
    [desk] = stocked(warehouse, 1)
    need = {"class_code": "A0501", "quantity": 1}
    draft(warehouse, [desk])
    assert not warehouse.call("find_items", need=need).items
    fields = {"reason": "新增人员", "to_place": "301", "user": somebody()}
    told = refusal(warehouse, "create_transfer", InvalidInput, item_ids=[desk.id], **fields)
    assert told == ("ITEM_NOT_IN_STOCK", ["item_ids.0"])
    told = refusal(warehouse, "create_transfer", IllegalState, need=need, **fields)
    assert told == ("NOTHING_FITS", [])


def test_of_a_batch_and_a_transfer_at_once_one_gets_the_item(warehouse: Harness) -> None:
    [desk] = stocked(warehouse, 1)
    fields = {"reason": "新增人员", "to_place": "301", "item_ids": [desk.id]}
    transfer = warehouse.call("create_transfer", user=somebody(), **fields)
    warehouse.call("withdraw_transfer", user=somebody(), transfer_id=transfer.id)

    def ask_for_it() -> Any:
        begun = asked(warehouse, somebody(), item_ids=[desk.id])
        decide(warehouse, begun.approval_id)
        return warehouse.call("get_transfer", transfer_id=begun.id)

    listed, got = together(lambda: draft(warehouse, [desk]), ask_for_it)
    is_listed = isinstance(listed, pb.DisposalBatch)
    is_got = isinstance(got, tp.Transfer) and got.state == tp.TRANSFER_STATE_APPROVED
    assert is_listed != is_got
    assert states(warehouse, desk) == ["IN_DISPOSAL" if is_listed else "RESERVED"]


def test_what_is_not_in_stock_or_is_anothers_is_refused_by_its_place(warehouse: Harness) -> None:
    [mine] = stocked(warehouse, 1)
    [theirs] = stocked(warehouse, 1, region_code="990101", owner_name="仓前区机关事务中心")
    lent = lent_item(warehouse)
    fields = {"kind": kind_of("SCRAP"), "reason": "报废"}
    for ids, reason in (
        ([mine.id, lent.id], "ITEM_NOT_IN_STOCK"),
        ([mine.id, theirs.id], "OTHER_OWNER"),
    ):
        told = refusal(warehouse, "create_disposal_batch", InvalidInput, item_ids=ids, **fields)
        assert told == (reason, ["item_ids.1"])
    ids = [mine.id, NOBODY]
    told = refusal(warehouse, "create_disposal_batch", NotFound, item_ids=ids, **fields)
    assert told == ("NOT_FOUND", ["item_ids.1"])


def test_nobody_disposes_of_what_is_outside_their_scope(warehouse: Harness) -> None:
    [desk] = stocked(warehouse, 1)
    stranger = person("he", "store_keeper", realm=Realm("990102"))
    with pytest.raises(PermissionDenied):
        draft(warehouse, [desk], user=stranger)
    batch = draft(warehouse, [desk])
    with pytest.raises(NotFound):
        submit(warehouse, batch, user=stranger)


def test_who_may_not_dispose_of_an_item_does_not_learn_who_asks_for_it(
    warehouse: Harness,
) -> None:
    unit, other = a_unit(warehouse), a_unit(warehouse)
    theirs = in_virtual_store(warehouse, unit)
    asked(warehouse, somebody(), item_ids=[theirs.id])
    with pytest.raises(PermissionDenied) as refused:
        draft(warehouse, [theirs], user=other)
    assert refused.value.reason == "OUT_OF_SCOPE"


def test_a_corrected_batch_exchanges_items(warehouse: Harness) -> None:
    out, stays, comes = stocked(warehouse, 3)
    batch = appraise(warehouse, draft(warehouse, [out, stays]), 10_000, 20_000)
    fields = {"disposal_batch_id": batch.id, "reason": "更正"}
    changed = warehouse.call(
        "update_disposal_batch", item_ids=[comes.id, stays.id], etag=batch.etag, **fields
    )
    assert read(warehouse, batch) == changed
    assert [(each.item_id, each.appraised_fen) for each in changed.lines] == [
        (comes.id, 0),
        (stays.id, 20_000),
    ]
    assert states(warehouse, out, stays, comes) == ["IN_STOCK", "IN_DISPOSAL", "IN_DISPOSAL"]
    draft(warehouse, [out])
    told = refusal(warehouse, "update_disposal_batch", InvalidInput, item_ids=[out.id], **fields)
    assert told == ("ITEM_NOT_IN_STOCK", ["item_ids.0"])
    told = refusal(warehouse, "submit_disposal_batch", InvalidInput, disposal_batch_id=batch.id)
    assert told == ("NOT_APPRAISED", ["lines.0.appraised_fen"])


def test_a_batch_nobody_drafted_is_not_found_and_a_stale_one_refused(warehouse: Harness) -> None:
    batch = draft(warehouse, stocked(warehouse, 1))
    for method in ("submit", "withdraw", "complete"):
        name = f"{method}_disposal_batch"
        told = refusal(warehouse, name, NotFound, disposal_batch_id=NOBODY)
        assert told == ("NOT_FOUND", ["disposal_batch_id"])
        told = refusal(warehouse, name, Conflict, disposal_batch_id=batch.id, etag="9")
        assert told == ("STALE", ["etag"])
