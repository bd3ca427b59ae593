"""Errors as google.rpc.Status and back."""

from __future__ import annotations

from typing import TypeVar

import pytest
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import DomainError, Internal, Violation
from chassis.status import reason_of, to_status, violations_of
from tests.chassis.test_errors import KINDS

D = TypeVar("D", bound=Message)


def details_of(status: status_pb2.Status, kind: type[D]) -> list[D]:
    found = []
    for each in status.details:
        detail = kind()
        if each.Unpack(detail):
            found.append(detail)
    return found


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_r27_every_error_carries_code_reason_and_both_languages(kind: type[DomainError]) -> None:
    status = to_status(kind("SOME_REASON", "中文", "English", metadata={"a": "b"}), "housing")
    status = status_pb2.Status.FromString(status.SerializeToString())
    [info] = details_of(status, error_details_pb2.ErrorInfo)
    told = details_of(status, error_details_pb2.LocalizedMessage)
    assert status.code == kind.code
    assert (info.reason, info.domain, dict(info.metadata)) == (
        "SOME_REASON",
        "housing.guanjia",
        {"a": "b"},
    )
    assert [(each.locale, each.message) for each in told] == [("zh-CN", "中文"), ("en", "English")]
    assert status.message == "中文 | English"


texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.lists(st.builds(Violation, texts, texts, texts, texts)))
def test_violations_come_back_in_their_order(violations: list[Violation]) -> None:
    error = KINDS[0]("R", "中文", "English", violations)
    assert violations_of(to_status(error, "housing")) == violations


def test_the_value_a_caller_typed_is_not_sent_back() -> None:
    violation = Violation("uscc", "INVALID_USCC", "校验不通过", "not valid", value="secret")
    status = to_status(KINDS[0]("R", "中文", "English", [violation]), "directory")
    assert b"secret" not in status.SerializeToString()


def test_the_reason_comes_back() -> None:
    assert reason_of(to_status(Internal.fault("1"), "housing")) == "INTERNAL"


def test_a_status_of_somebody_else_has_no_reason_and_no_violations() -> None:
    status = status_pb2.Status(code=5, message="not ours")
    assert reason_of(status) == ""
    assert violations_of(status) == []
