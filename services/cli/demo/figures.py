"""The end of the story in figures: facts on their way, what the warehouse holds, times."""

from __future__ import annotations

import importlib
from collections import defaultdict
from functools import cache

from prometheus_client.parser import text_string_to_metric_families
from rich.table import Table
from rich.text import Text

from chassis.contract import facts_of
from chassis.platform import SERVICES
from cli.demo.story import Person, Story, duration, expect
from cli.platform import Platform
from cli.render.grid import grid
from cli.render.values import yuan
from guanjia.warehouse.v1 import items_pb2

HELD = 35
"""38 items came in, 3 went out."""

Samples = list[tuple[str, dict[str, str], float]]


def summarise(story: Story, keeper: Person, platform: Platform) -> None:
    figures = {name: samples(platform.metrics(name)) for name in SERVICES}
    state = items_pb2.ITEM_STATE_IN_STOCK
    items = keeper.asks("warehouse.ListItems", state=state, page_size=500).items
    expect(len(items) == HELD, f"公物仓应有 {HELD} 件，实有 {len(items)} 件")
    story.show(facts_table(figures), Text(), holdings_table(items), Text(), times_table(story))


def samples(text: str) -> Samples:
    """Name, labels and value of each sample in a /metrics page."""
    return [
        (sample.name, sample.labels, sample.value)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    ]


def facts_table(figures: dict[str, Samples]) -> Table:
    """Per service: what it published, what reached it, what it had seen before."""
    table = grid(Text("事实 facts", "bold"))
    table.add_column("服务")
    table.add_column("发布或接收", overflow="fold")
    table.add_column("次数", justify="right")
    table.add_column("重复", justify="right")
    for service, found in figures.items():
        seen_before = _by_label(found, "guanjia_duplicates_total", "consumer")
        for fact, number in _by_label(found, "guanjia_published_total", "fact").items():
            table.add_row(service, f"发布 published {_label(service, fact)}", f"{number:.0f}", "")
        received = _by_label(found, "guanjia_reaction_seconds_count", "consumer")
        for consumer, number in received.items():
            again = f"{seen_before.get(consumer, 0):.0f}"
            table.add_row(service, f"接收 received {consumer}", f"{number:.0f}", again)
        unrouted = sum(value for name, _, value in found if name == "guanjia_outbox_unroutable")
        if unrouted:
            told = "尚无订阅方，留在发件箱 no subscriber yet, kept"
            table.add_row(service, Text(told, "dim"), f"{unrouted:.0f}", "")
    return table


def holdings_table(items: list[items_pb2.Item]) -> Table:
    table = grid(Text(f"公物仓现有 the warehouse holds  {len(items)} 件", "bold"))
    table.add_column("分类代码")
    table.add_column("名称")
    table.add_column("件数", justify="right")
    table.add_column("入仓价值（元）", justify="right")
    by_class: dict[tuple[str, str], list[int]] = defaultdict(list)
    for item in items:
        by_class[item.asset.class_code, item.asset.name].append(item.value_fen)
    for (code, name), values in sorted(by_class.items()):
        table.add_row(code, name, str(len(values)), yuan(sum(values)))
    table.add_section()
    total = yuan(sum(item.value_fen for item in items))
    table.add_row("合计", "", str(len(items)), total, style="bold")
    return table


def times_table(story: Story) -> Table:
    table = grid(Text("用时 times", "bold"))
    table.add_column("幕")
    table.add_column("用时", justify="right")
    for title, seconds in story.took.items():
        table.add_row(title, duration(seconds))
    table.add_section()
    table.add_row("合计", duration(story.seconds), style="bold")
    return table


def _by_label(found: Samples, name: str, label: str) -> dict[str, float]:
    totals: dict[str, float] = defaultdict(float)
    for sample, labels, value in found:
        if sample == name:
            totals[labels[label]] += value
    return totals


@cache
def _labels(service: str) -> dict[str, str]:
    events = importlib.import_module(f"guanjia.{service}.v1.events_pb2")
    return {fact.key: f"{fact.label} {fact.name}" for fact in facts_of(events).values()}


def _label(service: str, fact: str) -> str:
    return _labels(service).get(fact, fact)
