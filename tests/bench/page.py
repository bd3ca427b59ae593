"""The page docs/performance.md, from figures alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from tests.bench import sections
from tests.bench.figures import Figures
from tests.bench.rounds import BUSY

FOLDER = "performance"
"""Where the pictures are, as seen from the page."""

Section = Callable[[Figures], tuple[str, str, Sequence[sections.Table]]]

SECTIONS: tuple[tuple[str, Section], ...] = (
    ("ratios", sections.ratios),
    ("latency", sections.calls),
    ("cpu", sections.cpu),
    ("facts", sections.facts),
    ("lists", sections.lists),
    ("reports", sections.reports),
    ("memory", sections.memory),
)
"""Each with its picture."""


def page(figures: Figures, drawn: Iterable[str]) -> str:
    """Markdown; `drawn` are the names of the pictures there are."""
    there = set(drawn)
    parts = [_head(figures)]
    for picture, section in SECTIONS:
        title, how, tables = section(figures)
        if not any(table.rows for table in tables):
            continue
        parts.append(f"## {title}\n\n{how}")
        if picture in there:
            parts.append(f"![{title}]({FOLDER}/{picture}.svg)")
        parts += [table.markdown() for table in tables if table.rows]
    parts.append(_effects(figures))
    return "\n\n".join(parts) + "\n"


def _head(figures: Figures) -> str:
    told, plan = figures.told["machine"], figures.told["plan"]
    libraries = ["grpcio", "nameko", "eventlet", "kombu", "amqp", "sqlalchemy", "psycopg2-binary"]
    rows = [
        ("date", told["date"]),
        ("commit", told["commit"] or "not known"),
        ("machine", f"{told['cpu']}, {told['cores']} cores, {told['memory']}"),
        ("kernel", told["system"]),
        ("Python", told["python"]),
        ("RabbitMQ", told["rabbitmq"]),
        ("PostgreSQL", told["postgresql"]),
        ("libraries", ", ".join(f"{name} {told[name]}" for name in libraries)),
        ("each figure", f"median of {plan['rounds']} rounds of {plan['seconds']:g} s"),
    ]
    return "\n\n".join(
        [
            "# Performance",
            "Written by `make bench ARGS=--save`, all of it in one run on one machine; do not "
            f"edit. The raw figures are in [figures.json]({FOLDER}/figures.json); "
            "`python -m tests.bench --render` writes this page from them again.",
            sections.Table(("", ""), rows).markdown(),
            "The load client and all servers share the machine's cores: compare ratios, not calls "
            "a second. What is measured, how, and what not to conclude: "
            "[tests/bench](../tests/bench/README.md).",
            *_warnings(figures),
        ]
    )


def _warnings(figures: Figures) -> list[str]:
    found = []
    if figures.told["plan"]["seconds"] < 3:
        found.append("**A quick run: rough figures.**")
    disturbed = sum(each.others > BUSY for each in figures.measures)
    if disturbed:
        found.append(
            f"The machine was busy with other work in {disturbed} of {len(figures.measures)} rows "
            "(marked *): their calls a second are too low, CPU times suffer less."
        )
    return found


def _effects(figures: Figures) -> str:
    told = "\n".join(
        f"- {'✓' if each['ok'] else '✗ WRONG'} {each['text']}" for each in figures.told["findings"]
    )
    return (
        "## Effects\n\nAfter the last round the effects of all commands are counted in the "
        f"databases; figures of a run that lost or doubled one mean nothing.\n\n{told}"
    )
