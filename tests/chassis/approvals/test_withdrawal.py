"""Who withdraws a document holds its approval first, as who decides does: none waits for the other
in a circle, which PostgreSQL would break up after a second only."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from chassis.testing import Harness
from guanjia.approvals.v1 import approvals_pb2 as ap
from guanjia.housing.v1 import disposals_pb2 as dp
from housing.service import service
from tests.housing.factories import create_disposal, submitted_disposal
from tests.housing.repairs.factories import review, submitted_repair
from tests.statements import statements
from tests.together import together

pytestmark = pytest.mark.parametrize("storage", ["postgresql"], indirect=True)
_HELD = re.compile(r"FROM (\w+)\s.*FOR UPDATE", re.DOTALL)


@pytest.fixture
def housing(harness_of: Callable[..., Harness]) -> Harness:
    return harness_of(service)


def disposal(housing: Harness) -> Any:
    return submitted_disposal(housing)


def repair(housing: Harness) -> Any:
    return review(housing, submitted_repair(housing))


@pytest.mark.parametrize("asked", [disposal, repair])
def test_the_approval_is_held_before_its_document(
    housing: Harness, asked: Callable[[Harness], Any]
) -> None:
    noun = asked.__name__
    document = asked(housing)
    with statements(housing) as sent:
        housing.call(f"withdraw_{noun}", **{f"{noun}_id": document.id})
    held = [found[1] for sql, _ in sent if (found := _HELD.search(sql))]
    assert held[:2] == ["approvals", f"{noun}s"]


def test_consent_that_is_asked_for_meanwhile_is_withdrawn_as_well(housing: Harness) -> None:
    """The submission commits once the withdrawal has found nothing to hold."""
    draft = create_disposal(housing)
    submits, looked = threading.Event(), threading.Event()

    def before(_connection: Any, _cursor: Any, sql: str, *_: Any) -> None:
        if "COMMIT" in sql and not submits.is_set():
            submits.set()
            assert looked.wait(10)

    def after(_connection: Any, _cursor: Any, sql: str, *_: Any) -> None:
        if "FROM approvals" in sql:
            looked.set()

    def submit() -> Any:
        return housing.call("submit_disposal", disposal_id=draft.id)

    def withdraw() -> Any:
        assert submits.wait(10)
        return housing.call("withdraw_disposal", disposal_id=draft.id)

    engine = housing.database.engine
    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    try:
        outcomes: list[Any] = together(submit, withdraw)
    finally:
        event.remove(engine, "before_cursor_execute", before)
        event.remove(engine, "after_cursor_execute", after)
    submitted, withdrawn = outcomes
    assert withdrawn.state == dp.DISPOSAL_STATE_WITHDRAWN
    approval = housing.call("get_approval", approval_id=submitted.approval_id)
    assert approval.state == ap.APPROVAL_STATE_RECALLED
