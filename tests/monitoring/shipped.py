"""What k8s/monitoring ships, as tests read it."""

from __future__ import annotations

import json
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "k8s" / "monitoring"
COMPARED = re.compile(r"(?P<left>.+) (?P<how>[<>]) (?P<threshold>[\d.]+)", re.DOTALL)
"""The form of every alarm."""

_QUOTED = re.compile(r'"[^"]*"')
_METRIC = re.compile(r"\b(?:guanjia|rabbitmq|process)_\w+")
_RECORDED = re.compile(r"\bguanjia:\w+(?::\w+)?")


@cache
def rules(file: str = "*") -> list[dict[str, Any]]:
    """Every rule of one file, or of all."""
    return [
        rule
        for path in sorted((FOLDER / "rules").glob(f"{file}.yml"))
        for group in yaml.safe_load(path.read_text())["groups"]
        for rule in group["rules"]
    ]


@cache
def alarms(file: str = "*") -> dict[str, dict[str, Any]]:
    """Name → rule."""
    return {rule["alert"]: rule for rule in rules(file) if "alert" in rule}


@cache
def dashboards() -> dict[str, dict[str, Any]]:
    """Name of the file → dashboard."""
    found = sorted((FOLDER / "dashboards").glob("*.json"))
    return {path.stem: json.loads(path.read_text()) for path in found}


def panels() -> list[tuple[str, dict[str, Any], str]]:
    """(dashboard, panel, expression) of every panel."""
    return [
        (name, panel, target["expr"])
        for name, board in dashboards().items()
        for panel in board["panels"]
        for target in panel["targets"]
    ]


def expressions() -> list[str]:
    """All that is asked of Prometheus."""
    return [rule["expr"] for rule in rules()] + [expr for _, _, expr in panels()]


def metrics() -> set[str]:
    """Names of what processes must export for all that is asked."""
    return {name for each in expressions() for name in _METRIC.findall(_QUOTED.sub("", each))}


def recorded() -> set[str]:
    """Names of what rules must record for it."""
    return {name for each in expressions() for name in _RECORDED.findall(_QUOTED.sub("", each))}


def run(*command: str) -> str:
    """What a program printed; an assertion fails if it did not end well."""
    try:
        done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True)
    except FileNotFoundError:
        raise AssertionError(f"{command[0]} is missing; make setup installs it") from None
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
