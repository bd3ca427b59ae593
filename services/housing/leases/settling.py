"""Which receipt pays which charge, and from which day on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from housing.leases import rules
from housing.leases.parts import LeaseCharge, LeaseReceipt

Since = Callable[[LeaseCharge], date]
"""From which day on what pays a charge counts."""


def opening_voucher(lease_id: str) -> str:
    """That of the receipt a lease came with; no voucher of a request is like it."""
    return f"期初-{lease_id}"


def book(receipt: LeaseReceipt, charges: Sequence[LeaseCharge]) -> None:
    """Pays the oldest open charges; any surplus goes to the last. What an opening receipt pays
    counts from the day that was due, at the latest from the receipt's: nobody told the days."""
    if _is_opening(receipt, charges):
        _pay(receipt, charges, lambda each: min(receipt.received_on, each.due_on))
    else:
        _pay(receipt, charges, lambda _: receipt.received_on)


def settle(receipts: Sequence[LeaseReceipt], charges: Sequence[LeaseCharge], day: date) -> None:
    """From `day` on, all money anew for these charges, the oldest first."""
    for receipt in receipts:
        receipt.give_back(day)
    for receipt in sorted(receipts, key=lambda each: (each.received_on, each.id)):
        _pay(receipt, charges, lambda _: day)


def retell(receipts: Sequence[LeaseReceipt], charges: Sequence[LeaseCharge]) -> None:
    """All money anew from the first day on, for the charges as they are: receipts pay in the
    order of their days, the opening one first; on the day of a reversal all that is left is
    settled anew. A receipt reversed by its own day paid nothing on any day."""
    begun = {
        each.id: date.min if _is_opening(each, charges) else each.received_on for each in receipts
    }
    ended = {each.id: each.ended_on or date.max for each in receipts}
    for receipt in receipts:
        receipt.forget()
    counted = [each for each in receipts if begun[each.id] < ended[each.id]]
    counted.sort(key=lambda each: (begun[each.id], each.id))
    for day in sorted({*begun.values(), *ended.values()} - {date.max}):
        if any(ended[each.id] == day for each in counted):
            gone = [each for each in counted if ended[each.id] == day]
            for receipt in gone:
                receipt.give_back(day)
            settle([each for each in counted if each.standing], charges, day)
        for receipt in counted:
            if begun[receipt.id] == day:
                book(receipt, charges)


def _pay(receipt: LeaseReceipt, charges: Sequence[LeaseCharge], since: Since) -> None:
    shares = rules.spread([each.open_fen for each in charges], receipt.amount_fen)
    for charge, share in zip(charges, shares, strict=True):
        if share:
            receipt.pay(charge, share, since(charge))


def _is_opening(receipt: LeaseReceipt, charges: Sequence[LeaseCharge]) -> bool:
    return bool(charges) and receipt.voucher == opening_voucher(charges[0].lease_id)
