"""The figures as tables for people, and as JSON for the next run to be compared with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.lists import Lists
from tests.bench.measure import Finding
from tests.bench.ratios import IDLE_AIM_MB, SERIES, Ratio
from tests.bench.rounds import BUSY, Plan, Row

ROLES = ("client", "gateway", "service", "warehouse", "broker", "postgres")


@dataclass(frozen=True)
class Report:
    machine: dict[str, str]
    plan: Plan
    rows: Sequence[Row]
    ratios: Sequence[Ratio]
    idle_mb: dict[str, float]
    lists: Sequence[Lists]
    findings: Sequence[Finding]

    @property
    def is_sound(self) -> bool:
        """Whether every effect was counted right; figures of a run that is not mean nothing."""
        return all(each.ok for each in self.findings)

    def as_json(self) -> dict[str, Any]:
        return {
            "machine": self.machine,
            "plan": asdict(self.plan),
            "is_sound": self.is_sound,
            "measures": [_row_as_json(row) for row in self.rows],
            "ratios": [asdict(each) | {"is_met": each.is_met} for each in self.ratios],
            "idle_mb": self.idle_mb,
            "lists": [asdict(each) for each in self.lists],
            "findings": [asdict(each) for each in self.findings],
        }

    def print(self, console: Console) -> None:
        told = self.machine
        console.print(
            f"\n{told['date']} · {told['cores']} cores, {told['cpu']}, {told['memory']} · "
            f"Python {told['python']} · RabbitMQ {told['rabbitmq']} · "
            f"PostgreSQL {told['postgresql']} · nameko {told['nameko']} · grpcio {told['grpcio']}"
        )
        console.print(
            f"Median of {self.plan.rounds} rounds of {self.plan.seconds:g} s. The load client and "
            f"all servers share the {told['cores']} cores: of calls that cost `all` ms they can do "
            f"{told['cores']},000 / `all` a second.\n"
        )
        console.print(_figures(self.rows))
        disturbed = sum(row.foreign > BUSY for row in self.rows)
        if disturbed:
            console.print(
                f"The machine was busy with other work in {disturbed} of {len(self.rows)} rows "
                "(see others): their calls/s are too low, CPU ms suffer less."
            )
        if self.ratios:
            console.print(_comparison(self.ratios))
        if self.idle_mb:
            console.print(_memory(self.idle_mb))
        for lists in self.lists:
            console.print(lists.table())
        for each in self.findings:
            console.print(f"{'✓' if each.ok else '✗ WRONG:'} {each.text}", highlight=False)


def _figures(rows: Sequence[Row]) -> Table:
    table = Table(caption="client … all: CPU, ms a call · others: their share of the machine")
    for heading in ("measure", "in flight", "calls/s", "±", "p50 ms", "p99 ms"):
        table.add_column(heading, justify="left" if heading == "measure" else "right")
    for heading in (*ROLES, "all", "others", "wrong"):
        table.add_column(heading, justify="right")
    previous = ""
    for row in rows:
        if previous and row.name != previous:
            table.add_section()
        cpu = row.cpu_ms
        table.add_row(
            row.name if row.name != previous else "",
            str(row.in_flight),
            f"{row.rate:,.0f}",
            f"{row.spread:.0%}",
            f"{row.p50_ms:.2f}",
            f"{row.p99_ms:.2f}",
            *(f"{cpu[role]:.3f}" if role in cpu else "" for role in ROLES),
            f"{row.all_cpu_ms:.2f}",
            f"{row.foreign:.0%}",
            str(row.wrong or ""),
        )
        previous = row.name
    return table


def _comparison(ratios: Sequence[Ratio]) -> Table:
    table = Table()
    levels = sorted({each.in_flight for each in ratios})
    table.add_column("at in flight")
    for level in levels:
        table.add_column(str(level), justify="right")
    table.add_column("aim", justify="right")
    for name in dict.fromkeys(each.name for each in ratios):
        cells = {each.in_flight: each for each in ratios if each.name == name}
        aim = next(iter(cells.values())).aim
        table.add_row(
            name,
            *(_cell(cells[level]) if level in cells else "" for level in levels),
            "" if aim is None else f"≥ {aim:g}",
        )
    return table


def _cell(ratio: Ratio) -> str:
    if ratio.name == SERIES:
        return f"{ratio.value:,.0f}"
    mark = {None: "", True: " ✓", False: " ✗"}[ratio.is_met]
    return f"{ratio.value:.2f}{mark}"


def _memory(idle_mb: dict[str, float]) -> Table:
    table = Table()
    table.add_column("idle process")
    table.add_column("resident MB", justify="right")
    table.add_column("aim", justify="right")
    for name, used in idle_mb.items():
        mark = "✓" if used < IDLE_AIM_MB else "✗"
        table.add_row(name, f"{used:.0f} {mark}", f"< {IDLE_AIM_MB}")
    return table


def _row_as_json(row: Row) -> dict[str, Any]:
    return {
        "name": row.name,
        "in_flight": row.in_flight,
        "calls_per_s": row.rate,
        "rates": row.rates,
        "p50_ms": row.p50_ms,
        "p99_ms": row.p99_ms,
        "cpu_ms": row.cpu_ms,
        "others": row.foreign,
        "wrong": row.wrong,
    }
