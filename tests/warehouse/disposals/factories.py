"""Disposal batches, brought as far as a test needs them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from chassis.testing import Harness
from guanjia.warehouse.v1 import disposals_pb2 as pb
from guanjia.warehouse.v1 import items_pb2 as ip
from tests.warehouse.factories import decide, item_object, stocked
from warehouse.disposals.lines import BatchSale
from warehouse.disposals.model import DisposalBatch, DisposalBatchState, DisposalKind

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DAY = date(2026, 3, 2)


def sale_object(income_fen: int = 50_000) -> BatchSale:
    return BatchSale.of("PJ-1", "云澜拍卖行", DAY, income_fen, "wang", NOW)


def batch_object(
    state: DisposalBatchState = DisposalBatchState.DRAFT,
    kind: DisposalKind = DisposalKind.AUCTION,
) -> DisposalBatch:
    """A batch of one item, which is appraised."""
    made = DisposalBatch(
        code="PC-2026-000001",
        state=state,
        kind=kind,
        reason="超期老旧",
        requested_by="zhang",
        corrected_by="",
        region_code="990100",
        unit_id="",
        unit_name="云澜市机关事务管理局",
        receiver="",
        income_fen=0,
        updated_at=NOW,
    )
    item = item_object()
    made.lists([item])
    made.lines[0].appraise(60_000, "云澜评估", DAY)
    return made


def kind_of(word: str) -> str:
    return f"DISPOSAL_KIND_{word}"


def draft(warehouse: Harness, items: Sequence[Any], kind: str = "AUCTION", **changes: Any) -> Any:
    fields = {
        "kind": kind_of(kind),
        "reason": "超期老旧",
        "item_ids": [each.id for each in items],
    } | changes
    return warehouse.call("create_disposal_batch", **fields)


def appraise(warehouse: Harness, batch: Any, *values_fen: int, **changes: Any) -> Any:
    """Each line at its value, or all at the one that is given; 600 yuan if none is."""
    values = values_fen if len(values_fen) > 1 else (values_fen or (60_000,)) * len(batch.lines)
    lines = [
        {"item_id": each.item_id, "appraised_fen": value}
        for each, value in zip(batch.lines, values, strict=True)
    ]
    fields = {"lines": lines, "appraiser": "云澜评估"} | changes
    return warehouse.call("appraise_disposal_batch", disposal_batch_id=batch.id, **fields)


def submit(warehouse: Harness, batch: Any, **changes: Any) -> Any:
    return warehouse.call("submit_disposal_batch", disposal_batch_id=batch.id, **changes)


def approved(
    warehouse: Harness,
    items: Sequence[Any] | int = 1,
    kind: str = "AUCTION",
    values_fen: Sequence[int] = (),
    **appraisal: Any,
) -> Any:
    """A batch of these items, or of so many new ones, that was consented to."""
    listed = stocked(warehouse, items) if isinstance(items, int) else items
    batch = draft(warehouse, listed, kind)
    if kind != "DONATION":
        appraise(warehouse, batch, *values_fen, **appraisal)
    decide(warehouse, submit(warehouse, batch).approval_id)
    return read(warehouse, batch)


def sell(
    warehouse: Harness, batch: Any, incomes_fen: Mapping[str, int], voucher: str, **changes: Any
) -> Any:
    """Records these incomes, by item id."""
    lines = [{"item_id": id, "income_fen": fen} for id, fen in incomes_fen.items()]
    fields = {"lines": lines, "buyer": "云澜拍卖行", "voucher": voucher} | changes
    return warehouse.call("record_disposal_sale", disposal_batch_id=batch.id, **fields)


def read(warehouse: Harness, batch: Any) -> Any:
    return warehouse.call("get_disposal_batch", disposal_batch_id=batch.id)


def states(warehouse: Harness, *items: Any) -> list[str]:
    """In which states the cards are."""
    found = [warehouse.call("get_item", item_id=each.id).state for each in items]
    return [ip.ItemState.Name(each).removeprefix("ITEM_STATE_") for each in found]


def lines_of(batch: Any) -> list[str]:
    """In which states the lines are."""
    prefix = "DISPOSAL_LINE_STATE_"
    return [pb.DisposalLineState.Name(each.state).removeprefix(prefix) for each in batch.lines]
