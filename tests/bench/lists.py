"""What pages of lists cost at two sizes, in process over the real PostgreSQL."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

from rich.table import Table

from chassis.testing import Harness

SMALL = 10_000
PAGE_AIM = 1.5
_CALLS = 60

Acts = Mapping[str, Callable[[], object]]


@dataclass(frozen=True)
class PageCost:
    """Medians in ms of one page of a list, at each size."""

    name: str
    small_ms: float
    large_ms: float

    @property
    def ratio(self) -> float:
        return self.large_ms / self.small_ms


@dataclass(frozen=True)
class ReportCost:
    """The median in ms of a report, and what it should stay below, if anything."""

    name: str
    ms: float
    aim_ms: float | None


@dataclass(frozen=True)
class Lists:
    """What the lists of one noun and the reports about it cost; `small` and `large` are rows."""

    noun: str
    small: int
    large: int
    pages: list[PageCost]
    reports: list[ReportCost]

    def table(self) -> Table:
        sizes = (f"{self.small:,}", f"{self.large:,}")
        table = Table(caption=f"ms · pages of {' and of '.join(sizes)} {self.noun} · in process")
        table.add_column(self.noun)
        for heading in (*sizes, "ratio", "aim"):
            table.add_column(heading, justify="right")
        for page in self.pages:
            mark = "✓" if page.ratio <= PAGE_AIM else "✗"
            cells = (f"{page.small_ms:.2f}", f"{page.large_ms:.2f}", f"{page.ratio:.2f} {mark}")
            table.add_row(page.name, *cells, f"≤ {PAGE_AIM}")
        for report in self.reports:
            told, aim = f"{report.ms:.0f}", ""
            if report.aim_ms is not None:
                told += " ✓" if report.ms < report.aim_ms else " ✗"
                aim = f"< {report.aim_ms:g}"
            table.add_row(report.name, "", told, "", aim)
        return table


def compared(small: Acts, large: Acts) -> list[PageCost]:
    """Alternately, so that what else the machine does meets both alike."""
    times: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in small}
    for _ in range(_CALLS):
        for name, kept in times.items():
            for act, into in zip((small[name], large[name]), kept, strict=True):
                into.append(ms(act))
    return [PageCost(name, median(one), median(other)) for name, (one, other) in times.items()]


def analyse(harness: Harness) -> None:
    """As the database itself does after a while."""
    with harness.database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.exec_driver_sql("VACUUM ANALYZE")


def token_after(harness: Harness, table: str, keys: str, rows: int) -> str:
    """The token of the page that begins after so many rows."""
    with harness.database.reading() as connection:
        row = connection.exec_driver_sql(
            f"SELECT {keys} FROM {table} ORDER BY {keys} OFFSET {rows} LIMIT 1"
        ).one()
    return base64.urlsafe_b64encode(json.dumps(list(row)).encode()).decode().rstrip("=")


def median_ms(act: Callable[[], object], times: int) -> float:
    act()
    return median(ms(act) for _ in range(times))


def ms(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1_000
