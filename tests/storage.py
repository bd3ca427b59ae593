"""The databases tests run on, one kind of storage each.

`empty()` makes a database without tables; `of(service)` makes one that is
migrated for a service, as a copy of a template that is migrated once.
"""

from __future__ import annotations

import shutil
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from chassis.migrate import migrate
from chassis.service import Service
from chassis.storage.database import Database


class Storage(ABC):
    """Makes databases of one kind, and drops what a test has made."""

    def __init__(self) -> None:
        self._templates: dict[str, str] = {}
        self._made: list[str] = []

    def empty(self) -> str:
        """The URL of a database without tables."""
        return self._make("")

    def of(self, service: Service) -> str:
        """The URL of a database that is migrated for `service`, and has no rows."""
        if service.name not in self._templates:
            name = f"template_{service.name}_{uuid.uuid4().hex[:8]}"
            database = Database(self.create(name, ""), pool_size=1)
            migrate(database, service)
            database.close()
            self._templates[service.name] = name
        return self._make(self._templates[service.name])

    def clear(self) -> None:
        """Drops the databases made so far; the templates stay."""
        while self._made:
            self.drop(self._made.pop())

    def _make(self, template: str) -> str:
        self._made.append(f"t{uuid.uuid4().hex}")
        return self.create(self._made[-1], template)

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
    """Databases of one server; `url_of` gives the URL of a database by its name."""

    def __init__(self, url_of: Callable[[str], str]) -> None:
        super().__init__()
        self._url_of = url_of
        self._server = create_engine(url_of("postgres"), isolation_level="AUTOCOMMIT")

    def create(self, name: str, template: str) -> str:
        copied = self._name(template) if template else "template0"
        self._run(f"CREATE DATABASE {self._name(name)} TEMPLATE {copied}")
        return self._url_of(name)

    def drop(self, name: str) -> None:
        self._run(f"DROP DATABASE IF EXISTS {self._name(name)} WITH (FORCE)")

    def _name(self, name: str) -> str:
        return str(make_url(self._url_of(name)).database)

    def _run(self, statement: str) -> None:
        with self._server.connect() as connection:
            connection.execute(text(statement))
