"""The sections of the page: a title, how it was measured, tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.comparison import COMPARED, versus
from tests.bench.figures import Figure, Figures
from tests.bench.lists import PAGE_AIM
from tests.bench.measure import IN_FLIGHT
from tests.bench.pictures import ROLES
from tests.bench.ratios import IDLE_AIM_MB, SERIES
from tests.bench.rounds import BUSY

Cells = Sequence[str]


@dataclass(frozen=True)
class Table:
    """The first column is read, the others compared."""

    headings: Cells
    rows: Sequence[Cells]

    def markdown(self) -> str:
        ruler = ["---", *["--:"] * (len(self.headings) - 1)]
        if self.headings == ("", ""):
            ruler = ["---", "---"]
        lines = (self.headings, ruler, *self.rows)
        return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


Section = tuple[str, str, Sequence[Table]]


def ratios(figures: Figures) -> Section:
    found = [
        (ours, other, each)
        for ours, other in COMPARED
        for level in IN_FLIGHT
        if (each := versus(figures, ours, other, level))
    ]
    rows = [
        (
            f"`{ours}` ÷ `{other}`",
            str(each.ours.in_flight),
            _times(each.calls),
            f"{each.ours.calls_per_s:,.0f} ÷ {each.other.calls_per_s:,.0f}",
            _times(each.p50),
            f"{each.ours.p50_ms:.2f} ÷ {each.other.p50_ms:.2f}",
            _times(each.p99),
            f"{each.ours.p99_ms:.2f} ÷ {each.other.p99_ms:.2f}",
        )
        for ours, other, each in found
    ]
    headings = ("ours ÷ other", "in flight", "calls/s", "", "p50", "ms", "p99", "ms")
    how = (
        "A closed loop keeps so many calls in flight at each in turn, and one figure is divided by "
        "the other: of calls a second more is better, of latencies less."
    )
    return "Ours against others", how, (Table(headings, rows), _aims(figures))


def calls(figures: Figures) -> Section:
    rows = [
        (
            f"`{each.name}`",
            str(each.in_flight),
            f"{each.calls_per_s:,.0f}{_mark(each)}",
            f"{each.spread:.0%}",
            f"{each.p50_ms:.2f}",
            f"{each.p99_ms:.2f}",
        )
        for each in figures.measures
    ]
    headings = ("measure", "in flight", "calls/s", "±", "p50 ms", "p99 ms")
    how = (
        "A client in a process of its own checks every answer and counts the right ones; ± is how "
        "far the rounds lie apart."
    )
    return "Calls", how, (Table(headings, rows),)


def cpu(figures: Figures) -> Section:
    rows = [
        (
            f"`{each.name}`",
            str(each.in_flight),
            *(f"{each.cpu_ms[role]:.2f}" if role in each.cpu_ms else "" for role in ROLES),
            f"{each.all_cpu_ms:.2f}",
        )
        for each in figures.measures
        if each.cpu_ms
    ]
    how = (
        "The processes' CPU time by the kernel's count (`/proc`), before and after, divided by the "
        "calls: ms a call, background work included."
    )
    return "CPU a call, by process", how, (Table(("measure", "in flight", *ROLES, "all"), rows),)


def facts(figures: Figures) -> Section:
    found = [each for each in figures.measures if each.name.startswith("facts.")]
    rows = [
        (
            f"`{each.name}`",
            str(each.in_flight),
            f"{each.calls_per_s:,.0f}{_mark(each)}",
            f"{each.p50_ms:.1f}",
            f"{each.p99_ms:.1f}",
        )
        for each in found
    ]
    headings = ("measure", "in flight", "facts/s", "p50 ms", "p99 ms")
    how = (
        "`facts.ours`: a consent through the gateway approves a disposal in housing, and the "
        "warehouse drafts its intake; latency is from commit to commit by PostgreSQL's own clock, "
        "and facts/s contain the consents that cause them. `facts.broker`: messages as large, "
        "persistent, confirmed and acknowledged through a quorum queue, with py-amqp alone. "
        "`facts.backlog`: so many lie in the queue when a stopped warehouse goes on; latency is "
        "from then on."
    )
    return "Facts, from commit to effect", how, (Table(headings, rows),)


def lists(figures: Figures) -> Section:
    small, large = figures.sizes
    rows = [
        (
            each.name,
            f"{each.small_ms:.2f}",
            f"{each.large_ms:.2f}",
            f"{each.ratio:.2f} {_met(each.ratio <= PAGE_AIM)}",
        )
        for each in figures.pages
    ]
    how = (
        "In process over PostgreSQL, without bus and gateway; medians of pages of the same length, "
        f"asked for alternately at both sizes. Aim: at most {PAGE_AIM} times as long."
    )
    headings = ("page of", f"ms, {small:,} rows", f"ms, {large:,} rows", "ratio")
    return "Lists", how, (Table(headings, rows),)


def reports(figures: Figures) -> Section:
    rows = [
        (name, f"{ms:.0f}", f"< {aim:g} {_met(ms < aim)}" if aim is not None else "")
        for name, ms, aim in figures.reports
    ]
    how = "In process over PostgreSQL, medians."
    return "Reports", how, (Table(("report", "ms", "aim"), rows),)


def memory(figures: Figures) -> Section:
    rows = [
        (name, f"{used:.0f}", _met(used < IDLE_AIM_MB))
        for name, used in figures.told["idle_mb"].items()
    ]
    how = (
        "Resident memory of each process of a platform that was started and has had nothing to do "
        "for some seconds."
    )
    return "Idle memory", how, (Table(("process", "MB", f"< {IDLE_AIM_MB}"), rows),)


def _aims(figures: Figures) -> Table:
    told = figures.told["ratios"]
    rows = []
    for name in dict.fromkeys(each["name"] for each in told):
        of = {each["in_flight"]: each for each in told if each["name"] == name}
        form = "{:,.0f}" if name == SERIES else "{:.2f}"
        cells = [
            f"{form.format(of[level]['value'])} {_met(of[level]['is_met'])}".strip()
            if level in of
            else ""
            for level in IN_FLIGHT
        ]
        aim = next(iter(of.values()))["aim"]
        rows.append((name, *cells, "" if aim is None else f"≥ {aim:g}"))
    return Table(("at in flight", *map(str, IN_FLIGHT), "aim"), rows)


def _times(value: float) -> str:
    return f"**{value:.2f}**"


def _met(is_met: bool | None) -> str:
    return {None: "", True: "✓", False: "✗"}[is_met]


def _mark(figure: Figure) -> str:
    return " *" if figure.others > BUSY else ""
