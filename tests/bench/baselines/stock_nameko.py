"""nameko as its own examples use it: an HTTP gateway, a service, PostgreSQL (see `supplies`)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from cli.servers import free_port
from tests.bench.baselines.server import serving
from tests.bench.baselines.supplies.model import Base, an_item
from tests.bench.client import Client
from tests.bench.content import PROPERTIES
from tests.bench.ground import Ground
from tests.bench.measure import Finding, Measure

DATABASE = "bench_supplies"
SINK = "bench.order_placed"
MODULE = "tests.bench.baselines.supplies"
_EFFECTS = "SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM order_lines)"


@contextmanager
def stock_nameko(ground: Ground) -> Iterator[list[Measure]]:
    """nameko's own settings: 10 workers, JSON, confirms, persistent messages."""
    items = _prepare(ground)
    port = free_port()
    config = {
        "AMQP_URI": ground.broker.url,
        "WEB_SERVER_ADDRESS": f"127.0.0.1:{port}",
        "DATABASE_URL": ground.postgresql.url(DATABASE),
    }
    logs = ground.folder
    told = {"SUPPLIES_CONFIG": json.dumps(config)}
    address = {"host": "127.0.0.1", "port": port, "items": items}
    with (
        serving("supplies", MODULE, "service", log=logs / "supplies.log", **told) as service,
        serving("supplies-gw", MODULE, "gateway", log=logs / "supplies-gw.log", **told) as gateway,
        Client("http-read", logs / "client-http-read.log", **address) as reads,
        Client("http-command", logs / "client-http-command.log", **address) as commands,
    ):
        ground.drain_to_nowhere(SINK, "supplies.events", "order_placed")
        processes = {
            "gateway": gateway.pid,
            "service": service.pid,
            "broker": ground.broker.pid,
            "postgres": ground.postgresql.pid,
        }
        yield [
            Measure("nameko.read", reads, processes),
            Measure(
                "nameko.command",
                commands,
                processes,
                check=lambda measure: [_effects(ground, measure)],
            ),
        ]


def _prepare(ground: Ground) -> list[int]:
    ground.postgresql.create_database(DATABASE)
    engine = create_engine(ground.postgresql.url(DATABASE))
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        items = [an_item(number) for number in range(PROPERTIES)]
        session.add_all(items)
        session.commit()
        ids = [item.id for item in items]
    engine.dispose()
    return ids


def _effects(ground: Ground, measure: Measure) -> Finding:
    orders, lines = (int(each) for each in ground.ask(DATABASE, _EFFECTS))
    most = measure.accepted + measure.wrong.total()
    ok = measure.accepted <= orders <= most and lines == 2 * orders
    return Finding(
        ok, f"nameko: {measure.accepted:,} orders accepted; {orders:,} orders, {lines:,} lines"
    )
