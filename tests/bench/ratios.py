"""What the figures mean against one another, and what we aim at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.rounds import Row

IDLE_AIM_MB = 120


@dataclass(frozen=True)
class Ratio:
    """A figure against another; `aim` is what it should reach, if anything."""

    name: str
    in_flight: int
    value: float
    aim: float | None = None

    @property
    def is_met(self) -> bool | None:
        return None if self.aim is None else self.value >= self.aim


SERIES = "both echoes in series allow, calls/s"
SHARE = "reads, share of both echoes in series"
READS = "reads, times the example gateway's"
COMMANDS = "commands, times the example gateway's"
BY_CPU = ", by CPU a call"
"""What the calls/s would be if nobody else used the machine: noise matters less here."""

_ORDER = (SERIES, *(f"{name}{by}" for name in (SHARE, READS, COMMANDS) for by in ("", BY_CPU)))


def ratios(rows: Sequence[Row]) -> list[Ratio]:
    """Those for which both sides were measured."""
    found = []
    for level in sorted({row.in_flight for row in rows}):
        here = {row.name: row for row in rows if row.in_flight == level and row.rate}
        found += _compared({name: row.rate for name, row in here.items()}, level, "")
        saturated = {name: 1 / row.all_cpu_ms for name, row in here.items() if row.all_cpu_ms}
        found += _compared(saturated, level, BY_CPU)
    return sorted(found, key=lambda each: _ORDER.index(each.name))


def _compared(rates: dict[str, float], level: int, by: str) -> list[Ratio]:
    found = []
    if "echo.grpc" in rates and "echo.amqp" in rates:
        rates = rates | {"series": 1 / (1 / rates["echo.grpc"] + 1 / rates["echo.amqp"])}
        if not by:
            found.append(Ratio(SERIES, level, rates["series"]))
    for name, ours, other, aim in (
        (SHARE, "ours.read", "series", 0.7),
        (READS, "ours.read", "nameko.read", 3.0),
        (COMMANDS, "ours.command", "nameko.command", 6.0),
    ):
        if ours in rates and other in rates:
            found.append(Ratio(name + by, level, rates[ours] / rates[other], None if by else aim))
    return found
