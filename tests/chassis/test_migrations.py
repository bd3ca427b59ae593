"""Migrations of any service, tried on the directory's."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from sqlalchemy import inspect

from chassis.migrate import DatabaseNotReady, migrate, require_current, revisions
from chassis.storage.database import Database
from chassis.testing.schema import metadata_of
from directory.service import service

MIGRATE = """
import sys
from chassis.migrate import migrate
from chassis.storage.database import Database
from directory.service import service
migrate(Database(sys.argv[1]), service)
"""
WHOLE = set(metadata_of(service).tables)
CHASSIS_AT_FIRST = {"outbox", "inbox", "replies", "audit", "numbers"}
OWN_AT_FIRST = {"units", "regions"}


@pytest.fixture
def database(storage_url: str) -> Iterator[Database]:
    made = Database(storage_url)
    yield made
    made.close()


def tables(database: Database) -> set[str]:
    return set(inspect(database.engine).get_table_names()) - {"alembic_version"}


def newest(database: Database) -> set[str]:
    """The revisions it stands at."""
    with database.reading() as connection:
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version")
        return set(found.scalars())


def test_a_schema_goes_up_down_and_up_again(database: Database) -> None:
    for _ in range(2):
        migrate(database, service)
        assert tables(database) == WHOLE
        migrate(database, service, "base")
        assert tables(database) == set()


def test_a_service_and_the_chassis_are_two_lines_of_revisions(database: Database) -> None:
    migrate(database, service, "c0001")
    assert tables(database) == CHASSIS_AT_FIRST
    migrate(database, service, "d0001")
    assert tables(database) == CHASSIS_AT_FIRST | OWN_AT_FIRST
    migrate(database, service, "directory@-1")
    assert tables(database) == CHASSIS_AT_FIRST


def test_going_to_where_it_stands_changes_nothing(database: Database) -> None:
    migrate(database, service)
    for _, revision in revisions(database, service):
        if revision in newest(database):
            migrate(database, service, revision)
            assert tables(database) == WHOLE
    migrate(database, service)
    assert tables(database) == WHOLE


def test_a_schema_that_lacks_a_revision_is_refused_in_words(database: Database) -> None:
    with pytest.raises(DatabaseNotReady, match=r"python -m chassis migrate directory"):
        require_current(database, service)
    last = dict(revisions(database, service))
    migrate(database, service, last["chassis"])
    missing = rf"migrate first: \['{last['directory']}'\] missing"
    with pytest.raises(DatabaseNotReady, match=missing):
        require_current(database, service)
    migrate(database, service)
    require_current(database, service)


def test_a_schema_of_a_newer_release_is_let_be(database: Database) -> None:
    """During a rolling upgrade the old release runs on the new schema."""
    migrate(database, service)
    last = dict(revisions(database, service))["directory"]
    with database.transaction() as connection:
        connection.exec_driver_sql(
            f"UPDATE alembic_version SET version_num = 'd9999' WHERE version_num = '{last}'"
        )
    require_current(database, service)


def test_a_database_that_is_away_is_told_from_one_not_migrated() -> None:
    away = Database("postgresql+psycopg2://postgres@127.0.0.1:1/nowhere")
    with pytest.raises(DatabaseNotReady, match="数据库不可用"):
        require_current(away, service)


@pytest.mark.parametrize("storage", ["postgresql"], indirect=True)
def test_replicas_that_migrate_at_once_wait_for_one_another(
    storage_url: str, database: Database
) -> None:
    replicas = [
        subprocess.Popen([sys.executable, "-c", MIGRATE, storage_url], stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    told = [replica.communicate(timeout=60)[1].decode() for replica in replicas]
    assert [replica.returncode for replica in replicas] == [0, 0, 0], told
    require_current(database, service)
