"""Figures of the business that operators and chiefs watch: gauges, declared once.

A service says in `<service>/measures.py` what it measures, and nothing else: the gauges, their
panel on the dashboard and the test that they exist follow. Every replica measures by itself
and reports the same figure, so what shows them takes the maximum over replicas.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from prometheus_client import REGISTRY, CollectorRegistry, Gauge
from sqlalchemy import func, select

from chassis import logs, metrics
from chassis.approvals.model import Approval, ApprovalState
from chassis.principal import itself
from chassis.storage.database import Database
from chassis.storage.reader import Context, Reader
from chassis.storage.tables import audit, audit_waiting

if TYPE_CHECKING:
    from chassis.service import Service

log = logs.get("measures")

Rows = Callable[[Reader], Iterable[Sequence[Any]]]
"""Gives rows of label values, then the figure; a figure that is None counts as 0."""


@dataclass(frozen=True)
class Measure:
    """One figure of the whole deployment.

    name    of the gauge: guanjia_<service>_<what>, with the unit at its end where there is one
    zh, en  what it is, in a few words
    rows    asks for it; labels are few and bounded: states and kinds, never names or people
    names   what people call the values of its label
    unit    as a reader writes it (件, ㎡, 元), of the figure times `scale`
    """

    name: str
    zh: str
    en: str
    rows: Rows
    labels: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    scale: float = 1


def number_of(kind: Any, *labels: Any, where: Sequence[Any] = ()) -> Rows:
    """How many objects of a noun there are with each value of these columns."""
    counted: Any = select(*labels, func.count()).select_from(kind)
    statement = counted.where(*where).group_by(*labels)
    return lambda reader: reader.rows(statement)


def sum_of(column: Any, *labels: Any, where: Sequence[Any] = ()) -> Rows:
    """The sum of a column for each value of the others."""
    statement: Any = select(*labels, func.sum(column)).where(*where).group_by(*labels)
    return lambda reader: reader.rows(statement)


def _unsealed_age(reader: Reader) -> Iterable[Sequence[Any]]:
    waiting = audit_waiting.c.entry_id == audit.c.id
    at = reader.rows(select(func.min(audit.c.at)).join(audit_waiting, waiting))[0][0]
    return [(max((reader.now - at).total_seconds(), 0) if at else 0,)]


EVERY = (
    Measure(
        "guanjia_approvals_waiting",
        "待审批事项",
        "Approvals that wait for a decision",
        number_of(Approval, Approval.kind, where=[Approval.state == ApprovalState.PENDING]),
        labels=("kind",),
        unit="件",
    ),
    Measure(
        "guanjia_audit_unsealed",
        "未封存审计记录",
        "Audit entries not sealed",
        lambda reader: reader.rows(select(func.count()).select_from(audit_waiting)),
        unit="条",
    ),
    Measure(
        "guanjia_audit_unsealed_oldest_seconds",
        "最早未封存审计记录的时长",
        "Age of the oldest audit entry not sealed",
        _unsealed_age,
        unit="秒",
    ),
)
"""What is measured in every service."""


class Measurer:
    """Measures one service every `every_s` seconds."""

    def __init__(
        self,
        service: Service,
        database: Database,
        every_s: float,
        clock: Callable[[], datetime],
        registry: CollectorRegistry = REGISTRY,
    ) -> None:
        self._database = database
        self._every_s = every_s
        self._clock = clock
        self._stopping = threading.Event()
        self._principal = itself(service.name)
        self._measured = metrics.measured.labels(service.name)
        self._gauges = [
            (each, Gauge(each.name, f"{each.zh} {each.en}", each.labels, registry=registry))
            for each in (*EVERY, *service.measures)
        ]

    def run(self) -> None:
        """Measures until `stop`."""
        self.measure()
        while not self._stopping.wait(self._every_s):
            self.measure()

    def stop(self) -> None:
        """Ends `run`."""
        self._stopping.set()

    def measure(self) -> None:
        """Sets every gauge; one that cannot be measured keeps its figure and is counted."""
        context = Context(self._principal, self._clock(), "measure")
        measured = False
        for each, gauge in self._gauges:
            try:
                with self._database.reading() as connection:
                    _set(gauge, list(each.rows(Reader(connection, context))))
                measured = True
            except Exception as error:
                metrics.measure_failures.labels(each.name).inc()
                log.warning("not measured", measure=each.name, error=str(error)[:300])
        if measured:
            self._measured.set(time.time())


def _set(gauge: Gauge, rows: list[Sequence[Any]]) -> None:
    gauge.clear()  # what has no rows any more is gone; nobody looks in between
    for *labels, figure in rows:
        (gauge.labels(*map(str, labels)) if labels else gauge).set(float(figure or 0))
