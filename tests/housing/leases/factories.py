"""Leases for tests: good ones, with what a test changes."""

from __future__ import annotations

import itertools
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from chassis.days import CHINA
from chassis.principal import Principal
from chassis.testing import Harness
from housing.leases.importing import HEADINGS
from housing.leases.model import Lease, LeaseDirection
from tests.housing.factories import create_property

_numbers = itertools.count(1)


def on(housing: Harness, day: str) -> None:
    """It is nine in the morning of that day."""
    housing.clock.at = datetime.combine(
        date.fromisoformat(day), datetime.min.time().replace(hour=9), CHINA
    )


def lease_fields(**changes: Any) -> dict[str, Any]:
    """What SignLease takes: rent of 30,000 yuan a quarter, from 1 April 2026 for a year."""
    number = next(_numbers)
    return {
        "code": f"HT-{number:05}",
        "direction": "LEASE_DIRECTION_OUT",
        "property_id": "",
        "premises": "政通路12号一层东侧",
        "address": "",
        "region_code": "",
        "unit_name": "",
        "unit_uscc": "",
        "counterparty": "云澜市惠民超市有限公司",
        "contact_phone": "13812345678",
        "area_m2": 320.5,
        "start_on": "2026-04-01",
        "end_on": "2027-03-31",
        "rent_fen": 3_000_000,
        "period_months": 3,
    } | changes


def sign(housing: Harness, user: str | Principal = "clerk", /, **changes: Any) -> Any:
    """A lease of a property of its own, unless one is given."""
    fields = lease_fields(**changes)
    if not fields["property_id"] and fields["direction"] != "LEASE_DIRECTION_IN":
        fields["property_id"] = create_property(housing, use_state="USE_STATE_IDLE").id
    return housing.call("sign_lease", user=user, **fields)


def rented(**changes: Any) -> dict[str, Any]:
    """What SignLease takes for premises rented from others."""
    return lease_fields(
        **{
            "direction": "LEASE_DIRECTION_IN",
            "address": "云澜市滨江路3号",
            "region_code": "990101",
            "unit_name": "云澜市财政局",
            **changes,
        }
    )


def lease_object(**changes: Any) -> Lease:
    """A lease with its plan, in memory."""
    agreed = {
        "code": f"HT-{next(_numbers):05}",
        "direction": LeaseDirection.OUT,
        "property_id": None,
        "property_code": "",
        "premises": "一层东侧",
        "address": "政通路12号",
        "region_code": "990101",
        "unit_id": "",
        "unit_name": "",
        "unit_uscc": "",
        "counterparty": "惠民超市",
        "contact_phone": "",
        "area_m2": Decimal("320.50"),
        "start_on": date(2026, 4, 1),
        "end_on": date(2027, 3, 31),
        "rent_fen": 3_000_000,
        "period_months": 3,
        "pay_within_days": 0,
        "deposit_fen": 0,
        "tendered": False,
        "tender_number": "",
        "whole_property": False,
        "note": "",
    }
    made = Lease.sign(**agreed | changes)
    made.updated_at = datetime(2026, 4, 1, tzinfo=CHINA)
    return made


def receive(housing: Harness, lease_id: str, amount_fen: int, **changes: Any) -> Any:
    """The lease once this was received; the voucher has a number of its own."""
    fields = {"voucher": f"PZ-{next(_numbers):05}", "payer": "云澜市惠民超市有限公司"} | changes
    return housing.call("record_receipt", lease_id=lease_id, amount_fen=amount_fen, **fields)


def refund(housing: Harness, lease_id: str, amount_fen: int, **changes: Any) -> Any:
    """The lease once this was given back; the voucher has a number of its own."""
    fields = {"voucher": f"TK-{next(_numbers):05}", "payee": "云澜市惠民超市有限公司"} | changes
    return housing.call("record_refund", lease_id=lease_id, amount_fen=amount_fen, **fields)


def got(lease: Any) -> list[int]:
    """What each charge got, in yuan."""
    return [each.received_fen // 100 for each in lease.charges]


def cells(code: str, /, **changes: str) -> dict[str, str]:
    """One row of a ledger, heading to text; changes go by field."""
    values = {
        "code": code,
        "direction": "出租",
        "property_code": "YL-1",
        "premises": "一层东侧",
        "address": "云澜市政通路12号",
        "region_code": "990101",
        "counterparty": "惠民超市",
        "area_m2": "320.50",
        "start_on": "2026-04-01",
        "end_on": "2027-03-31",
        "rent_fen": "30,000",
        "period_months": "3",
        "pay_within_days": "",
        "deposit_fen": "",
        "unit_name": "云澜市财政局",
        "unit_uscc": "",
        "tendered": "是",
        "tender_number": "",
        "note": "",
        "opening_received_fen": "",
    } | changes
    return {HEADINGS[name]: text for name, text in values.items()}


def sent(housing: Harness, rows: list[dict[str, str]], first: int = 2) -> Any:
    """The reply to an import of rows that stand in the sheet from row `first` on."""
    numbered = [{"row": number, "cells": row} for number, row in enumerate(rows, start=first)]
    return housing.call("import_leases", rows=numbered)
