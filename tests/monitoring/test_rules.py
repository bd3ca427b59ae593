"""The rules as Prometheus reads them, and what each alarm owes to whoever it wakes."""

from __future__ import annotations

import re
import sys
from functools import cache
from typing import Any

import pytest
import yaml

from tests.monitoring.shipped import (
    COMPARED,
    FOLDER,
    ROOT,
    alarms,
    panels,
    recorded,
    rules,
    run,
)

pytestmark = pytest.mark.row("P11")

BOOK = ROOT / "docs" / "operations.md"
CHINESE = re.compile(r"^[^|]*[\u4e00-\u9fff][^|]* \| [^|\u4e00-\u9fff]*$")
ENDLESS = {"Watchdog"}
"""Alarms that are not meant to end."""


@cache
def unit_tests() -> dict[str, list[dict[str, Any]]]:
    """Name of an alarm → what is expected of it, in order of time."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted((FOLDER / "tests").glob("*.yml")):
        for test in yaml.safe_load(path.read_text())["tests"]:
            found.setdefault(test["name"], []).extend(test["promql_expr_test"])
    return found


def test_prometheus_accepts_configuration_and_rules() -> None:
    run("promtool", "check", "config", "prometheus.yml")


def test_alarms_fire_and_end_as_their_unit_tests_say() -> None:
    run("promtool", "test", "rules", *map(str, sorted((FOLDER / "tests").glob("*.yml"))))


@pytest.mark.parametrize("name", sorted(alarms().keys() - ENDLESS))
def test_each_alarm_has_a_unit_test_in_which_it_fires_and_ends(name: str) -> None:
    expected = unit_tests().get(name, [])
    assert all(f'"{name}"' in each["expr"] for each in expected)
    fires = [bool(each["exp_samples"]) for each in expected]
    assert fires and fires == [False, True, False] * (len(fires) // 3)


@pytest.mark.parametrize("name", sorted(alarms()))
def test_each_alarm_tells_in_chinese_first_what_is_wrong_and_where_to_read_on(name: str) -> None:
    told = alarms()[name]["annotations"]
    assert told["runbook"] == f"docs/operations.md#{name.lower()}"
    for text in (told["summary"], told["description"]):
        plain = re.sub(r"{{.*?}}", "", text)
        assert CHINESE.match(plain), text


@pytest.mark.parametrize("name", sorted(alarms()))
def test_each_alarm_compares_something_that_has_a_value_when_all_is_well(name: str) -> None:
    assert COMPARED.fullmatch(alarms()[name]["expr"])


@pytest.mark.parametrize("name", sorted(alarms()))
def test_the_book_for_operators_has_a_section_for_each_alarm(name: str) -> None:
    assert re.search(rf"^#+ {name}$", BOOK.read_text(), re.MULTILINE)


def test_what_is_recorded_is_what_is_asked_for() -> None:
    assert recorded() == {rule["record"] for rule in rules() if "record" in rule}


@pytest.mark.parametrize("script", ["rules.py", "dashboards.py"])
def test_what_is_generated_is_in_step(script: str) -> None:
    run(sys.executable, "-P", str(FOLDER / script), "--check")


def test_kubernetes_scrapes_what_a_plain_machine_scrapes() -> None:
    plain = {
        job["job_name"]: (job.get("metrics_path", "/metrics"), job.get("params"))
        for job in yaml.safe_load((FOLDER / "prometheus.yml").read_text())["scrape_configs"]
    }
    monitors = yaml.safe_load_all((FOLDER / "podmonitors.yaml").read_text())
    points = [point for monitor in monitors for point in monitor["spec"]["podMetricsEndpoints"]]
    in_kubernetes = {
        relabeling["replacement"]: (point.get("path", "/metrics"), point.get("params"))
        for point in points
        for relabeling in point["relabelings"]
        if relabeling["targetLabel"] == "job"
    }
    assert in_kubernetes == plain


def test_each_panel_has_a_title_in_chinese_first_and_a_unit() -> None:
    for board, panel, _ in panels():
        title = panel["title"]
        assert re.match(r"^(RabbitMQ )?[\u4e00-\u9fff].*[A-Za-z]", title), (board, title)
        assert panel["fieldConfig"]["defaults"]["unit"], (board, title)
