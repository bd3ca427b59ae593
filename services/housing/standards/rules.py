"""Formulas of area standards (党政机关办公用房建设标准, 发改投资〔2014〕2674号)."""

from __future__ import annotations

from decimal import Decimal


def over(actual_m2: Decimal, standard_m2: Decimal) -> Decimal:
    """What is had beyond what is allowed: max(0, actual - standard)."""
    return max(Decimal(0), actual_m2 - standard_m2)


def ratio(over_m2: Decimal, standard_m2: Decimal | None) -> float | None:
    """Of the standard; None without one."""
    return float(over_m2 / standard_m2) if standard_m2 else None
