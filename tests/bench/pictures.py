"""The figures as pictures: SVG without scripts or references, for light and dark screens."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

import pygal
from pygal.style import Style

from tests.bench.comparison import COMPARED, versus
from tests.bench.figures import Figures
from tests.bench.labels import label
from tests.bench.measure import IN_FLIGHT

# pygal puts a finder into the import system for maps, which we do not draw. It speaks a protocol
# Python no longer has, and whoever asks each finder in turn, as pytest does, would stumble.
sys.meta_path[:] = [each for each in sys.meta_path if type(each).__module__ != pygal.__name__]

MIDDLE, MOST = IN_FLIGHT[1], IN_FLIGHT[-1]
ROLES = ("client", "gateway", "service", "warehouse", "broker", "postgres")
ANSWERED = ("ours.read", "nameko.read", "ours.command", "nameko.command", "echo.grpc", "echo.amqp")

_SVG = "http://www.w3.org/2000/svg"
_LONG = re.compile(r"\d+\.\d{3,}")
_FONT = '"Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif'
_STYLE = Style(
    background="#ffffff",
    plot_background="#ffffff",
    foreground="#1f2328",
    foreground_strong="#1f2328",
    foreground_subtle="#656d76",
    guide_stroke_color="#d0d7de",
    major_guide_stroke_color="#d0d7de",
    font_family=_FONT,
    value_font_family=_FONT,
    title_font_size=17,
    label_font_size=13,
    major_label_font_size=13,
    legend_font_size=13,
    value_font_size=11,
    opacity="1",
    colors=("#3b7dd8", "#e08a1e", "#3f9b57", "#9a6cc4", "#c2554d", "#6f8796"),
)
# The colours of the bars are seen on both grounds.
_DARK = """inline:@media (prefers-color-scheme: dark) {
  .graph > .background, .plot > .background { fill: #0d1117 }
  .title, .axis text, .axis text.major, .legends .legend text { fill: #e6edf3 }
  .text-overlay .series text.value { fill: #e6edf3 }
  .axis .guide.line, .axis .major.guide.line { stroke: #30363d }
  .axis .line { stroke: #8b949e }
}"""
_VALUES = "inline:.text-overlay .series text.value { fill: #1f2328; text-anchor: start }"

Series = Mapping[str, Sequence[float | None]]


def pictures(figures: Figures) -> dict[str, str]:
    """SVG by name; only of what was measured."""
    drawn = {
        "ratios": _ratios(figures),
        "latency": _latency(figures),
        "cpu": _cpu(figures),
        "facts": _facts(figures),
        "lists": _lists(figures),
        "reports": _bars(
            "统计耗时，毫秒 Reports, ms",
            [label(name) for name, _, _ in figures.reports],
            {"毫秒 ms": [ms for _, ms, _ in figures.reports]},
        ),
        "memory": _bars(
            "空闲进程常驻内存，MB Idle resident memory, MB",
            [label(name) for name in figures.told["idle_mb"]],
            {"MB": list(figures.told["idle_mb"].values())},
        ),
    }
    return {name: svg for name, svg in drawn.items() if svg}


def _ratios(figures: Figures) -> str:
    rows = {
        f"{label(ours)} ÷ {label(other)}": [versus(figures, ours, other, n) for n in IN_FLIGHT]
        for ours, other in COMPARED
    }
    rows = {name: cells for name, cells in rows.items() if any(cells)}
    return _bars(
        "每秒次数与基准之比 Calls a second, times the other's",
        list(rows),
        {
            f"{n} 个并发 in flight": [each.calls if each else None for each in column]
            for n, column in zip(IN_FLIGHT, zip(*rows.values(), strict=True), strict=False)
        },
        "{:.2f}",
    )


def _latency(figures: Figures) -> str:
    found = [each for name in ANSWERED if (each := figures.at(name, MIDDLE))]
    return _bars(
        f"{MIDDLE} 个并发时的延迟，毫秒 Latency at {MIDDLE} in flight, ms",
        [label(each.name) for each in found],
        {"p50": [each.p50_ms for each in found], "p99": [each.p99_ms for each in found]},
        "{:.1f}",
    )


def _cpu(figures: Figures) -> str:
    names = (*ANSWERED[:4], "facts.ours")
    found = [each for name in names if (each := figures.at(name, MOST))]
    return _bars(
        f"{MOST} 个并发时每次调用的处理器时间，毫秒 CPU a call at {MOST} in flight, ms",
        [label(each.name) for each in found],
        {label(role): [each.cpu_ms.get(role, 0) for each in found] for role in ROLES},
        stacked=True,
    )


def _facts(figures: Figures) -> str:
    names = ("facts.ours", "facts.broker")
    found = [each for n in IN_FLIGHT for name in names if (each := figures.at(name, n))]
    return _bars(
        "事实从提交到生效的延迟，毫秒 Facts from commit to effect, ms",
        [f"{label(each.name)} × {each.in_flight}" for each in found],
        {"p50": [each.p50_ms for each in found], "p99": [each.p99_ms for each in found]},
        "{:.1f}",
    )


def _lists(figures: Figures) -> str:
    small, large = figures.sizes
    return _bars(
        "列表一页耗时，毫秒 A page of a list, ms",
        [label(each.name) for each in figures.pages],
        {
            f"{small // 10_000} 万行 {small:,} rows": [each.small_ms for each in figures.pages],
            f"{large // 10_000} 万行 {large:,} rows": [each.large_ms for each in figures.pages],
        },
        "{:.2f}",
    )


def _bars(
    title: str, rows: Sequence[str], series: Series, form: str = "{:.0f}", stacked: bool = False
) -> str:
    """Horizontal bars, the first row at the top; empty without rows."""
    if not rows:
        return ""
    bars = 1 if stacked else len(series)
    columns = list(zip(*series.values(), strict=True))
    longest = max((sum if stacked else max)(value or 0 for value in each) for each in columns)
    chart = (pygal.HorizontalStackedBar if stacked else pygal.HorizontalBar)(
        title=title,
        style=_STYLE,
        css=["file://style.css", "file://graph.css", _VALUES, _DARK],
        js=(),
        no_prefix=True,
        width=960,
        height=130 + len(rows) * (16 * bars + 14),
        range=(0, longest * 1.06),  # room for the value behind the longest bar
        legend_at_bottom=True,
        legend_at_bottom_columns=3,
        margin_bottom=28,
        show_legend=len(series) > 1,
        print_values=not stacked,
        print_values_position="top",
    )
    # pygal draws horizontal bars from the bottom up.
    chart.x_labels = list(reversed(rows))
    for name, values in series.items():
        chart.add(
            name, list(reversed(values)), formatter=lambda value: f"\u2002{form.format(value)}"
        )
    return _plain(chart.render())


def _plain(svg: bytes) -> str:
    """Without pygal's script, its notes for it, and the date: the same figures give the same.

    Coordinates are rounded, since sums of floats differ with the release of Python.
    """
    ElementTree.register_namespace("", _SVG)
    root = ElementTree.fromstring(svg)
    for parent in list(root.iter()):
        for child in parent.findall(f"{{{_SVG}}}script") + parent.findall(f"{{{_SVG}}}desc"):
            parent.remove(child)
        for name, value in parent.attrib.items():
            parent.set(name, _LONG.sub(lambda found: f"{float(found[0]):.2f}", value))
    root.attrib.pop("id")
    ElementTree.indent(root, " ")
    return ElementTree.tostring(root, encoding="unicode") + "\n"
