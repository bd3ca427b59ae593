"""What may be done with leases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from chassis.days import day_of
from chassis.errors import AlreadyExists, IllegalState
from chassis.spans import not_ahead
from chassis.storage import Reader, UnitOfWork
from chassis.storage.columns import new_id
from chassis.usecases import command, query
from chassis.wire import Values
from housing.leases import arrears, lettings, queries, rent, report, view
from housing.leases.importing import Importing
from housing.leases.model import Lease, LeaseDirection, LeaseState
from housing.leases.norms import RENEWAL_NEEDS_TENDER
from housing.leases.parts import LeaseReceipt, LeaseRefund, LeaseReminder
from housing.leases.schemas import (
    CancelLeaseSchema,
    ListChargesSchema,
    ListLeasesSchema,
    RecordReceiptSchema,
    RecordRefundSchema,
    RenewLeaseSchema,
    ReportArrearsSchema,
    ReportRentSchema,
    ReverseReceiptSchema,
    SendReminderSchema,
    SignLeaseSchema,
    TerminateLeaseSchema,
    TermsSchema,
    UpdateLeaseSchema,
)
from housing.properties.model import Property

_AGREED = (
    "direction",
    "premises",
    "counterparty",
    "contact_phone",
    "area_m2",
    "rent_fen",
    "period_months",
    "pay_within_days",
    "deposit_fen",
    "whole_property",
)
_ANEW = ("code", "end_on", "tendered", "tender_number", "note")
_PLACE = (*lettings.PLACE, "unit_id", *lettings.OF_PROPERTY)
_RENEGOTIATED = ("rent_fen", "period_months", "pay_within_days", "deposit_fen")


@command(SignLeaseSchema())
def sign_lease(uow: UnitOfWork, request: Values) -> dict[str, Any]:
    id = request.property_id
    building = uow.get(Property, id, "property_id", lock=True) if id else None
    place = lettings.place_of(request, building)
    place = lettings.belonging(place, lettings.unit_of(uow, place))
    agreed = request.present("start_on", *_AGREED, *_ANEW) | place
    return _told(uow, _sign(uow, agreed, building))


@command()
def import_leases(uow: UnitOfWork, request: Values) -> dict[str, Any]:
    """Takes new contract numbers, counts unchanged ones, refuses the rest row by row."""
    return Importing.of(uow, request.rows)


@command(UpdateLeaseSchema(partial=True))
def update_lease(uow: UnitOfWork, request: Values) -> dict[str, Any]:
    found = _get(uow, request)
    for name, value in request.present("contact_phone", "note").items():
        setattr(found, name, value)
    return _told(uow, found)


@command(RenewLeaseSchema(partial=("rent_fen", "period_months", "pay_within_days", "deposit_fen")))
def renew_lease(uow: UnitOfWork, request: Values) -> dict[str, Any]:
    before = _get(uow, request)
    before.require("续租", "renew the lease", LeaseState.ACTIVE)
    if uow.taken(Lease.renews_id, [before.id], Lease.state == LeaseState.ACTIVE):
        raise AlreadyExists.key("lease_id", "ALREADY_RENEWED", "该租赁已续租", "already renewed")
    agreed = {name: getattr(before, name) for name in (*_AGREED, *_PLACE)}
    agreed |= request.present(*_ANEW, *_RENEGOTIATED)
    agreed |= {"start_on": before.end_on + timedelta(days=1), "renews_id": before.id}
    TermsSchema().clean(agreed)
    _require_tender(uow, agreed)
    return _told(uow, _sign(uow, agreed, _building_of(uow, before)))


@command(TerminateLeaseSchema())
def terminate_lease(uow: UnitOfWork, request: Values) -> dict[str, Any]:
    found = _get(uow, request)
    last = not_ahead(request.terminated_on, uow.now, "terminated_on")
    found.terminate(last, request.reason, day_of(uow.now))
    uow.flush()
    lettings.vacate(uow, found)
    return _told(uow, found)


@command(CancelLeaseSchema())
def cancel_lease(uow: UnitOfWork, request: Values) -> dict[str, Any]:
    found = _get(uow, request)
    found.cancel(request.reason, day_of(uow.now))
    uow.flush()
    lettings.vacate(uow, found)
    return _told(uow, found)


@command(RecordReceiptSchema())
def record_receipt(uow: UnitOfWork, request: Values) -> dict[str, Any]:
    found = _get(uow, request)
    _require_new_voucher(uow, request.voucher)
    receipt = LeaseReceipt(
        id=new_id(),
        received_on=not_ahead(request.received_on, uow.now, "received_on"),
        recorded_by=uow.principal.subject,
        **request.present("voucher", "amount_fen", "payer"),
    )
    found.receive(receipt, day_of(uow.now), in_advance=request.in_advance)
    return _told(uow, found)


@command(ReverseReceiptSchema())
def reverse_receipt(uow: UnitOfWork, request: Values) -> dict[str, Any]:
    found = _get(uow, request)
    found.reverse(request.receipt_id, uow.principal.subject, uow.now, request.reason)
    return _told(uow, found)


@command(RecordRefundSchema())
def record_refund(uow: UnitOfWork, request: Values) -> dict[str, Any]:
    found = _get(uow, request)
    _require_new_voucher(uow, request.voucher)
    refund = LeaseRefund(
        id=new_id(),
        refunded_on=not_ahead(request.refunded_on, uow.now, "refunded_on"),
        recorded_by=uow.principal.subject,
        **request.present("voucher", "amount_fen", "payee"),
    )
    found.refund(refund)
    return _told(uow, found)


@command(SendReminderSchema())
def send_reminder(uow: UnitOfWork, request: Values) -> dict[str, Any]:
    found = _get(uow, request)
    sent_on = not_ahead(request.sent_on, uow.now, "sent_on")
    by = uow.principal.subject
    found.remind(
        LeaseReminder(id=new_id(), sent_on=sent_on, sent_by=by, **request.present("level", "text"))
    )
    return _told(uow, found)


@query()
def get_lease(reader: Reader, request: Values) -> Any:
    return queries.whole_lease(reader, request.lease_id)


@query()
def reveal_lease(reader: Reader, request: Values) -> Any:
    return queries.whole_lease(reader, request.lease_id)


@query(ListLeasesSchema())
def list_leases(reader: Reader, request: Values) -> dict[str, Any]:
    sought = queries.leases_sought(request, day_of(reader.now))
    keys = [queries.LEASES.c.last_day, queries.LEASES.c.id]
    rows, token = reader.page(sought, keys, request)
    return {"leases": queries.with_totals(reader, rows), "next_page_token": token}


@query(ListChargesSchema())
def list_charges(reader: Reader, request: Values) -> dict[str, Any]:
    today = day_of(reader.now)
    day = request.day or today
    keys = [queries.CHARGES.c.lease_id, queries.CHARGES.c.position]
    rows, token = reader.page(arrears.charges_sought(request, day, today), keys, request)
    return {"charges": [arrears.told(row, day) for row in rows], "next_page_token": token}


@query(ReportArrearsSchema())
def report_arrears(reader: Reader, request: Values) -> dict[str, Any]:
    today = day_of(reader.now)
    day = request.day or today
    by_age, total = arrears.sums(reader, request.region_code, day, today)
    return report.arrears(day, by_age, total, request.region_code)


@query(ReportRentSchema())
def report_rent(reader: Reader, request: Values) -> dict[str, Any]:
    today = day_of(reader.now)
    year = request.year or today.year
    sought = {"year": year, "region_code": request.region_code}
    if request.grouping == "property_kind":
        by_kind = rent.by_property_kind(reader, request.region_code, year)
        return report.rent_by_kind(today, by_kind, sought)
    by_direction = rent.by_direction(reader, request.region_code, year)
    return report.rent_by_direction(today, by_direction, sought)


def _get(uow: UnitOfWork, request: Values) -> Lease:
    return uow.get(Lease, request.lease_id, "lease_id", request.etag, lock=True)


def _told(uow: UnitOfWork, lease: Lease) -> dict[str, Any]:
    uow.flush()
    paid = [each for receipt in lease.receipts for each in receipt.standing]
    parts = (lease.charges, lease.receipts, paid, lease.reminders, lease.refunds)
    return view.whole(lease, *parts, day_of(uow.now))


def _sign(uow: UnitOfWork, agreed: dict[str, Any], building: Property | None) -> Lease:
    if uow.taken(Lease.code, [agreed["code"]]):
        raise AlreadyExists.key("code", "CODE_TAKEN", "合同编号已登记", "this number is known")
    if building is not None:
        lettings.require_lettable(building, agreed["direction"])
        lettings.require_free(uow, building, agreed)
    signed = Lease.sign(**agreed)
    uow.add(signed)
    uow.flush()
    if building is not None:
        lettings.occupy(uow, signed, building)
    return signed


def _require_new_voucher(uow: UnitOfWork, voucher: str) -> None:
    """One of a receipt that was reversed may be recorded again."""
    live = LeaseReceipt.reversed_at.is_(None)
    received = uow.taken(LeaseReceipt.voucher, [voucher], live)
    if received or uow.taken(LeaseRefund.voucher, [voucher]):
        raise AlreadyExists.key(
            "voucher", "VOUCHER_TAKEN", "该凭证号已登记", "this voucher is recorded"
        )


def _building_of(uow: UnitOfWork, lease: Lease) -> Property | None:
    if not lease.property_id:
        return None
    return uow.get(Property, lease.property_id, "property_id", lock=True)


def _require_tender(uow: UnitOfWork, agreed: dict[str, Any]) -> None:
    """What is let for rent goes to tender anew where the rule is in force on the first day."""
    if agreed["direction"] != LeaseDirection.OUT or not agreed["rent_fen"] or agreed["tendered"]:
        return
    rule = RENEWAL_NEEDS_TENDER.in_force(uow, agreed["region_code"], agreed["start_on"])
    if rule.get():
        raise IllegalState(
            "TENDER_REQUIRED",
            "出租房产续租须公开招租",
            "what is let goes to public tender before it is let again",
        )
