"""The databases tests run on, one kind of storage each.

`empty()` makes a database without tables; `of(service)` makes one that is
migrated for a service, as a copy of a template that is migrated once.
"""

from __future__ import annotations

import shutil
import uuid
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, Engine, NullPool, create_engine, inspect, make_url, text
from sqlalchemy.exc import DBAPIError

from chassis.migrate import migrate
from chassis.service import Service
from chassis.storage.database import Database


class Storage(ABC):
    """Makes databases of one kind, and takes back what a test has made."""

    def __init__(self) -> None:
        self._templates: dict[str, str] = {}
        self._made: list[tuple[str, str]] = []

    def empty(self) -> str:
        """The URL of a database without tables."""
        return self._make("")

    def of(self, service: Service) -> str:
        """The URL of a database that is migrated for `service`, and has no rows."""
        return self._make(self._template_of(service))

    def like(self, kind: str, prepare: Callable[[str], None]) -> str:
        """The URL of a database as `prepare` leaves one; it is called once for a kind."""
        return self._make(self._template(kind, prepare))

    @abstractmethod
    def put(self, service: Service, url: str) -> None:
        """Makes a database at `url` that is migrated for `service`; it is not taken back."""

    def clear(self) -> None:
        """Takes back the databases made so far; the templates stay."""
        while self._made:
            self.take_back(*self._made.pop())

    def _template_of(self, service: Service) -> str:
        def prepare(url: str) -> None:
            database = Database(url, pool_size=1)
            migrate(database, service)
            database.close()

        return self._template(service.name, prepare)

    def _template(self, kind: str, prepare: Callable[[str], None]) -> str:
        if kind not in self._templates:
            name = f"template_{kind}_{uuid.uuid4().hex[:8]}"
            self.prepared(name, prepare)
            self._templates[kind] = name
        return self._templates[kind]

    def _make(self, template: str) -> str:
        name = f"t{uuid.uuid4().hex}"
        name, url = self.take(name, template)
        self._made.append((name, template))
        return url

    def take(self, name: str, template: str) -> tuple[str, str]:
        """Name and URL of a fresh copy of `template`."""
        return name, self.create(name, template)

    def take_back(self, name: str, template: str) -> None:
        self.drop(name)

    def prepared(self, name: str, prepare: Callable[[str], None]) -> None:
        """Makes a template."""
        prepare(self.create(name, ""))

    @abstractmethod
    def create(self, name: str, template: str) -> str:
        """Creates a database as a copy of `template` (empty: nothing); its URL."""

    @abstractmethod
    def drop(self, name: str) -> None: ...


class SQLiteStorage(Storage):
    """Files in one folder. A name that is free again is used again: see `Harness`."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._free: dict[str, list[str]] = defaultdict(list)

    def take(self, name: str, template: str) -> tuple[str, str]:
        free = self._free[template]
        return super().take(free.pop() if free else name, template)

    def take_back(self, name: str, template: str) -> None:
        self.drop(name)
        if template:
            self._free[template].append(name)

    def put(self, service: Service, url: str) -> None:
        path = Path(str(make_url(url).database))
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self._folder / f"{self._template_of(service)}.db", path)

    def create(self, name: str, template: str) -> str:
        if template:
            shutil.copyfile(self._folder / f"{template}.db", self._folder / f"{name}.db")
        return f"sqlite:///{self._folder / name}.db"

    def drop(self, name: str) -> None:
        for each in ("", "-wal", "-shm", ".lock"):
            (self._folder / f"{name}.db{each}").unlink(missing_ok=True)


class PostgreSQLStorage(Storage):
    """Databases of one server; `url_of` gives the URL of a database by its name.

    To create one costs a hundred times what it costs to empty one, so copies of a
    template are emptied and used again.
    """

    def __init__(self, url_of: Callable[[str], str]) -> None:
        super().__init__()
        self._url_of = url_of
        self._server = create_engine(url_of("postgres"), isolation_level="AUTOCOMMIT")
        self._emptied: dict[str, list[str]] = defaultdict(list)
        self._emptying: dict[str, str] = {}
        self._engines: dict[str, Engine] = {}

    def prepared(self, name: str, prepare: Callable[[str], None]) -> None:
        super().prepared(name, prepare)
        engine = create_engine(self._url_of(name), poolclass=NullPool)
        with engine.begin() as connection:
            self._emptying[name] = _keep_rows(connection)

    def take(self, name: str, template: str) -> tuple[str, str]:
        if self._emptied[template]:
            used = self._emptied[template].pop()
            return used, self._url_of(used)
        return super().take(name, template)

    def take_back(self, name: str, template: str) -> None:
        if template and self._empty(name, template):
            self._emptied[template].append(name)
        else:
            self.drop(name)

    def put(self, service: Service, url: str) -> None:
        self.create(str(make_url(url).database), self._template_of(service))

    def create(self, name: str, template: str) -> str:
        copied = self._name(template) if template else "template0"
        self._run(f"CREATE DATABASE {self._name(name)} TEMPLATE {copied}")
        return self._url_of(name)

    def drop(self, name: str) -> None:
        if name in self._engines:
            self._engines.pop(name).dispose()
        self._run(f"DROP DATABASE IF EXISTS {self._name(name)} WITH (FORCE)")

    def _empty(self, name: str, template: str) -> bool:
        """Leaves the rows its migrations have put there; False if somebody still holds some."""
        if name not in self._engines:
            self._engines[name] = create_engine(self._url_of(name), pool_size=1)
        try:
            with self._engines[name].begin() as connection:
                connection.exec_driver_sql(self._emptying[template])
        except DBAPIError:
            return False
        return True

    def _name(self, name: str) -> str:
        return str(make_url(self._url_of(name)).database)

    def _run(self, statement: str) -> None:
        with self._server.connect() as connection:
            connection.execute(text(statement))


def _keep_rows(connection: Connection) -> str:
    """Keeps what stands in the tables in a schema of its own; how to come back to that."""
    statements = [
        "SET LOCAL lock_timeout = '1s'",
        "SET LOCAL session_replication_role = replica",  # no foreign keys looked at
    ]
    connection.execute(text("CREATE SCHEMA kept"))
    for table in sorted(set(inspect(connection).get_table_names()) - {"alembic_version"}):
        statements.append(f"DELETE FROM {table}")
        if connection.execute(text(f"SELECT EXISTS (SELECT FROM {table})")).scalar_one():
            connection.execute(text(f"CREATE TABLE kept.{table} AS TABLE {table}"))
            statements.append(f"INSERT INTO {table} SELECT * FROM kept.{table}")
    return ";".join(statements)
