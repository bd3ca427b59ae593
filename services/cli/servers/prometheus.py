"""A private Prometheus and a private Alertmanager: what a platform is watched with."""

from __future__ import annotations

import http.client
import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from cli.guard import Plan
from cli.servers.server import HOST, Server, ServerFailed


class _Watcher(Server):
    """One program over one configuration file, which it finds other files beside."""

    program: str
    options: tuple[str, ...]

    def __init__(
        self,
        folder: Path,
        configuration: Path,
        port: int | None = None,
        *,
        options: Sequence[str] = (),
    ) -> None:
        """`options` go to the program besides those every private one has."""
        super().__init__(folder, port)
        self.configuration = configuration.resolve()
        self._own_options = list(options)

    def get(self, path: str, **query: str) -> Any:
        """The JSON at a path. Raises ServerFailed where that is refused."""
        status, content = self._fetch(f"{path}?{urlencode(query)}" if query else path)
        if status != http.client.OK:
            raise ServerFailed(f"{self.title} {path}: {status} {content[:500]}")
        return json.loads(content)

    def _fetch(self, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def _plan(self) -> Plan:
        program = shutil.which(self.program)
        if program is None:
            raise ServerFailed(f"没有 {self.title}，请运行 is missing, please run: make setup")
        known = {"data": self.folder / "data", "address": f"{HOST}:{self.port}"}
        options = [each.format_map(known) for each in self.options]
        options += [f"--config.file={self.configuration}", *self._own_options]
        return Plan([program, *options])

    def _answers(self) -> bool:
        try:
            return self._fetch("/-/ready")[0] == http.client.OK
        except OSError:
            return False

    def _environment(self) -> dict[str, str]:
        return dict(os.environ)


class Prometheus(_Watcher):
    title = "Prometheus"
    program = "prometheus"
    options = ("--web.listen-address={address}", "--storage.tsdb.path={data}")

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The instant vector of an expression: {"metric": labels, "value": [time, text]}."""
        answer = self.get("/api/v1/query", query=expression)["data"]
        found: list[dict[str, Any]] = answer["result"]
        return found

    def alerts(self) -> list[dict[str, Any]]:
        """Alarms pending or firing."""
        found: list[dict[str, Any]] = self.get("/api/v1/alerts")["data"]["alerts"]
        return found


class Alertmanager(_Watcher):
    title = "Alertmanager"
    program = "prometheus-alertmanager"
    options = (
        "--web.listen-address={address}",
        "--storage.path={data}",
        "--cluster.listen-address=",  # alone
    )

    def alerts(self) -> list[dict[str, Any]]:
        """Alarms it knows, with `labels`, `receivers` and `status` (active or suppressed)."""
        found: list[dict[str, Any]] = self.get("/api/v2/alerts")
        return found

    def groups(self) -> list[dict[str, Any]]:
        """Those `alerts` as they are told together, with the `labels` they share."""
        found: list[dict[str, Any]] = self.get("/api/v2/alerts/groups")
        return found
