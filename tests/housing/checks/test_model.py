"""The moves of a check, and those it refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from chassis.errors import IllegalState
from housing.checks.model import Check, CheckState
from tests.housing.factories import NOW


def check_object(*, reconciled: bool = False, closed: bool = False) -> Check:
    made = Check(
        code="QC-2026-000001",
        name="清查",
        region_code="990100",
        as_of=date(2026, 3, 1),
        state=CheckState.RUNNING,
        tolerance_percent=Decimal(0),
        created_by="zhang",
        updated_at=NOW,
    )
    if reconciled or closed:
        made.reconcile(NOW, Decimal(3))
    if closed:
        made.close("wang", NOW)
    return made


def test_a_reconciled_check_closes() -> None:
    check = check_object(reconciled=True)
    assert (check.reconciled_at, check.tolerance_percent) == (NOW, Decimal(3))
    check.close("wang", NOW)
    assert (check.state, check.closed_by, check.closed_at) == (CheckState.CLOSED, "wang", NOW)


def test_a_check_that_is_not_reconciled_does_not_close() -> None:
    check = check_object()
    with pytest.raises(IllegalState) as refused:
        check.close("wang", NOW)
    assert (refused.value.reason, check.state) == ("NOT_RECONCILED", CheckState.RUNNING)


def test_what_is_surveyed_afterwards_has_to_be_reconciled_again() -> None:
    check = check_object(reconciled=True)
    check.take_surveys()
    with pytest.raises(IllegalState) as refused:
        check.close("wang", NOW)
    assert refused.value.reason == "NOT_RECONCILED"


@pytest.mark.parametrize(
    "act",
    [
        lambda check: check.take_surveys(),
        lambda check: check.reconcile(NOW, Decimal(0)),
        lambda check: check.close("li", NOW),
    ],
    ids=["take_surveys", "reconcile", "close"],
)
def test_a_closed_check_is_history(act: Callable[[Check], None]) -> None:
    check = check_object(closed=True)
    with pytest.raises(IllegalState) as refused:
        act(check)
    assert refused.value.reason == "ILLEGAL_STATE"
    assert (check.closed_by, check.tolerance_percent) == ("wang", Decimal(3))
