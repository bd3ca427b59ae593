"""What every measurement stands on: a private RabbitMQ and a private, durable PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import amqp
import psycopg2

from cli.servers import PostgreSQL, RabbitMQ

FOLDER = Path(__file__).parents[2] / ".run" / "bench"


@dataclass
class Ground:
    folder: Path
    broker: RabbitMQ
    postgresql: PostgreSQL

    @property
    def broker_address(self) -> str:
        return f"127.0.0.1:{self.broker.port}"

    def dsn(self, database: str) -> str:
        """For psycopg2 itself; `postgresql.url` is for SQLAlchemy."""
        return self.postgresql.url(database).replace("postgresql+psycopg2:", "postgresql:")

    def ask(self, database: str, sql: str) -> tuple[Any, ...]:
        """The one row that `sql` yields."""
        connection = psycopg2.connect(self.dsn(database))
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                row: tuple[Any, ...] = cursor.fetchone()
                return row
        finally:
            connection.close()

    def drain_to_nowhere(self, queue: str, exchange: str, key: str) -> None:
        """Binds a queue that keeps the last thousand: a subscriber that costs next to nothing."""
        with amqp.Connection(self.broker_address) as connection:
            channel = connection.channel()
            arguments = {"x-max-length": 1_000, "x-queue-type": "classic"}
            channel.queue_declare(queue, durable=True, auto_delete=False, arguments=arguments)
            channel.queue_bind(queue, exchange, key)


@contextmanager
def prepared() -> Iterator[Ground]:
    """Starts both servers in an empty folder; their logs stay there when it ends."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    broker = RabbitMQ(FOLDER / "rabbitmq", management=False)
    postgresql = PostgreSQL(FOLDER / "postgresql", durable=True)
    with broker, postgresql:
        yield Ground(FOLDER, broker, postgresql)
    shutil.rmtree(FOLDER / "postgresql" / "data", ignore_errors=True)
