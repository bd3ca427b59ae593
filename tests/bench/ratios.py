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


READS = "reads, times the example gateway's"
COMMANDS = "commands, times the example gateway's"
SERIES = "both echoes in series allow, calls/s"
SHARE = "reads, share of both echoes in series"


def ratios(rows: Sequence[Row]) -> list[Ratio]:
    """Those for which both sides were measured."""
    rates = {(row.name, row.in_flight): row.rate for row in rows if row.rate}
    found = []
    for level in sorted({row.in_flight for row in rows}):

        def rate(name: str, level: int = level) -> float | None:
            return rates.get((name, level))

        grpc, amqp = rate("echo.grpc"), rate("echo.amqp")
        series = 1 / (1 / grpc + 1 / amqp) if grpc and amqp else None
        reads, commands = rate("ours.read"), rate("ours.command")
        if series:
            found.append(Ratio(SERIES, level, series))
        for name, ours, other, aim in (
            (SHARE, reads, series, 0.7),
            (READS, reads, rate("nameko.read"), 3.0),
            (COMMANDS, commands, rate("nameko.command"), 6.0),
        ):
            if ours and other:
                found.append(Ratio(name, level, ours / other, aim))
    order = (SERIES, SHARE, READS, COMMANDS)
    return sorted(found, key=lambda each: order.index(each.name))
