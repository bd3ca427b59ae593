"""What may be done with purchases: ask first, answer what is offered, be cleared."""

from __future__ import annotations

from typing import Any

from chassis.approvals.consent import consent, withdraw
from chassis.approvals.model import Approval, ApprovalState
from chassis.days import day_of
from chassis.errors import InvalidInput, Violation
from chassis.storage import Reader, UnitOfWork
from chassis.usecases import Step, command, query
from chassis.wire import Values
from warehouse.purchases import facts, flow, queries
from warehouse.purchases.model import Purchase, PurchaseState
from warehouse.purchases.offers import OfferState, PurchaseOffer
from warehouse.purchases.schemas import (
    AnswerOffersSchema,
    GetClearanceSchema,
    ListPurchasesSchema,
    RequestPurchaseSchema,
    VerifyClearanceSchema,
)
from warehouse.stores.owners import callers_unit


@command(RequestPurchaseSchema())
def request_purchase(uow: UnitOfWork, request: Values) -> Purchase:
    """Offers what the stores have; cleared at once where they have nothing."""
    created = Purchase(
        code=uow.next_numbers("CG")[0],
        state=PurchaseState.PARKED,
        requested_by=uow.principal.subject,
        corrected_by="",
        **request.present("description", "estimated_price_fen", "reason"),
        **{f"need_{name}": value for name, value in request.need.items()},
        **callers_unit(uow),
    )
    uow.add(created)
    facts.publish_request(uow, created)
    flow.go_on(uow, created)
    return created


@command(AnswerOffersSchema())
def answer_offers(uow: UnitOfWork, request: Values) -> Purchase:
    """Takes or refuses every offer that is still to be had, in one call."""
    found = _get(uow, request)
    today = day_of(uow.now)
    flow.note_deadline(uow, found)
    found.begin_answer(uow.principal.subject, today)
    answers = _answers(found, request.answers)
    flow.note_gone(uow, found)
    _require_each(found, answers)
    by = uow.principal.subject
    for offer, told in answers:
        if offer.state is OfferState.GONE:
            continue  # the reply tells so
        if told["decision"] == "take":
            offer.take(by, uow.now)
        else:
            offer.refuse(by, uow.now, told["refusal"], told["remark"])
    taken = [each for each, _ in answers if each.state is OfferState.TAKEN]
    if taken:
        flow.ask_for(uow, found, taken, request.to_place)
    flow.go_on(uow, found)
    return found


@consent(flow.KIND, "购置核准", default=(Step("bureau_head"),))
def on_purchase_decided(uow: UnitOfWork, approval: Approval) -> None:
    found = uow.get(Purchase, approval.document_id, "document_id", lock=True)
    by, note = approval.last_word()
    today = day_of(uow.now)
    match approval.state:
        case ApprovalState.APPROVED:
            found.consent(by, uow.now, note)
            flow.go_on(uow, found)
        case ApprovalState.REJECTED:
            found.reject(by, uow.now, note)
        case ApprovalState.RETURNED:
            last = flow.last_day(uow, found.region_code, today)
            found.take_back(today, last, by, uow.now, note)
        case ApprovalState.RECALLED:
            found.take_back(today, flow.last_day(uow, found.region_code, today))


@command()
def renew_purchase(uow: UnitOfWork, request: Values) -> Purchase:
    """After the deadline: the stores are searched again."""
    found = _get(uow, request)
    flow.note_deadline(uow, found)
    found.renew(uow.principal.subject, day_of(uow.now))
    flow.go_on(uow, found)
    return found


@command()
def withdraw_purchase(uow: UnitOfWork, request: Values) -> Purchase:
    found = withdraw(uow, Purchase, request.purchase_id, "purchase_id", request.etag)
    found.withdraw()
    return found


@query()
def get_purchase(reader: Reader, request: Values) -> Any:
    return queries.one(reader, request.purchase_id)


@query(ListPurchasesSchema())
def list_purchases(reader: Reader, request: Values) -> dict[str, Any]:
    rows, token = queries.page(reader, request)
    return {"purchases": rows, "next_page_token": token}


@query(GetClearanceSchema())
def get_clearance(reader: Reader, request: Values) -> Any:
    return queries.clearance(reader, request.number)


@query(VerifyClearanceSchema())
def verify_clearance(reader: Reader, request: Values) -> dict[str, Any]:
    number = queries.number_of(reader, request.content, request.signature)
    return {"valid": bool(number), "number": number}


def _get(uow: UnitOfWork, request: Values) -> Purchase:
    return uow.get(Purchase, request.purchase_id, "purchase_id", request.etag, lock=True)


def _answers(
    found: Purchase, told: list[dict[str, Any]]
) -> list[tuple[PurchaseOffer, dict[str, Any]]]:
    return [
        (found.offer_of(each["offer_id"], f"answers.{n}.offer_id"), each)
        for n, each in enumerate(told)
    ]


def _require_each(found: Purchase, answers: list[tuple[PurchaseOffer, dict[str, Any]]]) -> None:
    answered = [offer for offer, _ in answers]
    missing = [each for each in found.those(OfferState.OFFERED) if each not in answered]
    if missing:
        raise InvalidInput.of(
            [
                Violation(
                    "answers",
                    "UNANSWERED",
                    f"须逐一答复：{each.item_code} 未答复",
                    f"{each.item_code} is not answered",
                    each.id,
                )
                for each in missing[:100]
            ]
        )
