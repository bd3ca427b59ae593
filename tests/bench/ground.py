"""What every measurement stands on: a private RabbitMQ and a private, durable PostgreSQL."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import amqp
import psycopg2

from cli.servers import PostgreSQL, RabbitMQ

RUN = Path(__file__).parents[2] / ".run"


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

    def virtual_host(self, name: str) -> str:
        """The URL of a new, empty one on the same broker."""
        self.broker.ctl("add_vhost", name)
        self.broker.ctl("set_permissions", "-p", name, "guest", ".*", ".*", ".*")
        return f"{self.broker.url.rpartition('/')[0]}{name}"

    def drain_to_nowhere(self, queue: str, exchange: str, key: str) -> None:
        """Binds a queue that keeps the last thousand: a subscriber that costs next to nothing."""
        with amqp.Connection(self.broker_address) as connection:
            channel = connection.channel()
            arguments = {"x-max-length": 1_000, "x-queue-type": "classic"}
            channel.queue_declare(queue, durable=True, auto_delete=False, arguments=arguments)
            channel.queue_bind(queue, exchange, key)


@contextmanager
def prepared() -> Iterator[Ground]:
    """Starts both servers in a folder of this run, which is gone when all went well; else it
    keeps the logs."""
    RUN.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=RUN))
    folder.chmod(0o755)  # PostgreSQL may run as another user, who must get in
    broker = RabbitMQ(folder / "rabbitmq", management=False)
    postgresql = PostgreSQL(folder / "postgresql", durable=True)
    try:
        with broker, postgresql:
            ground = Ground(folder, broker, postgresql)
            _keep_commit_times(ground)
            yield ground
    except BaseException:
        shutil.rmtree(folder / "postgresql" / "data", ignore_errors=True)
        raise
    shutil.rmtree(folder)


def _keep_commit_times(ground: Ground) -> None:
    """PostgreSQL notes when each transaction was committed: what facts are timed by."""
    connection = psycopg2.connect(ground.dsn("postgres"))
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("ALTER SYSTEM SET track_commit_timestamp = on")
    finally:
        connection.close()
    ground.postgresql.stop()
    ground.postgresql.start()
