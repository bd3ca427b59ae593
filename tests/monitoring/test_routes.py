"""Who hears of an alarm."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests.monitoring.shipped import FOLDER, alarms, run

pytestmark = pytest.mark.row("P11")

RECEIVERS = {
    "critical": "on-call",
    "warning": "work-queue",
    "business": "business-office",
    "none": "watchdog",
}


def configuration() -> Any:
    return yaml.safe_load((FOLDER / "alertmanager.yml").read_text())


def test_alertmanager_accepts_its_configuration() -> None:
    run("amtool", "check-config", "alertmanager.yml")


def test_each_alarm_is_of_a_severity_somebody_answers_to() -> None:
    assert {rule["labels"]["severity"] for rule in alarms().values()} == RECEIVERS.keys()


@pytest.mark.parametrize("severity", [*RECEIVERS, "one nobody thought of"])
def test_each_severity_reaches_those_it_is_for(severity: str) -> None:
    run(
        *("amtool", "config", "routes", "test", "--config.file=alertmanager.yml"),
        f"--verify.receivers={RECEIVERS.get(severity, 'work-queue')}",
        *(f"severity={severity}", "alertname=Some", "deployment=guanjia", "service=housing"),
    )


def test_alarms_of_a_service_come_together() -> None:
    assert configuration()["route"]["group_by"] == ["deployment", "service"]


def test_what_is_silenced_by_its_cause_is_an_alarm_there_is() -> None:
    for rule in configuration()["inhibit_rules"]:
        matchers = [*rule["source_matchers"], *rule["target_matchers"]]
        named = [re.findall(r'"([^"]+)"', each) for each in matchers if "alertname" in each]
        names = {name for [each] in named for name in each.split("|")}
        assert names and names <= alarms().keys()
        assert "deployment" in rule["equal"]


def test_no_receiver_has_a_secret_in_the_configuration() -> None:
    text = (FOLDER / "alertmanager.yml").read_text()
    assert "credentials_file" in text
    assert not re.search(r"credentials:|password:|bearer_token:|api_key:", text)
