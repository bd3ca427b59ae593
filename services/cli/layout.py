"""What runs on one machine, and with which settings."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from cli.process import HOST, Process
from cli.servers import free_port

SERVICES = ("directory", "housing", "warehouse")
GATEWAY = "gateway"


def service_process(
    name: str, service: str, logs: Path, environment: Mapping[str, str], database_url: str
) -> Process:
    """One replica of a service, and how its database and queues are prepared."""
    return _process(
        name,
        ["chassis", "run", service],
        logs,
        {"GUANJIA_DATABASE_URL": database_url, **environment},
    )


def migration(service: str, logs: Path, environment: Mapping[str, str], url: str) -> Process:
    """Brings a service's database and queues up to date, then ends."""
    return Process(
        f"{service}-migrate",
        _python("chassis", "migrate", service),
        logs / f"{service}-migrate.log",
        {"GUANJIA_DATABASE_URL": url, **environment},
    )


def gateway_process(
    logs: Path, environment: Mapping[str, str], services: tuple[str, ...], port: int
) -> Process:
    own = {
        "GUANJIA_GRPC_HOST": HOST,
        "GUANJIA_GRPC_PORT": str(port),
        "GUANJIA_SERVICES": ",".join(services),
    }
    return _process(GATEWAY, ["gateway"], logs, {**own, **environment})


def names_of(service: str, replicas: int) -> list[str]:
    """housing, housing-2, housing-3"""
    return [service, *(f"{service}-{number}" for number in range(2, replicas + 1))]


def _process(name: str, module: list[str], logs: Path, environment: Mapping[str, str]) -> Process:
    port = free_port()
    own = {"GUANJIA_METRICS_HOST": HOST, "GUANJIA_METRICS_PORT": str(port)}
    return Process(name, _python(*module), logs / f"{name}.log", {**own, **environment}, port)


def _python(*module: str) -> list[str]:
    # -P: a folder that happens to be called `housing` must not stand in for ours.
    return [sys.executable, "-P", "-m", *module]
