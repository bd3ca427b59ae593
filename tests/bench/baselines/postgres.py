"""What PostgreSQL and the disk alone allow, for rows and transactions as large as ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import create_engine, insert

from chassis.storage import tables
from chassis.storage.columns import new_id
from chassis.wire import to_plain
from housing.properties.model import Property
from tests.bench.client import Client
from tests.bench.content import PROPERTIES, a_property, sizes
from tests.bench.ground import Ground
from tests.bench.measure import Measure

DATABASE = "bench_raw"


@contextmanager
def postgres(ground: Ground) -> Iterator[list[Measure]]:
    ids = _prepare(ground)
    bytes_of = sizes()
    served_by = {"postgres": ground.postgresql.pid}
    logs = ground.folder
    with (
        Client(
            "sql",
            logs / "client-sql.log",
            dsn=ground.dsn(DATABASE),
            ids=ids,
            reply_bytes=bytes_of.reply,
            envelope_bytes=bytes_of.envelope,
            changes_bytes=bytes_of.changes,
        ) as sql,
        Client("fsync", logs / "client-fsync.log", path=str(ground.folder / "synced")) as disk,
    ):
        yield [
            *(
                Measure(f"postgres.{act}", sql, served_by, asked={"act": act})
                for act in ("select", "transaction", "commit")
            ),
            Measure("disk.fsync", disk, {}, levels=(1,)),
        ]


def _prepare(ground: Ground) -> list[str]:
    """The tables of the housing service that a command touches, with properties in them."""
    ground.postgresql.create_database(DATABASE)
    engine = create_engine(ground.postgresql.url(DATABASE))
    rows = [_row(number) for number in range(PROPERTIES)]
    Property.metadata.create_all(engine)
    tables.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(Property), rows)
    engine.dispose()
    return [str(row["id"]) for row in rows]


def _row(number: int) -> dict[str, Any]:
    values = to_plain(a_property(number))
    del values["etag"]
    now = datetime.now(UTC)
    return values | {"id": new_id(), "version": 1, "created_at": now, "updated_at": now}
