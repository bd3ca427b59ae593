"""Formulas and limits of disposals."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from housing.disposals import rules
from tests.housing.factories import NOW


def test_the_warehouse_has_ten_days_to_answer() -> None:
    assert rules.answer_due(NOW) == NOW + timedelta(days=10)


def test_an_answer_is_overdue_once_its_time_is_over_and_not_at_its_last_moment() -> None:
    due = rules.answer_due(NOW)
    assert not rules.is_overdue(due, due)
    assert rules.is_overdue(due, due + timedelta(microseconds=1))


def test_a_line_that_is_not_awaited_is_never_overdue() -> None:
    assert not rules.is_overdue(None, NOW)


@pytest.mark.parametrize(
    ("income_fen", "appraised_fen", "share", "suffices"),
    [
        (900_000, 1_000_000, "0.9", True),
        (899_999, 1_000_000, "0.9", False),
        (10, 11, "0.9", True),
        (9, 11, "0.9", False),
        (1_000_000, 1_000_000, "1", True),
        (999_999, 1_000_000, "1", False),
        (900_000_000_000_000, 1_000_000_000_000_000, "0.9", True),
        (899_999_999_999_999, 1_000_000_000_000_000, "0.9", False),
        (333_334, 1_000_000, "0.3333333333333333333333333333", True),
        (333_333, 1_000_000, "0.3333333333333333333333333333", False),
        (0, 0, "0.9", True),
        (0, 1, "0.9", False),
        (0, 1_000_000, "0", True),
    ],
)
def test_an_income_suffices_from_the_share_of_the_appraisal_on_to_the_fen(
    income_fen: int, appraised_fen: int, share: str, suffices: bool
) -> None:
    assert rules.income_suffices(income_fen, appraised_fen, Decimal(share)) is suffices


def test_without_a_norm_any_income_suffices() -> None:
    assert rules.income_suffices(0, 1_000_000, None)
