"""The dashboards as Grafana reads them: what it would ignore, misdraw or hide without a word."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest

from chassis.measures import Measure
from chassis.platform import SERVICES
from chassis.service import load
from tests.monitoring.shipped import COMPARED, alarms, dashboards, panels

pytestmark = pytest.mark.row("P11")

UNITS = {"none", "locale", "s", "bytes", "percentunit", "reqps", "eps"}
"""Of Grafana's; one it does not know is shown as if it were the name of a unit."""
OWN_UNIT = re.compile(r"suffix:\S.*|bool:\S+/\S+")
PANEL = {"id", "type", "title", "gridPos", "datasource", "fieldConfig", "options", "targets"}
TARGET = {"refId", "datasource", "expr", "instant", "range", "legendFormat"}
FIELD = {"unit", "decimals", "min", "max", "noValue", "mappings", "thresholds", "color", "custom"}
AXIS = {"axisSoftMin", "axisSoftMax", "thresholdsStyle"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
WIDTH = 24
COLUMN_PX = 65  # of a screen 1600 wide

PANELS = [pytest.param(panel, id=f"{name}-{panel['id']}") for name, panel, _ in panels()]
LABELLED = [each for name in SERVICES for each in load(name).measures if each.labels]


def defaults(panel: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = panel["fieldConfig"]["defaults"]
    return found


def is_of_now(panel: dict[str, Any]) -> bool:
    return bool(panel["type"] != "timeseries")


def boundary(alarm: str) -> float:
    """Where a threshold of Grafana, which is bad itself, must stand; what is counted is whole."""
    compared = COMPARED.fullmatch(alarms()[alarm]["expr"])
    assert compared
    return float(compared["threshold"]) or 1


def named(expr: str) -> set[str]:
    """Metrics and recorded rules it asks for."""
    return set(re.findall(r"\bguanjia[\w:]+", expr))


@pytest.mark.parametrize("name", sorted(dashboards()))
def test_panels_fill_the_grid_and_none_covers_another(name: str) -> None:
    places = [panel["gridPos"] for panel in dashboards()[name]["panels"]]
    taken = Counter(
        (x, y)
        for at in places
        for x in range(at["x"], at["x"] + at["w"])
        for y in range(at["y"], at["y"] + at["h"])
    )
    height = max(at["y"] + at["h"] for at in places)
    assert taken == {(x, y): 1 for x in range(WIDTH) for y in range(height)}


@pytest.mark.parametrize("panel", PANELS)
def test_grafana_knows_unit_and_keys(panel: dict[str, Any]) -> None:
    unit = defaults(panel)["unit"]
    assert unit in UNITS or OWN_UNIT.fullmatch(unit)
    assert panel.keys() <= PANEL
    assert defaults(panel).keys() <= FIELD
    assert defaults(panel).get("custom", {}).keys() <= AXIS
    assert all(target.keys() <= TARGET for target in panel["targets"])


@pytest.mark.parametrize("panel", PANELS)
def test_a_title_is_not_cut_off(panel: dict[str, Any]) -> None:
    wide = len(re.findall(r"[\u3000-\uffef]", panel["title"]))
    assert 14 * wide + 7 * (len(panel["title"]) - wide) < COLUMN_PX * panel["gridPos"]["w"] - 24


@pytest.mark.parametrize("panel", PANELS)
def test_what_is_of_now_asks_for_now_and_says_when_there_is_nothing(panel: dict[str, Any]) -> None:
    for target in panel["targets"]:
        assert (target.get("instant"), target.get("range")) == (
            (True, False) if is_of_now(panel) else (False, True)
        )
    told = [defaults(panel).get("noValue", "")]
    if is_of_now(panel):
        told = [each["options"]["result"]["text"] for each in defaults(panel)["mappings"]]
    assert told and all(CHINESE.search(each) for each in told)


@pytest.mark.parametrize("panel", PANELS)
def test_only_what_an_alarm_calls_bad_is_red(panel: dict[str, Any]) -> None:
    steps = defaults(panel).get("thresholds", {}).get("steps", [])
    if not steps:
        assert not is_of_now(panel) or defaults(panel)["color"]["mode"] == "fixed"
        return
    asked = named(panel["targets"][0]["expr"])
    alike = [name for name, rule in alarms().items() if asked & named(rule["expr"])]
    assert steps[-1]["value"] in map(boundary, alike) or not asked


def test_an_axis_begins_at_zero_and_ends_in_reach() -> None:
    for _, panel, _ in panels():
        if not is_of_now(panel):
            axis = defaults(panel).get("custom", {})
            assert axis.get("axisSoftMin") == 0, panel["title"]
            most = 0.1 if defaults(panel)["unit"] == "percentunit" else 4
            assert 0 < axis.get("axisSoftMax", 100) <= most, panel["title"]


@pytest.mark.parametrize("panel", PANELS)
def test_nothing_has_a_name_too(panel: dict[str, Any]) -> None:
    for target in panel["targets"]:
        _, otherwise, nothing = target["expr"].partition(" or on () ")
        if otherwise and "{{" in target["legendFormat"]:
            label = re.fullmatch(r'label_replace\(.+, "(\w+)", "无 none", "", ""\)', nothing)
            assert label and f"{{{{{label[1]}}}}}" in target["legendFormat"]


@pytest.mark.parametrize("measure", LABELLED, ids=[each.name for each in LABELLED])
def test_states_are_called_as_people_call_them(measure: Measure) -> None:
    [panel] = [panel for _, panel, expr in panels() if f"({measure.name})" in expr]
    names = {
        override["matcher"]["options"]: override["properties"][0]["value"]
        for override in panel["fieldConfig"]["overrides"]
    }
    assert names and all(map(CHINESE.search, names.values()))


def test_no_figure_of_the_business_is_zero_because_nobody_told_it() -> None:
    told = [expr for _, _, expr in panels() if re.search(r"guanjia_(housing|warehouse)_", expr)]
    assert told
    assert not [expr for expr in told if "vector(" in expr]
