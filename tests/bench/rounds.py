"""Rounds: everything once, then everything again, so that a noisy minute spoils one of each."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.bench.measure import Measure, Reading

BUSY = 0.2
"""Where others took more than this share of the machine, a reading is taken again."""


@dataclass(frozen=True)
class Plan:
    """`again`: how many readings may be taken once more in the whole run, so that it ends in
    time on a busy machine too. `rows`: of the long lists."""

    rounds: int
    seconds: float
    warm_up_s: float
    again: int
    rows: int


FULL = Plan(rounds=3, seconds=4, warm_up_s=1, again=8, rows=1_000_000)
QUICK = Plan(rounds=2, seconds=1, warm_up_s=0.3, again=4, rows=100_000)


@dataclass(frozen=True)
class Row:
    """One measure at one number in flight: the median of its rounds."""

    name: str
    in_flight: int
    readings: list[Reading]

    @property
    def rates(self) -> list[float]:
        return [each.sample.calls / each.sample.seconds for each in self.readings]

    @property
    def rate(self) -> float:
        """Calls per second."""
        return statistics.median(self.rates)

    @property
    def spread(self) -> float:
        """How far the rounds lie apart, as a share of the median."""
        return (max(self.rates) - min(self.rates)) / self.rate if self.rate else 0.0

    @property
    def p50_ms(self) -> float:
        return statistics.median(each.sample.p50_ms for each in self.readings)

    @property
    def p99_ms(self) -> float:
        return statistics.median(each.sample.p99_ms for each in self.readings)

    @property
    def cpu_ms(self) -> dict[str, float]:
        roles = self.readings[0].cpu_ms
        return {
            role: statistics.median(each.cpu_ms[role] for each in self.readings) for role in roles
        }

    @property
    def all_cpu_ms(self) -> float:
        """What a call costs the machine, whoever works for it."""
        return sum(self.cpu_ms.values())

    @property
    def foreign(self) -> float:
        return statistics.median(each.foreign for each in self.readings)

    @property
    def wrong(self) -> int:
        return sum(sum(each.sample.wrong.values()) for each in self.readings)


def run(measures: Sequence[Measure], plan: Plan, tell: Callable[[str], None]) -> list[Row]:
    """One row for each measure and each number in flight, in the order of the measures."""
    cells = [(measure, level) for measure in measures for level in measure.levels]
    rows = {(measure.name, level): Row(measure.name, level, []) for measure, level in cells}
    again = plan.again
    for number in range(1, plan.rounds + 1):
        for measure, level in cells:
            reading = measure.take(level, plan.seconds, plan.warm_up_s)
            if reading.foreign > BUSY and again:
                again -= 1
                second = measure.take(level, plan.seconds, plan.warm_up_s)
                reading = min(reading, second, key=lambda each: each.foreign)
            rows[measure.name, level].readings.append(reading)
            rate = reading.sample.calls / reading.sample.seconds
            tell(f"round {number}/{plan.rounds}  {measure.name} × {level}  {rate:,.0f}/s")
    return list(rows.values())
