"""Every service, alone beside the gateway: what operators rely on."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from chassis.platform import SERVICES
from cli.platform import Platform
from tests.processes import METHODS, Caller, Refusal

NEEDED = {
    "guanjia_call_seconds",
    "guanjia_reaction_seconds",
    "guanjia_retries",
    "guanjia_parked",
    "guanjia_duplicates",
    "guanjia_outbox_waiting",
    "guanjia_outbox_oldest_seconds",
    "guanjia_hub_lag_seconds",
    "guanjia_reconnects",
    "guanjia_ready",
}


def resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096 / 1e6


@pytest.mark.row("P11")
@pytest.mark.parametrize("name", SERVICES)
def test_a_service_runs_alone_tells_how_it_is_and_ends_in_good_order(
    platform_of: Callable[..., Platform], name: str
) -> None:
    platform = platform_of(name)
    process = platform.processes[name]
    caller = Caller(platform.gateway)
    listing = min(key for key in METHODS if key.startswith(f"{name}.list_"))
    caller.call(listing)
    with pytest.raises(Refusal):
        caller.call(listing, page_size=501)

    assert process.get("/livez")[0] == process.get("/readyz")[0] == 200
    assert process.get("/nowhere")[0] == 404
    families = list(text_string_to_metric_families(process.get("/metrics")[1]))
    assert {each.name for each in families} >= NEEDED
    codes = {
        sample.labels["code"]
        for each in families
        for sample in each.samples
        if sample.name == "guanjia_call_seconds_count"
    }
    assert codes == {"OK", "InvalidInput"}

    assert resident_mb(process.pid) < 120

    began = time.monotonic()
    process.signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert time.monotonic() - began < 10
    for line in process.log.read_text().splitlines():
        assert json.loads(line)["service"] == name
    assert json.loads(process.tail(1)[0])["event"] == "stopped"
