"""One thing that is measured, and one measurement of it."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.bench import proc
from tests.bench.client import Client
from tests.bench.load import Sample

IN_FLIGHT = (1, 16, 64)


@dataclass(frozen=True)
class Reading:
    """One measurement. CPU by role, the client's among them, in ms for each call."""

    sample: Sample
    cpu_ms: dict[str, float]
    foreign: float  # share of the machine that worked for others meanwhile, 0 to 1


@dataclass(frozen=True)
class Finding:
    """What was found when effects were counted."""

    ok: bool
    text: str


@dataclass
class Measure:
    """`processes` are those that serve, by role; `prepare` makes what a run of so many seconds
    will use, before the clock starts; `settle` waits until nothing is left to do; `check` counts
    effects once all is over; `asked` goes to the client with each run."""

    name: str
    client: Client
    processes: dict[str, int]
    settle: Callable[[], None] = lambda: None
    check: Callable[[Measure], list[Finding]] = lambda measure: []
    levels: tuple[int, ...] = IN_FLIGHT
    asked: dict[str, Any] = field(default_factory=dict)
    warms_up: bool = True
    prepare: Callable[[int, float], None] = lambda in_flight, seconds: None
    accepted: int = 0
    wrong: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.accepted = self.client.prepared

    def take(self, in_flight: int, seconds: float, warm_up_s: float) -> Reading:
        """Warms up, measures, lets it settle."""
        self.prepare(in_flight, seconds + warm_up_s)
        if self.warms_up:
            self._run(in_flight, warm_up_s)
        roles = {"client": self.client.pid, **self.processes}
        busy = proc.machine_seconds()
        before, began_at = proc.cpu_seconds(*roles.values()), time.monotonic()
        sample = self._run(in_flight, seconds)
        after, took = proc.cpu_seconds(*roles.values()), time.monotonic() - began_at
        busy = proc.machine_seconds() - busy
        used = [late - early for late, early in zip(after, before, strict=True)]
        self.settle()
        return Reading(
            sample,
            {
                role: seconds * 1000 / max(sample.calls, 1)
                for role, seconds in zip(roles, used, strict=True)
            },
            max(busy - sum(used), 0) / (took * (os.cpu_count() or 1)),
        )

    def _run(self, in_flight: int, seconds: float) -> Sample:
        sample = self.client.run(in_flight, seconds, **self.asked)
        self.accepted += sample.calls
        self.wrong.update(sample.wrong)
        return sample
