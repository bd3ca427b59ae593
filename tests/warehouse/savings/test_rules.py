"""The formula of savings, reckoned by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from warehouse.savings.rules import fen, price_of, saving_of

pytestmark = pytest.mark.row("W04")


@pytest.mark.parametrize(
    ("cap", "market", "price"),
    [
        (300_000, 450_000, 300_000),
        (300_000, 260_000, 260_000),
        (300_000, 0, 300_000),
        (None, 260_000, 260_000),
        (0, 260_000, 0),
        (None, 0, None),
    ],
)
def test_the_price_is_the_lower_one_of_cap_and_market(
    cap: int | None, market: int, price: int | None
) -> None:
    assert price_of(cap, market) == price


@pytest.mark.parametrize(
    ("price", "factor", "costs", "saving"),
    [
        (300_000, "0.8", (5_000, 10_000), 225_000),
        (300_000, "1", (0, 0), 300_000),
        (300_000, "0", (2_000, 500), -2_500),
        (1, "0.5", (0, 0), 0),
        (3, "0.5", (0, 0), 2),
        (5, "0.5", (1, 0), 1),
        (12_345, "0.3", (0, 0), 3_704),
        (12_355, "0.3", (0, 0), 3_706),
    ],
)
def test_a_saving_is_the_price_by_condition_less_the_costs(
    price: int, factor: str, costs: tuple[int, int], saving: int
) -> None:
    assert saving_of(price, Decimal(factor), costs) == saving


def test_a_cap_in_yuan_is_rounded_to_the_fen() -> None:
    assert [fen(Decimal(each)) for each in ("3000.0000", "0.0050", "0.0150")] == [300_000, 0, 2]
