"""How often somebody may call."""

from __future__ import annotations

import pytest

from gateway import limits
from gateway.limits import Limit, RateLimited
from tests.waiting import eventually


def test_s9_a_client_over_its_rate_is_told_when_to_come_back() -> None:
    limit = Limit("3/minute")
    for _ in range(3):
        limit.take("wang")
    with pytest.raises(RateLimited) as refused:
        limit.take("wang")
    assert 0 < refused.value.retry_after_s <= 60
    assert refused.value.reason == "RATE_LIMITED"
    assert 1 <= int(refused.value.metadata["retry_after_s"]) <= 60
    limit.take("li")


def test_s9_after_the_window_it_goes_on() -> None:
    limit = Limit("2/second")

    def is_full() -> bool:
        try:
            limit.take("wang")
        except RateLimited:
            return True
        return False

    eventually(is_full)
    assert eventually(lambda: not is_full(), every_s=0.1)


def test_s9_of_several_rates_each_counts() -> None:
    limit = Limit("100/second;3/hour")
    for _ in range(3):
        limit.take("wang")
    with pytest.raises(RateLimited) as refused:
        limit.take("wang")
    assert refused.value.retry_after_s > 3_000


def test_s9_checking_counts_nothing() -> None:
    limit = Limit("1/minute")
    for _ in range(5):
        limit.check("192.0.2.1")
    limit.take("192.0.2.1")
    with pytest.raises(RateLimited):
        limit.check("192.0.2.1")


def test_s9_no_rate_is_no_limit() -> None:
    limit = Limit("")
    for _ in range(10_000):
        limit.take("wang")


def test_s9_memory_is_bounded_and_who_came_last_is_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "_KEPT", 100)
    limit = Limit("1/hour")
    for number in range(1_000):
        limit.take(f"client-{number}")
    assert len(limit._windows.storage._counts) == 100
    with pytest.raises(RateLimited):
        limit.take("client-999")
