"""Formulas and limits of disposals."""

from __future__ import annotations

from datetime import timedelta

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
