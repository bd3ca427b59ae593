"""Ours against others, call by call: one row for each pair and each number in flight."""

from __future__ import annotations

from dataclasses import dataclass

from tests.bench.figures import Figure, Figures

COMPARED = (
    ("ours.read", "nameko.read"),
    ("ours.command", "nameko.command"),
    ("ours.read", "echo.grpc"),
    ("ours.read", "echo.amqp"),
    ("ours.read", "postgres.select"),
    ("ours.command", "postgres.transaction"),
    ("facts.ours", "facts.broker"),
)


@dataclass(frozen=True)
class Versus:
    """`calls`: above 1, ours answers more calls; `p50`, `p99`: below 1, ours is faster."""

    ours: Figure
    other: Figure

    @property
    def calls(self) -> float:
        return self.ours.calls_per_s / self.other.calls_per_s

    @property
    def p50(self) -> float:
        return self.ours.p50_ms / self.other.p50_ms

    @property
    def p99(self) -> float:
        return self.ours.p99_ms / self.other.p99_ms


def versus(figures: Figures, ours: str, other: str, in_flight: int) -> Versus | None:
    """None unless both were measured."""
    one, two = figures.at(ours, in_flight), figures.at(other, in_flight)
    if one is None or two is None or not two.calls_per_s:
        return None
    return Versus(one, two)
