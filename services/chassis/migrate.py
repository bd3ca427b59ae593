"""Schema migrations of one service: the chassis' tables and the service's own.

Two lines of revisions in one history (alembic): `chassis` for the tables every
service has, and the service's own in `<service>/migrations`. Both go up and down,
on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from alembic import command, op
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Integer, String
from sqlalchemy.exc import OperationalError, ProgrammingError

from chassis.service import Service
from chassis.storage.columns import Instant
from chassis.storage.database import Database

_HERE = Path(__file__).parent / "migrations"


class DatabaseNotReady(RuntimeError):
    """The database is away, or its schema is not what this release needs."""


def migrate(database: Database, service: Service, to: str = "heads") -> None:
    """Brings the schema to a revision, upwards or downwards.

    `to` is `heads`, `base`, a revision by name, or a step back in one of the two
    lines, such as `housing@-1`.
    """
    config = _config(database, service)
    try:
        database.engine.connect().close()
    except OperationalError as error:
        raise DatabaseNotReady(f"数据库不可用 | the database is away: {error.orig}") from error
    if to.endswith("base") or "@-" in to or to in _applied(database, config):
        command.downgrade(config, to)
    else:
        command.upgrade(config, to)


def revisions(database: Database, service: Service) -> list[tuple[str, str]]:
    """Line and name of every revision, oldest first."""
    script = ScriptDirectory.from_config(_config(database, service))
    found = reversed(list(script.walk_revisions()))
    return [(next(iter(each.branch_labels)), each.revision) for each in found]


def require_current(database: Database, service: Service) -> None:
    """Refuses a schema that lacks a revision of this release.

    Revisions this release does not know are let be: during a rolling upgrade the
    newer release has migrated already. Raises DatabaseNotReady, or ProgrammingError where the
    schema is another role's.
    """
    script = ScriptDirectory.from_config(_config(database, service))
    needed = set(script.get_heads())
    try:
        with database.reading() as connection:
            there = set(MigrationContext.configure(connection).get_current_heads())
    except ProgrammingError:
        raise
    except Exception as error:
        told = str(getattr(error, "orig", error)).strip()
        raise DatabaseNotReady(f"数据库不可用 | the database is away: {told}") from error
    known = {each.revision for each in script.walk_revisions()}
    if there - known:
        return
    # A revision that another one depends on is no head in the database any more.
    missing = needed - {each.revision for each in script.iterate_revisions(tuple(there), "base")}
    if missing:
        raise DatabaseNotReady(
            f"数据库结构未更新，请先运行 python -m chassis migrate {service.name} | "
            f"migrate first: {sorted(missing)} missing"
        )


def aggregate_columns() -> list[Column[Any]]:
    """For revisions: the columns of `chassis.storage.Aggregate`, which do not change."""
    return [
        Column("id", String(36), primary_key=True),
        Column("version", Integer, nullable=False),
        Column("created_at", Instant, nullable=False),
        Column("updated_at", Instant, nullable=False),
    ]


def add_columns(table: str, *columns: Column[Any]) -> None:
    """For revisions: adds columns whose `server_default` is what rows already there get.

    The default does not stay: from then on each row is written with its own value.
    """
    with op.batch_alter_table(table) as batch:
        for column in columns:
            batch.add_column(column)
    with op.batch_alter_table(table) as batch:
        for column in columns:
            if column.server_default is not None:
                batch.alter_column(column.name, server_default=None)


def drop_columns(table: str, *names: str) -> None:
    """For revisions: the way back of `add_columns`."""
    with op.batch_alter_table(table) as batch:
        for name in names:
            batch.drop_column(name)


def _applied(database: Database, config: Config) -> set[str]:
    with database.reading() as connection:
        heads = MigrationContext.configure(connection).get_current_heads()
    script = ScriptDirectory.from_config(config)
    return {each.revision for each in script.iterate_revisions(heads, "base")}


def _config(database: Database, service: Service) -> Config:
    own = importlib.import_module(f"{service.name}.migrations")
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join([str(_HERE / "versions"), *own.__path__]))
    config.attributes["url"] = database.url
    return config
