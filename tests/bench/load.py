"""The closed loop: so many calls in flight, each followed at once by the next.

A closed loop never asks faster than it is answered, so its latencies say nothing
about a queue of impatient users (see README.md).
"""

from __future__ import annotations

import asyncio
import time
from array import array
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

Call = Callable[[int], Awaitable[str]]
"""Makes one call and checks its answer: empty if it was right, else what was wrong.
The argument is which of those in flight it is."""


@dataclass(frozen=True)
class Sample:
    """What a client saw in one go. `calls` counts right answers only."""

    calls: int
    seconds: float
    p50_ms: float
    p99_ms: float
    wrong: dict[str, int]


@dataclass
class Tally:
    """Counts the calls of one go."""

    began_at: float = field(default_factory=time.perf_counter)
    seconds: array[float] = field(default_factory=lambda: array("d"))
    wrong: Counter[str] = field(default_factory=Counter)

    def add(self, seconds: float, problem: str = "") -> None:
        if problem:
            self.wrong[problem] += 1
        else:
            self.seconds.append(seconds)

    def sample(self) -> Sample:
        took = time.perf_counter() - self.began_at
        p50, p99 = percentiles(self.seconds)
        return Sample(len(self.seconds), took, p50 * 1000, p99 * 1000, dict(self.wrong))


async def closed_loop(
    call: Call, in_flight: int, seconds: float, more: Callable[[], bool] = lambda: True
) -> Sample:
    """Keeps `in_flight` calls going for `seconds`, or while there is `more` to ask for; the
    last ones are waited for."""
    tally = Tally()
    ends_at = tally.began_at + seconds

    async def one_after_another(slot: int) -> None:
        now = time.perf_counter()
        while now < ends_at and more():
            began_at = now
            problem = await call(slot)
            now = time.perf_counter()
            tally.add(now - began_at, problem)

    await asyncio.gather(*(one_after_another(slot) for slot in range(in_flight)))
    return tally.sample()


def percentiles(values: Iterable[float]) -> tuple[float, float]:
    """The 50th and the 99th; zeros of nothing."""
    ordered = sorted(values)
    return _at(ordered, 0.5), _at(ordered, 0.99)


def _at(ordered: list[float], share: float) -> float:
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0
