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

SMALL, LARGE = 10_000, 1_000_000
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

    def add_to(self, table: Table, what: str) -> None:
        mark = "✓" if self.ratio <= PAGE_AIM else "✗"
        cells = (f"{self.small_ms:.2f}", f"{self.large_ms:.2f}", f"{self.ratio:.2f} {mark}")
        table.add_row(f"{what}: {self.name}", *cells, f"≤ {PAGE_AIM}")


def table_of(heading: str, what: str) -> Table:
    """A table for costs at both sizes."""
    table = Table(caption=f"ms · pages of {SMALL:,} and of {LARGE:,} {what} · in process")
    table.add_column(heading)
    for name in (f"{SMALL:,}", f"{LARGE:,}", "ratio", "aim"):
        table.add_column(name, justify="right")
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
