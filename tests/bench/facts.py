"""From the commit in housing to the effect in the warehouse, beside the broker alone."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from cli.platform import Platform
from tests.bench.client import Client
from tests.bench.content import fact_bytes
from tests.bench.ground import Ground
from tests.bench.measure import Finding, Measure
from tests.waiting import eventually

PREFIX = "facts_"
HOUSING, WAREHOUSE = f"{PREFIX}housing", f"{PREFIX}warehouse"
VHOST = "facts"
"""One of its own, since another housing service runs beside this one."""

MOST_A_SECOND = {1: 40}
MOST_A_SECOND_TOGETHER = 150
"""Prepared for each second. What is left serves the next run; if it were too little, a run
would be shorter and its rate still right."""

BACKLOG = 200
"""Facts that wait when the warehouse goes on. The broker must not miss its heartbeats while it
is stopped, or what is measured is a reconnection."""

PATIENT = {"GUANJIA_HEARTBEAT_S": "120"}

TOGETHER = 16
LIMIT_S = 60.0

_CAUSED = """
    SELECT (SELECT count(*) FROM outbox WHERE routing_key = 'disposal_approved'),
           (SELECT count(*) FROM outbox
             WHERE routing_key = 'disposal_approved' AND published_at IS NOT NULL)
"""
_UNPUBLISHED = "SELECT count(*) FROM outbox WHERE published_at IS NULL"
_EFFECTS = """
    SELECT (SELECT count(*) FROM inbox WHERE consumer = 'warehouse.on_assets_released'),
           (SELECT count(*) FROM intakes)
"""
_NAMES = ("facts", "facts published", "facts received", "intakes drafted")


@contextmanager
def facts(ground: Ground) -> Iterator[list[Measure]]:
    """A consent in housing drafts an intake in the warehouse."""
    logs = ground.folder
    platform = Platform(
        logs / "facts",
        services=("housing", "warehouse"),
        environment={"warehouse": PATIENT},
        storage="postgresql",
        broker=ground.virtual_host(VHOST),
        postgresql=ground.postgresql,
        database_prefix=PREFIX,
    )
    with (
        platform,
        Client(
            "guanjia-fact",
            logs / "client-fact.log",
            target=platform.gateway,
            housing=ground.dsn(HOUSING),
            warehouse=ground.dsn(WAREHOUSE),
        ) as caused,
        Client(
            "amqp-fact",
            logs / "client-amqp-fact.log",
            host=ground.broker_address,
            body_bytes=fact_bytes(),
        ) as carried,
    ):
        yield [
            *_ours(ground, platform, caused),
            Measure("facts.broker", carried, {"broker": ground.broker.pid}),
        ]


def _ours(ground: Ground, platform: Platform, client: Client) -> list[Measure]:
    processes = {
        "gateway": platform.processes["gateway"].pid,
        "service": platform.processes["housing"].pid,
        "warehouse": platform.processes["warehouse"].pid,
        "broker": ground.broker.pid,
        "postgres": ground.postgresql.pid,
    }
    followed = Measure("facts.ours", client, processes, prepare=partial(_prepare, client))
    backlog = Measure(
        "facts.backlog",
        client,
        processes,
        levels=(BACKLOG,),
        asked={"act": "catch_up", "stopped": processes["warehouse"]},
        prepare=lambda in_flight, seconds: _hold_back(ground, platform, client),
        warms_up=False,
    )
    followed.check = lambda measure: [_effects(ground, followed, backlog)]
    return [followed, backlog]


def _prepare(client: Client, in_flight: int, seconds: float) -> None:
    most = MOST_A_SECOND.get(in_flight, MOST_A_SECOND_TOGETHER)
    client.run(TOGETHER, LIMIT_S, act="prepare", number=int(most * seconds) + 1)


def _hold_back(ground: Ground, platform: Platform, client: Client) -> None:
    """The warehouse stops in its tracks; then facts come, and lie in its queue."""
    client.run(TOGETHER, LIMIT_S, act="prepare", number=BACKLOG)
    platform.kill("warehouse", signal.SIGSTOP)
    client.run(TOGETHER, LIMIT_S, act="cause", number=BACKLOG)
    eventually(lambda: ground.ask(HOUSING, _UNPUBLISHED) == (0,), LIMIT_S)


def _effects(ground: Ground, *measures: Measure) -> Finding:
    """Every fact had one effect: a closed loop has seen it before it goes on."""
    counts = (*ground.ask(HOUSING, _CAUSED), *ground.ask(WAREHOUSE, _EFFECTS))
    counted = dict(zip(_NAMES, map(int, counts), strict=True))
    least = sum(each.accepted for each in measures)
    most = least + sum(each.wrong.total() for each in measures)
    ok = all(least <= each <= most for each in counted.values()) and len({*counts}) == 1
    told = ", ".join(f"{number:,} {name}" for name, number in counted.items())
    return Finding(ok, f"facts: {least:,} consents with an effect; {told}")
