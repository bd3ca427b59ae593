"""A real Prometheus over a running platform: every question it is asked has an answer."""

from __future__ import annotations

import re
import sys
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from chassis.platform import SERVICES
from cli.platform import Platform
from cli.process import HOST, Process
from cli.servers import RabbitMQ, free_port
from tests.faults.load import Load
from tests.monitoring.shipped import COMPARED, alarms, metrics, panels
from tests.monitoring.watch import Watch
from tests.processes import Caller
from tests.waiting import eventually

pytestmark = [
    pytest.mark.row("P11"),
    pytest.mark.timeout(400),  # with the start of all it stands on
]

QUERIES = sorted({expr for _, _, expr in panels()})


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMQ]:
    folder = tmp_path_factory.mktemp("watched") / "rabbitmq"
    with RabbitMQ(folder, plugins=["rabbitmq_prometheus"]) as server:
        yield server


@pytest.fixture(scope="module")
def platform(broker: RabbitMQ, lasting_platform_of: Callable[..., Platform]) -> Platform:
    """All services, which have done some work."""
    platform = lasting_platform_of(*SERVICES, broker=broker)
    Load(platform, assets=2, seed=1).run(10)
    caller = Caller(platform.gateway)
    year = (datetime.now(UTC) + timedelta(days=60)).year
    days = {"holidays": [f"{year}-01-01"], "source": "国务院办公厅通知"}
    caller.call("directory.publish_calendar_year", year=year, **days)
    caller.close()
    return platform


@pytest.fixture(scope="module")
def secured(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A second gateway, that has a certificate."""
    folder = tmp_path_factory.mktemp("secured")
    certificate = trustme.CA().issue_cert("localhost", HOST)
    certificate.private_key_pem.write_to_path(str(folder / "tls.key"))
    for each in certificate.cert_chain_pems:
        each.write_to_path(str(folder / "tls.crt"), append=True)
    port = free_port()
    own = {
        "GUANJIA_GRPC_PORT": str(free_port()),
        "GUANJIA_METRICS_PORT": str(port),
        "GUANJIA_TLS_CERTIFICATE": str(folder / "tls.crt"),
        "GUANJIA_TLS_KEY": str(folder / "tls.key"),
    }
    environment = platform.processes["gateway"].environment | own
    command = [sys.executable, "-P", "-m", "gateway"]
    gateway = Process("gateway-tls", command, folder / "gateway.log", environment, port)
    gateway.start()
    try:
        yield gateway
    finally:
        gateway.stop()


@pytest.fixture(scope="module")
def watch(
    platform: Platform, secured: Process, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Watch]:
    also = {"gateway": [f"{HOST}:{secured.metrics_port}"]}
    with Watch(tmp_path_factory.mktemp("watch"), platform, also=also) as watch:
        yield watch


@pytest.fixture(scope="module", autouse=True)
def busy(platform: Platform, watch: Watch) -> None:
    """Calls between two looks of Prometheus, so that rates are known."""
    caller = Caller(platform.gateway)

    def counted() -> bool:
        for each in ("directory.list_units", "housing.list_properties", "warehouse.list_items"):
            caller.call(each)
        seen = watch.prometheus.query("guanjia:call_seconds:p95 > 0")
        return {*SERVICES, "gateway"} <= {each["metric"]["service"] for each in seen}

    eventually(counted, within_s=60, every_s=0.3)
    caller.close()


def is_answered(watch: Watch, expression: str) -> None:
    """Waits until Prometheus has data for it."""
    eventually(lambda: watch.prometheus.query(expression), within_s=30, every_s=0.2)


@pytest.mark.parametrize("name", sorted(alarms("alerts")))
def test_what_an_alarm_compares_has_a_value_though_all_is_well(watch: Watch, name: str) -> None:
    compared = COMPARED.fullmatch(alarms()[name]["expr"])
    assert compared
    is_answered(watch, compared["left"])


def test_no_alarm_but_the_watchdog_fires_when_all_is_well(watch: Watch) -> None:
    def wrong() -> list[str]:
        met = {name: watch.prometheus.query(rule["expr"]) for name, rule in alarms().items()}
        return [f"{name}: {found}" for name, found in met.items() if found and name != "Watchdog"]

    def quiet() -> bool:
        told = wrong()
        assert not told, told
        return True

    eventually(quiet, within_s=60, every_s=1)
    assert watch.prometheus.query(alarms()["Watchdog"]["expr"])


@pytest.mark.parametrize("expr", QUERIES)
def test_every_panel_shows_something(watch: Watch, expr: str) -> None:
    for service in SERVICES if "$service" in expr else ("",):
        is_answered(watch, expr.replace("$__rate_interval", "1m").replace("$service", service))


def test_every_metric_that_is_asked_for_is_exported_by_somebody(
    platform: Platform, secured: Process, broker: RabbitMQ
) -> None:
    pages = [each.get("/metrics")[1] for each in (*platform.processes.values(), secured)]
    address = f"http://{broker.metrics_address}/metrics"
    for path in ("", "/detailed?family=queue_coarse_metrics&family=queue_consumer_count"):
        with urllib.request.urlopen(address + path, timeout=10) as page:
            pages.append(page.read().decode())
    exported = set()
    for name, kind in re.findall(r"^# TYPE (\S+) (\S+)", "\n".join(pages), re.MULTILINE):
        endings = ("_bucket", "_count", "_sum") if kind == "histogram" else ("",)
        exported |= {name + ending for ending in endings}
    assert metrics() <= exported, metrics() - exported


def test_every_rule_can_be_evaluated(watch: Watch) -> None:
    groups = watch.prometheus.get("/api/v1/rules")["data"]["groups"]
    there = [rule for group in groups for rule in group["rules"]]
    assert {each["name"] for each in there} >= alarms().keys()
    assert not [each["name"] for each in there if each["health"] == "err"]
