"""Resident memory of each process of a platform that has nothing to do."""

from __future__ import annotations

import time

from cli.platform import Platform
from tests.bench import proc
from tests.bench.ground import Ground

SETTLE_S = 5.0


def idle_mb(ground: Ground) -> dict[str, float]:
    """By process, after a start and some seconds of rest."""
    platform = Platform(
        ground.folder / "idle",
        storage="postgresql",
        broker=ground.broker.url,
        postgresql=ground.postgresql,
        database_prefix="idle_",
    )
    with platform:
        time.sleep(SETTLE_S)
        return {name: proc.resident_mb(each.pid) for name, each in platform.processes.items()}
