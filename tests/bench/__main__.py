"""`python -m tests.bench [--quick] [--only NAME] [--json FILE] [--save]`: see README.md.

Exit codes: 0 measured; 1 measured, but effects were counted wrong: then nothing is saved.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from rich.console import Console

from tests.bench import book, ground, machine, memory, registers, rounds, stock
from tests.bench.baselines.echoes import echoes
from tests.bench.baselines.postgres import postgres
from tests.bench.baselines.stock_nameko import stock_nameko
from tests.bench.facts import facts
from tests.bench.ground import Ground
from tests.bench.lists import Lists
from tests.bench.measure import Measure
from tests.bench.ours import ours
from tests.bench.ratios import ratios
from tests.bench.report import Report

Subject = Callable[[Ground], AbstractContextManager[list[Measure]]]

SUBJECTS: tuple[tuple[Subject, tuple[str, ...]], ...] = (
    (ours, ("ours.read", "ours.command")),
    (facts, ("facts.ours", "facts.backlog", "facts.broker")),
    (stock_nameko, ("nameko.read", "nameko.command")),
    (echoes, ("echo.grpc", "echo.amqp")),
    (
        postgres,
        ("postgres.select", "postgres.transaction", "postgres.commit", "disk.fsync"),
    ),
)
"""What is measured, and under which names."""

IDLE = "idle"
REGISTERS = "registers"
STOCK = "stock"


def main() -> int:
    asked = _arguments()
    if asked.render:
        book.render()
        return 0
    console = Console(stderr=True)

    def wanted(name: str) -> bool:
        return not asked.only or any(each in name for each in asked.only)

    report = measure(rounds.QUICK if asked.quick else rounds.FULL, wanted, console.print)
    report.print(Console(width=165))
    if asked.json:
        asked.json.write_text(json.dumps(report.as_json(), ensure_ascii=False, indent=2) + "\n")
    if not report.is_sound:
        return 1
    if asked.save:
        book.save(report.as_json())
    return 0


def measure(
    plan: rounds.Plan, wanted: Callable[[str], bool], tell: Callable[[str], None]
) -> Report:
    with ExitStack() as stack:
        tell("starting RabbitMQ and PostgreSQL")
        servers = stack.enter_context(ground.prepared())
        idle_mb = {}
        if wanted(IDLE):
            tell("idle memory")
            idle_mb = memory.idle_mb(servers)
        lists: list[Lists] = []
        for name, measured in ((REGISTERS, registers.measure), (STOCK, stock.measure)):
            if wanted(name):
                tell(f"lists and reports over many rows: {name}")
                lists.append(measured(servers, plan.rows))
        measures: list[Measure] = []
        for subject, names in SUBJECTS:
            if any(map(wanted, names)):
                tell(f"starting {', '.join(filter(wanted, names))}")
                offered = stack.enter_context(subject(servers))
                measures += [each for each in offered if wanted(each.name)]
        rows = rounds.run(measures, plan, tell)
        findings = [finding for each in measures for finding in each.check(each)]
        described = machine.describe(servers)
        return Report(described, plan, rows, ratios(rows), idle_mb, lists, findings)


def _arguments() -> argparse.Namespace:
    names = ", ".join([IDLE, REGISTERS, STOCK, *(name for _, each in SUBJECTS for name in each)])
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="See README.md.")
    parser.add_argument("--quick", action="store_true", help="shorter and rougher")
    parser.add_argument(
        "--only", action="append", metavar="NAME", help=f"what has NAME in its name: {names}"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="the figures, for comparison")
    parser.add_argument("--save", action="store_true", help="writes docs/performance.md")
    parser.add_argument(
        "--render", action="store_true", help="writes it from the saved figures, measures nothing"
    )
    asked = parser.parse_args()
    if asked.save and asked.only:
        parser.error("--save is for a whole run, not for --only a part of one")
    return asked


if __name__ == "__main__":
    sys.exit(main())
