"""How often somebody may call.

Counted in this process, in windows that begin with the first call: with several
gateways each has its own count. Memory is bounded; what was counted longest ago is
forgotten first.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict

from limits import parse_many
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter

from chassis.errors import Exhausted

_KEPT = 20_000


class RateLimited(Exhausted):
    """Too often; `retry_after_s` says when it is worth trying again."""

    def __init__(self, retry_after_s: float) -> None:
        self.retry_after_s = max(retry_after_s, 0.001)
        super().__init__(
            "RATE_LIMITED",
            "请求过于频繁，请稍后重试",
            "too many calls; try again later",
            metadata={"retry_after_s": str(math.ceil(self.retry_after_s))},
        )


class Limit:
    """At most so many in a time, for each name: `200/second;5000/minute`. Empty: no limit."""

    def __init__(self, text: str) -> None:
        self._windows = FixedWindowRateLimiter(_Counts())
        self._items = parse_many(text) if text else []

    def take(self, *name: str) -> None:
        """Counts one; raises RateLimited where that is too many."""
        for item in self._items:
            if not self._windows.hit(item, *name):
                raise self._refusal(item, name)

    def check(self, *name: str) -> None:
        """Raises RateLimited where one more would be too many; counts nothing."""
        for item in self._items:
            if not self._windows.test(item, *name):
                raise self._refusal(item, name)

    def _refusal(self, item: object, name: tuple[str, ...]) -> RateLimited:
        ends_at = self._windows.get_window_stats(item, *name).reset_time  # type: ignore[arg-type]
        return RateLimited(ends_at - time.time())


class _Counts(Storage):
    """Counters of a bounded number of names. The library's own memory starts a thread
    every hundredth of a second and is bounded by nothing."""

    STORAGE_SCHEME = None

    def __init__(self) -> None:
        super().__init__()
        self._counts: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        count, ends_at = self._counts.get(key, (0, 0.0))
        now = time.time()
        if ends_at <= now:
            count, ends_at = 0, now + expiry
            self._counts.pop(key, None)
            if len(self._counts) >= _KEPT:
                self._counts.popitem(last=False)
        self._counts[key] = count + amount, ends_at
        return count + amount

    def get(self, key: str) -> int:
        count, ends_at = self._counts.get(key, (0, 0.0))
        return count if ends_at > time.time() else 0

    def get_expiry(self, key: str) -> float:
        return self._counts.get(key, (0, time.time()))[1]

    def clear(self, key: str) -> None:
        self._counts.pop(key, None)

    def reset(self) -> int:
        self._counts.clear()
        return 0

    def check(self) -> bool:
        return True

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError
