"""How a lease stands, what money pays, and how old arrears are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

AGES = {"up_to_30": (1, 30), "up_to_60": (31, 60), "up_to_90": (61, 90), "over_90": (91, None)}
"""Days overdue, from and to; the day after it was due counts as the first."""


def status(start_on: date, end_on: date, state: str, day: date) -> str:
    """The word of a LeaseStatus; `state` is that of the lease."""
    if state != "active":
        return str(state)
    if day < start_on:
        return "upcoming"
    return "running" if day <= end_on else "ended"


def open_fen(amount_fen: int, received_fen: int) -> int:
    """What is still to be received for a charge; it may have got more than it asks for."""
    return max(0, amount_fen - received_fen)


def refundable_fen(charged_fen: int, received_fen: int, refunded_fen: int) -> int:
    """What was received beyond what is owed and not yet given back."""
    return max(0, received_fen - charged_fen - refunded_fen)


def spread(still_open: Sequence[int], amount_fen: int) -> list[int]:
    """What of an amount each charge gets, the first ones first; what is beyond all of them
    goes to the last."""
    shares = []
    rest = amount_fen
    for each in still_open:
        share = min(each, rest)
        shares.append(share)
        rest -= share
    shares[-1] += rest
    return shares


def overdue_days(due_on: date, day: date, still_open_fen: int) -> int:
    return max(0, (day - due_on).days) if still_open_fen else 0


def due_between(age: str, day: date) -> tuple[date, date]:
    """The first and the last due day of what is so old on `day`."""
    least, most = AGES[age]
    first = day - timedelta(days=most) if most is not None else date.min
    return first, day - timedelta(days=least)
