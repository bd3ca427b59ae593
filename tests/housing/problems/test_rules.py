"""When a problem is late."""

from __future__ import annotations

from datetime import date

from housing.problems import rules

DUE = date(2026, 3, 2)


def test_a_problem_is_overdue_from_the_day_after_its_deadline_on() -> None:
    assert not rules.is_overdue(DUE, DUE, closed=False)
    assert rules.is_overdue(DUE, date(2026, 3, 3), closed=False)


def test_what_is_closed_or_has_no_deadline_is_never_overdue() -> None:
    assert not rules.is_overdue(DUE, date(2027, 1, 1), closed=True)
    assert not rules.is_overdue(None, date(2027, 1, 1), closed=False)
