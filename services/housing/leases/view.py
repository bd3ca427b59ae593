"""What callers see of leases, from rows or objects alike: plain values of `Lease`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from housing.leases import rules
from housing.leases.model import Lease
from housing.leases.parts import LeaseCharge, LeaseReceipt

_COLUMNS = tuple(Lease.__table__.c.keys())
_OF_CHARGE = tuple(LeaseCharge.__table__.c.keys())
_OF_RECEIPT = tuple(LeaseReceipt.__table__.c.keys())


def brief(
    lease: Any, charged_fen: int, received_fen: int, overdue_fen: int, refunded_fen: int, day: date
) -> dict[str, Any]:
    """A lease with its totals on `day`."""
    return {
        **{name: getattr(lease, name) for name in _COLUMNS},
        "status": rules.status(lease.start_on, lease.end_on, lease.state, day),
        "charged_fen": charged_fen,
        "received_fen": received_fen,
        "overdue_fen": overdue_fen,
        "refundable_fen": rules.refundable_fen(charged_fen, received_fen, refunded_fen),
        "refunded_fen": refunded_fen,
    }


def whole(
    lease: Any,
    charges: Sequence[Any],
    receipts: Sequence[Any],
    allotments: Iterable[Any],
    reminders: Sequence[Any],
    refunds: Sequence[Any],
    day: date,
) -> dict[str, Any]:
    """A lease with all its parts."""
    told = [
        charge(each, lease.code, lease.counterparty, each.received_fen, day) for each in charges
    ]
    totals = (
        sum(each.amount_fen for each in charges),
        sum(each.received_fen for each in charges),
        sum(each["open_fen"] for each in told if each["overdue_days"]),
        sum(each.amount_fen for each in refunds),
    )
    return {
        **brief(lease, *totals, day),
        "charges": told,
        "years": _years(charges),
        "receipts": _receipts(receipts, allotments, {each.id: each.position for each in charges}),
        "reminders": reminders,
        "refunds": refunds,
    }


def charge(
    row: Any, lease_code: str, counterparty: str, received_fen: int, day: date
) -> dict[str, Any]:
    """A charge as it stands on `day`, when so much was received for it."""
    still_open = rules.open_fen(row.amount_fen, received_fen)
    return {
        **{name: getattr(row, name) for name in _OF_CHARGE},
        "lease_code": lease_code,
        "counterparty": counterparty,
        "received_fen": received_fen,
        "open_fen": still_open,
        "overdue_days": rules.overdue_days(row.due_on, day, still_open),
    }


def _years(charges: Sequence[Any]) -> list[dict[str, int]]:
    """Sums by the year in which charges are due; what is to be refunded does not count."""
    years = sorted({each.due_on.year for each in charges})
    return [
        {
            "year": year,
            "amount_fen": sum(each.amount_fen for each in charges if each.due_on.year == year),
            "received_fen": sum(
                min(each.received_fen, each.amount_fen)
                for each in charges
                if each.due_on.year == year
            ),
        }
        for year in years
    ]


def _receipts(
    receipts: Sequence[Any], allotments: Iterable[Any], positions: dict[str, int]
) -> list[dict[str, Any]]:
    paid: defaultdict[str, list[dict[str, int]]] = defaultdict(list)
    for each in allotments:
        paid[each.receipt_id].append(
            {"position": positions[each.charge_id], "amount_fen": each.amount_fen}
        )
    return [
        {
            **{name: getattr(each, name) for name in _OF_RECEIPT},
            "allotments": sorted(paid[each.id], key=lambda one: one["position"]),
        }
        for each in receipts
    ]
