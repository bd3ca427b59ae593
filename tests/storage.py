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
from typing import Any

from sqlalchemy import NullPool, create_engine, inspect, make_url, text
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

        def prepare(url: str) -> None:
            database = Database(url, pool_size=1)
            migrate(database, service)
            database.close()

        return self.like(service.name, prepare)

    def like(self, kind: str, prepare: Callable[[str], None]) -> str:
        """The URL of a database as `prepare` leaves one; it is called once for a kind."""
        if kind not in self._templates:
            name = f"template_{kind}_{uuid.uuid4().hex[:8]}"
            prepare(self.create(name, ""))
            self._templates[kind] = name
        return self._make(self._templates[kind])

    def clear(self) -> None:
        """Takes back the databases made so far; the templates stay."""
        while self._made:
            self.take_back(*self._made.pop())

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

    @abstractmethod
    def create(self, name: str, template: str) -> str:
        """Creates a database as a copy of `template` (empty: nothing); its URL."""

    @abstractmethod
    def drop(self, name: str) -> None: ...


class SQLiteStorage(Storage):
    """Files in one folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def create(self, name: str, template: str) -> str:
        if template:
            shutil.copyfile(self._folder / f"{template}.db", self._folder / f"{name}.db")
        return f"sqlite:///{self._folder / name}.db"

    def drop(self, name: str) -> None:
        for each in self._folder.glob(f"{name}.db*"):
            each.unlink()


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
        self._seeds: dict[str, list[tuple[str, list[dict[str, Any]]]]] = {}

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

    def create(self, name: str, template: str) -> str:
        copied = self._name(template) if template else "template0"
        self._run(f"CREATE DATABASE {self._name(name)} TEMPLATE {copied}")
        return self._url_of(name)

    def drop(self, name: str) -> None:
        self._run(f"DROP DATABASE IF EXISTS {self._name(name)} WITH (FORCE)")

    def _empty(self, name: str, template: str) -> bool:
        """Deletes every row; False if somebody still holds some."""
        engine = create_engine(self._url_of(name), poolclass=NullPool)
        with engine.begin() as connection:
            if template not in self._emptying:
                tables = set(inspect(connection).get_table_names()) - {"alembic_version"}
                self._emptying[template] = ";".join(
                    [
                        "SET LOCAL lock_timeout = '1s'",
                        "SET LOCAL session_replication_role = replica",  # no foreign keys looked at
                        *(f"DELETE FROM {table}" for table in sorted(tables)),
                    ]
                )
            if template not in self._seeds:
                self._seeds[template] = self._rows_of(template)
            try:
                connection.execute(text(self._emptying[template]))
                for table, rows in self._seeds[template]:
                    marks = ", ".join(f":{name}" for name in rows[0])
                    sql = f"INSERT INTO {table} ({', '.join(rows[0])}) VALUES ({marks})"
                    connection.execute(text(sql), rows)
            except DBAPIError:
                connection.rollback()
                return False
        return True

    def _rows_of(self, template: str) -> list[tuple[str, list[dict[str, Any]]]]:
        """What its migrations put into the tables of a template."""
        engine = create_engine(self._url_of(template), poolclass=NullPool)
        found = []
        with engine.connect() as connection:
            for table in sorted(set(inspect(connection).get_table_names()) - {"alembic_version"}):
                rows = connection.execute(text(f"SELECT * FROM {table}")).mappings().all()
                if rows:
                    found.append((table, [dict(row) for row in rows]))
        engine.dispose()
        return found

    def _name(self, name: str) -> str:
        return str(make_url(self._url_of(name)).database)

    def _run(self, statement: str) -> None:
        with self._server.connect() as connection:
            connection.execute(text(statement))
