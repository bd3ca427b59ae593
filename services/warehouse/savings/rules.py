"""Formulas of savings. Amounts in fen."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal

_FEN = Decimal(1)


def price_of(price_cap_fen: int | None, market_price_fen: int) -> int | None:
    """What buying it would have cost: the market price, at most the cap; the one there is where
    the other is missing (a cap of None, a market price of 0); None where both are."""
    known = [each for each in (price_cap_fen, market_price_fen or None) if each is not None]
    return min(known) if known else None


def saving_of(price_fen: int, factor: Decimal, costs_fen: Iterable[int]) -> int:
    """Price × factor of the condition − what moving and repairing it cost; rounded to the fen
    by GB/T 8170 (a lone 5 goes to the even digit). It may be less than nothing."""
    worth = (price_fen * factor).quantize(_FEN, rounding=ROUND_HALF_EVEN)
    return int(worth) - sum(costs_fen)


def fen(yuan: Decimal) -> int:
    return int((yuan * 100).quantize(_FEN, rounding=ROUND_HALF_EVEN))
