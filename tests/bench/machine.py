"""Where and with what the figures were made."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import amqp
import psycopg2

from tests.bench.ground import Ground

LIBRARIES = ("grpcio", "nameko", "eventlet", "kombu", "amqp", "sqlalchemy", "psycopg2-binary")


def describe(ground: Ground) -> dict[str, str]:
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "cores": str(os.cpu_count()),
        "cpu": _cpu_model(),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB",
        "system": f"{platform.system()} {platform.release()}",
        "commit": _commit(),
        "python": platform.python_version(),
        "rabbitmq": _rabbitmq_version(ground),
        "postgresql": _postgresql_version(ground),
        **{name: version(name) for name in LIBRARIES},
    }


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _commit() -> str:
    """What the measured tree was made from; empty outside of git."""
    command = ["git", "rev-parse", "HEAD"]
    try:
        done = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True)
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _rabbitmq_version(ground: Ground) -> str:
    with amqp.Connection(ground.broker_address) as connection:
        told = connection.server_properties["version"]
        return str(told.decode() if isinstance(told, bytes) else told)


def _postgresql_version(ground: Ground) -> str:
    connection = psycopg2.connect(ground.dsn("postgres"))
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version'), current_setting('fsync')")
            number, fsync = cursor.fetchone()
            return f"{number.split()[0]} (fsync {fsync})"
    finally:
        connection.close()
