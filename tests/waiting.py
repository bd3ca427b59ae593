"""Awaiting a condition instead of a span of time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

R = TypeVar("R")


def eventually(condition: Callable[[], R], within_s: float = 15, every_s: float = 0.05) -> R:
    """The first true value of `condition`; fails once `within_s` seconds are over.

    An AssertionError of the condition counts as not yet true, and is shown at the end.
    """
    ends_at = time.monotonic() + within_s
    while True:
        told: AssertionError | None = None
        try:
            value = condition()
        except AssertionError as error:
            told, value = error, None  # type: ignore[assignment]
        if value:
            return value
        if time.monotonic() > ends_at:
            raise told or AssertionError(f"not within {within_s:g} s: {condition!r}")
        time.sleep(every_s)


def stays(condition: Callable[[], bool], for_s: float) -> None:
    """Fails if `condition` becomes false within `for_s` seconds."""
    ends_at = time.monotonic() + for_s
    while time.monotonic() < ends_at:
        assert condition()
        time.sleep(0.02)
