"""The error tree."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from google.rpc import code_pb2

from chassis import errors
from chassis.errors import (
    AlreadyExists,
    Conflict,
    DomainError,
    IllegalState,
    Internal,
    InvalidInput,
    NotFound,
    Violation,
)


def kinds_of(root: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    """The kinds of the tree; what others derive from them keeps their code."""
    for kind in root.__subclasses__():
        if kind.__module__ == errors.__name__:
            yield kind
            yield from kinds_of(kind)


KINDS = sorted(kinds_of(), key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_r27_the_table_in_the_module_is_what_the_classes_say(kind: type[DomainError]) -> None:
    assert errors.__doc__ is not None
    [line] = [line for line in errors.__doc__.splitlines() if f"─ {kind.__name__} " in line]
    assert line.split()[-1] == code_pb2.Code.Name(kind.code)


def test_r27_no_two_kinds_share_a_code() -> None:
    codes = [kind.code for kind in KINDS]
    assert len(set(codes)) == len(codes) == 12
    assert code_pb2.UNKNOWN not in codes


def test_an_invalid_input_is_named_for_its_first_violation() -> None:
    first, second = Violation("a", "ONE", "一", "one"), Violation("b", "TWO", "二", "two")
    error = InvalidInput.of([first, second])
    assert (error.reason, error.zh, error.en) == ("ONE", "一", "one")
    assert error.violations == (first, second)


@pytest.mark.parametrize(
    ("error", "field", "reason"),
    [
        (
            InvalidInput.field("area", "OUT_OF_RANGE", "超出", "out of range"),
            "area",
            "OUT_OF_RANGE",
        ),
        (NotFound.object("unit_id", "x"), "unit_id", "NOT_FOUND"),
        (AlreadyExists.key("code", "CODE_TAKEN", "已用", "taken"), "code", "CODE_TAKEN"),
        (IllegalState.move("批准", "approve", "草稿", "draft"), "state", "ILLEGAL_STATE"),
        (Conflict.stale(), "etag", "STALE"),
    ],
)
def test_a_refusal_names_the_field_it_is_about(error: DomainError, field: str, reason: str) -> None:
    [violation] = error.violations
    assert (violation.field, violation.reason, error.reason) == (field, reason, reason)


def test_an_illegal_move_tells_act_and_state() -> None:
    error = IllegalState.move("批准", "approve", "草稿", "draft")
    assert error.zh == "当前状态为“草稿”，不能批准"
    assert error.en == "cannot approve while draft"
    assert error.metadata == {"state": "draft"}


def test_an_internal_error_tells_nothing_but_where_to_look() -> None:
    error = Internal.fault("trace-1")
    assert error.metadata == {"trace": "trace-1"}
    assert error.violations == ()
