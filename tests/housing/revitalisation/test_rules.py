"""Formulas of revitalisation."""

from __future__ import annotations

from decimal import Decimal

from housing.revitalisation.rules import Done, Sums, sums_by_first_way


def done(property_id: str, way: str, gross: int, tax: int = 0, cost: int = 0) -> Done:
    return Done(property_id, Decimal("100.10"), way, gross, tax, cost)


def test_a_property_counts_once_with_all_that_was_done_under_its_first_way() -> None:
    actions = [
        done("a", "let", 100, 5, 3),
        done("b", "swap", 7),
        done("a", "sell", 1_000, 50, 20),
        done("c", "let", 1),
    ]
    assert sums_by_first_way(actions) == {
        "let": Sums(2, Decimal("200.20"), 1_101, 55, 23),
        "swap": Sums(1, Decimal("100.10"), 7, 0, 0),
    }


def test_net_is_what_is_left_of_the_income_and_may_be_less_than_nothing() -> None:
    assert Sums(gross_fen=1_000, tax_fen=55, cost_fen=20).net_fen == 925
    assert Sums(gross_fen=10, tax_fen=0, cost_fen=11).net_fen == -1


def test_nothing_done_is_nothing_counted() -> None:
    assert sums_by_first_way([]) == {}
