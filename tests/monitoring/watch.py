"""Prometheus and Alertmanager over a running platform, with the files that are shipped.

Only what would make a test slow is changed: intervals, and with `faster` every duration in
the rules and in the routes. Where targets are found is said as an operator says it.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Self

import yaml

from cli.layout import GATEWAY
from cli.platform import Platform
from cli.process import HOST
from cli.servers import RabbitMQ
from cli.servers.prometheus import Alertmanager, Prometheus
from tests.monitoring.shipped import FOLDER

EVERY = "1s"
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_WINDOW = re.compile(r"\[(\d+[smhd])\]")
_LEAST_WINDOW_S = 5  # a rate needs samples


class Watch:
    """Use as a context. `also` has more targets: service → addresses."""

    def __init__(
        self,
        folder: Path,
        platform: Platform,
        *,
        faster: float = 1,
        also: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self._files = folder / "monitoring"
        self._faster = faster
        shutil.copytree(FOLDER, self._files)
        self.alertmanager = Alertmanager(folder / "alertmanager", self._files / "alertmanager.yml")
        self.prometheus = Prometheus(
            folder / "prometheus",
            self._files / "prometheus.yml",
            options=[f"--rules.alert.resend-delay={EVERY}"],
        )
        self._configure()
        self._find_targets(platform, also or {})
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self.alertmanager)
            stack.enter_context(self.prometheus)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def firing(self) -> dict[tuple[str, str], tuple[str, str]]:
        """(alarm, service) → (state, receiver), of what Alertmanager knows."""
        return {
            (each["labels"]["alertname"], each["labels"].get("service", "")): (
                each["status"]["state"],
                each["receivers"][0]["name"],
            )
            for each in self.alertmanager.alerts()
        }

    def _configure(self) -> None:
        with _edited(self._files / "prometheus.yml") as content:
            content["global"] |= {"scrape_interval": EVERY, "evaluation_interval": EVERY}
            address = f"{HOST}:{self.alertmanager.port}"
            content["alerting"]["alertmanagers"] = [{"static_configs": [{"targets": [address]}]}]
        for path in (self._files / "rules").glob("*.yml"):
            with _edited(path) as content:
                for rule in (rule for group in content["groups"] for rule in group["rules"]):
                    rule["expr"] = _WINDOW.sub(self._window, rule["expr"])
                    if "for" in rule:
                        rule["for"] = self._sooner(rule["for"])
        with _edited(self._files / "alertmanager.yml") as content:
            for route in (content["route"], *content["route"]["routes"]):
                route |= {
                    name: self._sooner(value)
                    for name, value in route.items()
                    if name.startswith("group_") and isinstance(value, str)
                }

    def _find_targets(self, platform: Platform, also: Mapping[str, Sequence[str]]) -> None:
        layout = platform.layout
        names = {each: layout.names_of(each) for each in platform.services} | {GATEWAY: [GATEWAY]}
        found = {
            service: [f"{HOST}:{platform.processes[name].metrics_port}" for name in processes]
            for service, processes in names.items()
        }
        targets = [
            {"labels": {"service": service}, "targets": [*addresses, *also.get(service, ())]}
            for service, addresses in found.items()
        ]
        (self._files / "targets" / "guanjia.yml").write_text(yaml.safe_dump(targets))
        assert isinstance(platform.broker, RabbitMQ)
        broker = [{"targets": [platform.broker.metrics_address]}]
        (self._files / "targets" / "rabbitmq.yml").write_text(yaml.safe_dump(broker))

    def _window(self, found: re.Match[str]) -> str:
        return f"[{max(_seconds(found[1]) / self._faster, _LEAST_WINDOW_S):.0f}s]"

    def _sooner(self, duration: str) -> str:
        return f"{_seconds(duration) / self._faster * 1000:.0f}ms"


def _seconds(duration: str) -> int:
    return int(duration[:-1]) * _UNITS[duration[-1]]


@contextmanager
def _edited(path: Path) -> Iterator[Any]:
    content = yaml.safe_load(path.read_text())
    yield content
    path.write_text(yaml.safe_dump(content, allow_unicode=True))
