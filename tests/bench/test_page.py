"""The page and its pictures say what the figures say. Needs no server, measures nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.bench import book
from tests.bench.figures import Figures
from tests.bench.labels import label
from tests.bench.lists import Lists, PageCost, ReportCost
from tests.bench.load import Sample
from tests.bench.machine import LIBRARIES
from tests.bench.measure import Finding, Reading
from tests.bench.page import page
from tests.bench.pictures import pictures
from tests.bench.ratios import ratios
from tests.bench.report import Report
from tests.bench.rounds import FULL, QUICK, Plan, Row

MACHINE = dict.fromkeys(
    ("date", "cores", "cpu", "memory", "system", "commit", "python", "rabbitmq", "postgresql"), "-"
) | dict.fromkeys(LIBRARIES, "1.0")
LISTS = Lists(
    "rooms",
    10_000,
    1_000_000,
    [PageCost("first page", 2.0, 2.5)],
    [ReportCost("a report", 400, 300)],
)
NAMES = re.compile(r"!\[.*\]\(performance/(\w+)\.svg\)")


def row(
    name: str,
    rate: int,
    p50_ms: float = 1,
    p99_ms: float = 2,
    others: float = 0,
    in_flight: int = 16,
) -> Row:
    sample = Sample(rate, 1.0, p50_ms, p99_ms, {})
    return Row(name, in_flight, [Reading(sample, {"client": 0.5, "service": 1.5}, others)])


def told(*rows: Row, plan: Plan = FULL, **given: Any) -> dict[str, Any]:
    """The figures of a made-up run."""
    parts: dict[str, Any] = {"idle_mb": {}, "lists": [], "findings": []} | given
    return Report(MACHINE, plan, rows, ratios(rows), **parts).as_json()


def everything() -> dict[str, Any]:
    rows = [row("ours.read", 1200, 8, 20), row("nameko.read", 400, 40, 50)]
    rows += [row("ours.read", 1300, in_flight=64), row("nameko.read", 420, in_flight=64)]
    rows += [row("facts.ours", 80, 30, 60), row("facts.broker", 4_000, 3, 9)]
    return told(
        *rows,
        idle_mb={"housing": 90.0, "warehouse": 130.0},
        lists=[LISTS],
        findings=[Finding(True, "counted right")],
    )


def lines(told: dict[str, Any]) -> list[str]:
    figures = Figures(told)
    return page(figures, pictures(figures)).splitlines()


def test_ours_is_divided_by_the_other_in_rate_and_in_latency() -> None:
    found = next(line for line in lines(everything()) if "`ours.read` ÷ `nameko.read`" in line)
    cells = [each.strip() for each in found.split("|")[1:-1]]
    assert cells[1:] == [
        "16",
        "**3.00**",
        "1,200 ÷ 400",
        "**0.20**",
        "8.00 ÷ 40.00",
        "**0.40**",
        "20.00 ÷ 50.00",
    ]


def test_each_process_shows_what_a_call_costs_it() -> None:
    assert "| `ours.read` | 16 | 0.50 |  | 1.50 |  |  |  | 2.00 |" in lines(everything())


def test_an_aim_that_is_missed_shows() -> None:
    found = lines(everything())
    assert "| rooms: first page | 2.00 | 2.50 | 1.25 ✓ |" in found
    assert "| a report | 400 | < 300 ✗ |" in found
    assert "| housing | 90 | ✓ |" in found
    assert "| warehouse | 130 | ✗ |" in found


def test_what_was_not_measured_has_no_section_and_no_picture() -> None:
    figures = Figures(told(row("ours.read", 1200)))
    assert set(pictures(figures)) == {"latency"}
    titles = [line for line in lines(figures.told) if line.startswith("## ")]
    assert titles == ["## Calls", "## CPU a call, by process", "## Effects"]


def test_every_picture_is_on_the_page() -> None:
    figures = Figures(everything())
    drawn = pictures(figures)
    assert set(NAMES.findall(page(figures, drawn))) == set(drawn)
    assert set(drawn) == {"ratios", "latency", "cpu", "facts", "lists", "reports", "memory"}


def test_a_quick_run_and_a_busy_machine_are_named() -> None:
    quiet = "\n".join(lines(told(row("ours.read", 1200))))
    assert "rough" not in quiet
    assert "busy" not in quiet
    rough = "\n".join(lines(told(row("ours.read", 1200, others=0.5), plan=QUICK)))
    assert "**A quick run: rough figures.**" in rough
    assert "busy with other work in 1 of 1 rows" in rough
    assert "1,200 *" in rough


@pytest.mark.parametrize("name", sorted(pictures(Figures(everything()))))
def test_a_picture_stands_alone_and_suits_light_and_dark_screens(name: str) -> None:
    svg = pictures(Figures(everything()))[name]
    root = ElementTree.fromstring(svg)
    assert not [each for each in root.iter() if each.tag.endswith(("}script", "}image", "}a"))]
    assert "href" not in svg
    assert "url(" not in svg
    assert "@import" not in svg
    assert set(re.findall(r"https?://[^\s\"<]+", svg)) <= {"http://www.w3.org/2000/svg"}
    assert "prefers-color-scheme:dark" in svg.replace(" ", "")
    assert re.search("[一-鿿]", root.findtext(".//{*}title") or "")


def test_the_same_figures_draw_the_same_pictures() -> None:
    assert pictures(Figures(everything())) == pictures(Figures(everything()))


def test_what_is_saved_can_be_rendered_again(tmp_path: Path) -> None:
    book.save(everything(), tmp_path)
    saved = {each: each.read_text("utf-8") for each in tmp_path.rglob("*") if each.is_file()}
    (tmp_path / "performance.md").unlink()
    (tmp_path / "performance" / "of-an-earlier-release.svg").write_text("<svg/>")
    book.render(tmp_path)
    assert {
        each: each.read_text("utf-8") for each in tmp_path.rglob("*") if each.is_file()
    } == saved


def test_the_committed_page_is_what_the_committed_figures_render_to() -> None:
    expected = book.rendered()
    found = {name: (book.DOCS / name).read_text("utf-8") for name in expected}
    assert found == expected, "python -m tests.bench --render"
    there = {f"performance/{each.name}" for each in (book.DOCS / "performance").glob("*.svg")}
    assert there == {name for name in expected if name.endswith(".svg")}


def test_whatever_the_committed_pictures_show_has_a_chinese_name() -> None:
    figures = Figures.read(book.DOCS / book.RAW)
    shown = {each.name for each in figures.measures}
    shown |= {name for name, _, _ in figures.reports}
    shown |= {part for each in figures.pages for part in each.name.split(": ")}
    shown |= {role for each in figures.measures for role in each.cpu_ms}
    shown |= set(figures.told["idle_mb"])
    assert {name for name in shown if not re.search("[一-鿿]", label(name))} == set()
