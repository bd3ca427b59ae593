"""Starts, stops and prepares one service (see `chassis.__main__`)."""

from __future__ import annotations

import argparse
import gc
import os
import signal
import sys
from collections.abc import Callable, Sequence

import eventlet
import psycopg2.extensions
from pydantic_settings import SettingsError
from sqlalchemy import exc

from chassis import failpoints, health, logs, migrate, topology
from chassis.broker import LOST, BrokerRefused, connect
from chassis.contract import ContractMismatch
from chassis.host import Host
from chassis.operating import acts as operating
from chassis.probes import PortTaken
from chassis.service import Service, load
from chassis.settings import ServiceSettings, SettingsRefused
from chassis.storage.database import Database, DatabaseRefused

EXIT_REFUSED = 2
EXIT_UNFINISHED = 70


class NotPatched(RuntimeError):
    """The process was not made cooperative before anything else was imported."""


_REFUSALS = (
    SettingsRefused,
    SettingsError,
    ContractMismatch,
    DatabaseRefused,
    migrate.DatabaseNotReady,
    BrokerRefused,
    PortTaken,
    NotPatched,
)

Act = Callable[[Service, ServiceSettings, argparse.Namespace], int]


def main(arguments: Sequence[str]) -> int:
    asked = _parser().parse_args(arguments)
    try:
        _require_patched()
        settings: ServiceSettings = ServiceSettings.read()
        logs.configure(settings.log_level, asked.service)
        act: Act = asked.act
        return act(load(asked.service), settings, asked)
    except _REFUSALS as error:
        return _refused(str(error))
    except exc.ProgrammingError as error:  # a table that is not there, or is another role's
        told = str(error.orig).strip().splitlines()[0]
        return _refused(f"数据库拒绝，请检查表及其所有者 | the database refuses: {told}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m chassis")
    acts = parser.add_subparsers(required=True, metavar="ACT")

    def add(name: str, act: Act, help: str) -> argparse.ArgumentParser:
        made = acts.add_parser(name, help=help, description=help)
        made.add_argument("service")
        made.set_defaults(act=act)
        return made

    add("run", _run, "serve until SIGTERM")
    migrating = add("migrate", _migrate, "bring database and queues up to date")
    migrating.add_argument("--to", default="heads", help="revision to migrate to")
    migrating.add_argument("--no-queues", action="store_true", help="migrate the database only")
    add("settings", _settings, "print each setting, its value and meaning")
    operating.register(acts)
    return parser


def _settings(_: Service, settings: ServiceSettings, __: argparse.Namespace) -> int:
    for name, value, help in settings.described():
        print(f"{name}={value}\n    {help}")
    return 0


def _run(service: Service, settings: ServiceSettings, _: argparse.Namespace) -> int:
    failpoints.arm(settings.failpoint)
    log = logs.get("runner")
    host = Host(service, settings)
    migrate.require_current(host.database, service)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: eventlet.spawn_n(host.end))
    address = health.serve(
        settings.metrics_host, settings.metrics_port, host.is_live, host.is_ready
    )
    host.start()
    _settle_memory()
    log.info("started", metrics=f"{address[0]}:{address[1]}", pid=os.getpid())
    host.wait()
    log.info("stopping")
    if host.drain():
        log.info("stopped")
        return 0
    log.error("work unfinished; it will be done again", after_s=settings.drain_timeout_s)
    sys.stderr.flush()
    os._exit(EXIT_UNFINISHED)


def _migrate(service: Service, settings: ServiceSettings, asked: argparse.Namespace) -> int:
    log = logs.get("migrate")
    url = settings.database_url.get_secret_value()
    # An index takes its time; a lock is not waited for long, since all others wait behind it.
    database = Database(url, pool_size=2, statement_timeout_ms=0, ca=settings.database_ca)
    database.claim()
    migrate.migrate(database, service, asked.to)
    log.info("database migrated", to=asked.to)
    if not asked.no_queues:
        try:
            connection = connect(settings, f"{service.name}.migrate")
        except LOST as error:
            raise BrokerRefused(f"无法连接 RabbitMQ | cannot reach RabbitMQ: {error}") from error
        topology.declare(connection, service, settings.queue_type, settings.retry_delays_s)
        connection.close()
        log.info("queues declared")
    return 0


def _require_patched() -> None:
    for part in ("os", "select", "socket", "thread", "time"):
        if not eventlet.patcher.is_monkey_patched(part):
            raise NotPatched(f"{part} is not monkey-patched; start with python -m chassis run")
    if psycopg2.extensions.get_wait_callback() is None:
        raise NotPatched("psycopg2 would block the process; start with python -m chassis run")


def _settle_memory() -> None:
    """What is loaded by now stays; the collector need not look at it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _refused(why: str) -> int:
    print(f"guanjia: {why}", file=sys.stderr, flush=True)
    return EXIT_REFUSED
