"""The figures of one run as they are kept: plain JSON, from which the page is rendered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True)
class Figure:
    """One measure at one number in flight; CPU in ms for each call, by role."""

    name: str
    in_flight: int
    calls_per_s: float
    rates: list[float]
    p50_ms: float
    p99_ms: float
    cpu_ms: dict[str, float]
    others: float
    wrong: int

    @property
    def spread(self) -> float:
        return (max(self.rates) - min(self.rates)) / self.calls_per_s if self.calls_per_s else 0.0

    @property
    def all_cpu_ms(self) -> float:
        return sum(self.cpu_ms.values())


@dataclass(frozen=True)
class PageOfList:
    """Medians in ms of one page of a list, of a short list and of a long one."""

    name: str
    small_ms: float
    large_ms: float

    @property
    def ratio(self) -> float:
        return self.large_ms / self.small_ms


@dataclass(frozen=True)
class Figures:
    """`Report.as_json`, read again. What a run did not measure is empty."""

    told: dict[str, Any]

    @classmethod
    def read(cls, file: Path) -> Self:
        return cls(json.loads(file.read_text("utf-8")))

    @cached_property
    def measures(self) -> list[Figure]:
        return [Figure(**each) for each in self.told["measures"]]

    @cached_property
    def pages(self) -> list[PageOfList]:
        """Of all lists, each with its noun before it: `rooms: first page`."""
        return [
            PageOfList(f"{noun}: {each['name']}", each["small_ms"], each["large_ms"])
            for noun, each in self._listed("pages")
        ]

    @cached_property
    def reports(self) -> list[tuple[str, float, float | None]]:
        """Name, median in ms, and what it should stay below, if anything."""
        return [(each["name"], each["ms"], each["aim_ms"]) for _, each in self._listed("reports")]

    @property
    def sizes(self) -> tuple[int, int]:
        """Rows of the short lists and of the long ones; zeros where none was measured."""
        first = next(iter(self.told["lists"]), {"small": 0, "large": 0})
        return first["small"], first["large"]

    def at(self, name: str, in_flight: int) -> Figure | None:
        same = (each for each in self.measures if (each.name, each.in_flight) == (name, in_flight))
        return next(same, None)

    def _listed(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for each in self.told["lists"]:
            for found in each[kind]:
                yield each["noun"], found
