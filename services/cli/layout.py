"""What runs on one machine, and with which settings."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.process import HOST, Process
from cli.servers import free_port

GATEWAY = "gateway"


@dataclass(frozen=True)
class Layout:
    """The processes of a platform; none is started here.

    `databases` has the URL of each service's database; `environment` has variables for a
    service, for one of its replicas or for the gateway.
    """

    logs: Path
    broker_url: str
    gateway_port: int
    databases: Mapping[str, str]
    replicas: Mapping[str, int]
    environment: Mapping[str, Mapping[str, str]]

    def processes(self) -> dict[str, Process]:
        """By name: the services with their replicas, then the gateway."""
        found = [
            self._process(name, ["chassis", "run", service], self._of_service(service, name))
            for service in self.databases
            for name in self.names_of(service)
        ]
        found.append(self._process(GATEWAY, ["gateway"], self._of_gateway()))
        return {process.name: process for process in found}

    def migration(self, service: str) -> Process:
        """Brings a service's database and queues up to date, then ends."""
        # A failpoint is for the running service; here it would keep it from starting.
        calm = {**self._of_service(service), "GUANJIA_FAILPOINT": ""}
        name = f"{service}-migrate"
        return Process(name, _python(["chassis", "migrate", service]), self._log(name), calm)

    def names_of(self, service: str) -> list[str]:
        """housing, housing-2, housing-3"""
        more = range(2, self.replicas.get(service, 1) + 1)
        return [service, *(f"{service}-{number}" for number in more)]

    def _process(self, name: str, module: Sequence[str], variables: dict[str, str]) -> Process:
        port = free_port()
        own = {"GUANJIA_METRICS_HOST": HOST, "GUANJIA_METRICS_PORT": str(port)}
        return Process(name, _python(module), self._log(name), {**own, **variables}, port)

    def _of_service(self, service: str, *names: str) -> dict[str, str]:
        own = {"GUANJIA_DATABASE_URL": self.databases[service]}
        return {**own, **self._variables(service, *names)}

    def _of_gateway(self) -> dict[str, str]:
        own = {
            "GUANJIA_GRPC_HOST": HOST,
            "GUANJIA_GRPC_PORT": str(self.gateway_port),
            "GUANJIA_SERVICES": ",".join(self.databases),
        }
        return {**own, **self._variables(GATEWAY)}

    def _variables(self, *names: str) -> dict[str, str]:
        found = {"GUANJIA_ENVIRONMENT": "development", "GUANJIA_BROKER_URL": self.broker_url}
        for name in names:
            found.update(self.environment.get(name, {}))
        return found

    def _log(self, name: str) -> Path:
        return self.logs / f"{name}.log"


def _python(module: Sequence[str]) -> list[str]:
    # -P: a folder that happens to be called `housing` must not stand in for ours.
    return [sys.executable, "-P", "-m", *module]
