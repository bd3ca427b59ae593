"""What may be done with disposal batches."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, select

from chassis.approvals.consent import ask, consent, withdraw
from chassis.approvals.model import Approval, ApprovalState
from chassis.days import day_of
from chassis.errors import AlreadyExists
from chassis.spans import not_ahead
from chassis.storage import Reader, UnitOfWork
from chassis.usecases import Step, command, query
from chassis.wire import Values
from warehouse.disposals import flow, queries, report
from warehouse.disposals.facts import publish_completion
from warehouse.disposals.lines import BatchLine, BatchSale
from warehouse.disposals.model import DisposalBatch, DisposalBatchState
from warehouse.disposals.queries import BATCHES
from warehouse.disposals.schemas import (
    AppraisalSchema,
    CreateDisposalBatchSchema,
    DonationSchema,
    ListDisposalBatchesSchema,
    ListDisposalLinesSchema,
    ReportDisposalsSchema,
    SaleSchema,
    UpdateDisposalBatchSchema,
)
from warehouse.items.model import Item
from warehouse.items.movements import Cause

KIND = "warehouse.disposal"
_BY_ID = select(BATCHES).where(BATCHES.c.id == bindparam("disposal_batch_id"))


@command(CreateDisposalBatchSchema())
def create_disposal_batch(uow: UnitOfWork, request: Values) -> DisposalBatch:
    items = flow.chosen(uow, request.item_ids)
    listed = [items[each] for each in request.item_ids]
    created = DisposalBatch(
        code=uow.next_numbers("PC")[0],
        state=DisposalBatchState.DRAFT,
        requested_by=uow.principal.subject,
        **request.present("kind", "reason"),
        **flow.owner_of(listed[0]),
    )
    created.lists(listed)
    uow.add(created)
    _list_for_disposal(uow, created, listed)
    return created


@command(UpdateDisposalBatchSchema())
def update_disposal_batch(uow: UnitOfWork, request: Values) -> DisposalBatch:
    found = _get(uow, request)
    found.require_draft()
    before = {each.item_id: each for each in found.lines}
    items = flow.chosen(uow, request.item_ids, before)
    listed = [items[each] for each in request.item_ids]
    found.correct(uow.principal.subject, request.reason, listed)
    found.belong_to(**flow.owner_of(listed[0]))
    _list_for_disposal(uow, found, [each for each in listed if each.id not in before])
    flow.keep(uow, found, [line for id, line in before.items() if id not in request.item_ids])
    return found


@command(AppraisalSchema())
def appraise_disposal_batch(uow: UnitOfWork, request: Values) -> DisposalBatch:
    found = _get(uow, request)
    day = not_ahead(request.get("appraised_on"), uow.now, "appraised_on")
    values_fen = {each["item_id"]: each["appraised_fen"] for each in request.lines}
    found.appraise(uow.principal.subject, values_fen, request.appraiser, day)
    return found


@command()
def submit_disposal_batch(uow: UnitOfWork, request: Values) -> DisposalBatch:
    found = _get(uow, request)
    found.submit(uow.principal.subject)
    asked = ask(uow, KIND, found, title=found.reason, amount_fen=found.amount_fen)
    found.approval_id = asked.id
    return found


@consent(KIND, "公物仓资产处置", default=(Step("bureau_head"),))
def on_disposal_batch_decided(uow: UnitOfWork, approval: Approval) -> None:
    found = uow.get(DisposalBatch, approval.document_id, "document_id", lock=True)
    by, note = approval.last_word()
    match approval.state:
        case ApprovalState.APPROVED:
            found.approve(by, uow.now, note)
        case ApprovalState.REJECTED:
            flow.keep(uow, found, found.reject(by, uow.now, note))
        case ApprovalState.RETURNED:
            found.take_back(by, uow.now, note)
        case ApprovalState.RECALLED:
            found.take_back()


@command()
def withdraw_disposal_batch(uow: UnitOfWork, request: Values) -> DisposalBatch:
    id = request.disposal_batch_id
    found = withdraw(uow, DisposalBatch, id, "disposal_batch_id", request.etag)
    flow.keep(uow, found, found.withdraw())
    return found


@command(SaleSchema())
def record_disposal_sale(uow: UnitOfWork, request: Values) -> DisposalBatch:
    found = _get(uow, request)
    day = not_ahead(request.get("sold_on"), uow.now, "sold_on")
    incomes_fen = {each["item_id"]: each["income_fen"] for each in request.lines}
    by, total = uow.principal.subject, sum(incomes_fen.values())
    sale = BatchSale.of(request.voucher, request.buyer, day, total, by, uow.now)
    _require_new(uow, found, sale, incomes_fen)
    sold = found.sell(sale, incomes_fen)
    flow.require_floor(uow, found, sale, sold)
    _gone(uow, found, sold)
    return found


@command(DonationSchema())
def donate_disposal_batch(uow: UnitOfWork, request: Values) -> DisposalBatch:
    found = _get(uow, request)
    day = not_ahead(request.get("handed_on"), uow.now, "handed_on")
    _gone(uow, found, found.donate(request.receiver, day))
    return found


@command()
def complete_disposal_batch(uow: UnitOfWork, request: Values) -> DisposalBatch:
    found = _get(uow, request)
    flow.keep(uow, found, found.complete(day_of(uow.now)))
    publish_completion(uow, found)
    return found


@query()
def get_disposal_batch(reader: Reader, request: Values) -> Any:
    id = {"disposal_batch_id": request.disposal_batch_id}
    return queries.with_parts(reader, [reader.row(_BY_ID, id, "disposal_batch_id")])[0]


@query(ListDisposalBatchesSchema())
def list_disposal_batches(reader: Reader, request: Values) -> dict[str, Any]:
    rows, token = reader.page(queries.batches(request), [BATCHES.c.code], request)
    found = queries.with_parts(reader, rows)
    return {"disposal_batches": found, "next_page_token": token}


@query(ListDisposalLinesSchema())
def list_disposal_lines(reader: Reader, request: Values) -> dict[str, Any]:
    rows, token = reader.page(queries.lines(request), [queries.LINES.c.id], request)
    return {"lines": rows, "next_page_token": token}


@query(ReportDisposalsSchema())
def report_disposals(reader: Reader, request: Values) -> dict[str, Any]:
    today = day_of(reader.now)
    year, region_code = request.year or today.year, request.region_code
    return report.told(today, queries.left_in(reader, year, region_code), year, region_code)


def _get(uow: UnitOfWork, request: Values) -> DisposalBatch:
    id = request.disposal_batch_id
    return uow.get(DisposalBatch, id, "disposal_batch_id", request.etag, lock=True)


def _list_for_disposal(uow: UnitOfWork, batch: DisposalBatch, items: Iterable[Item]) -> None:
    cause = Cause.of(uow, batch)
    uow.add(*(each.list_for_disposal(cause) for each in items))


def _gone(uow: UnitOfWork, batch: DisposalBatch, lines: Iterable[BatchLine]) -> None:
    """The items of these lines left; with the last of them the batch is over."""
    flow.depart(uow, batch, lines)
    if batch.settle(day_of(uow.now)):
        publish_completion(uow, batch)


def _require_new(
    uow: UnitOfWork, batch: DisposalBatch, sale: BatchSale, incomes_fen: dict[str, int]
) -> None:
    """Refuses a receipt that is recorded already, also with the same content: income counts
    once."""
    known = batch.sale(sale.voucher)
    if known is not None:
        sold = {each.item_id: each.income_fen for each in batch.lines if each.sale_id == known.id}
        same = (known.buyer, known.sold_on, sold) == (sale.buyer, sale.sold_on, incomes_fen)
        if same:
            raise AlreadyExists.key(
                "voucher", "ALREADY_RECORDED", "该票据已登记，内容相同", "recorded already"
            )
    if known is not None or uow.taken(BatchSale.voucher, [sale.voucher]):
        raise AlreadyExists.key(
            "voucher", "VOUCHER_TAKEN", "该票据号已用于其他收入", "the receipt is another sale's"
        )
