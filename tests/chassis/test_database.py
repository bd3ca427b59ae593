"""One service's database, whichever kind it is."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import exc, text

from chassis.storage.database import Database, DatabaseRefused, is_taken
from chassis.storage.tables import inbox, metadata
from tests.together import together

only_postgresql = pytest.mark.parametrize("storage", ["postgresql"], indirect=True)

CLAIM = """
import sys
from chassis.storage.database import Database, DatabaseRefused
try:
    database = Database(sys.argv[1])
    database.claim()
except DatabaseRefused as refused:
    sys.exit(str(refused))
"""


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u@127.0.0.1/db",
        "postgresql+psycopg://u@127.0.0.1/db",
        "mysql+pymysql://u@127.0.0.1/db",
        "sqlite+pysqlcipher:///x.db",
        "oracle://u@127.0.0.1/db",
        "no url",
        "",
    ],
)
def test_r22_a_url_of_another_driver_is_refused_in_words(url: str) -> None:
    with pytest.raises(DatabaseRefused, match=r"postgresql\+psycopg2"):
        Database(url)


def test_r22_a_second_process_on_a_sqlite_file_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'service.db'}"
    first = Database(url)
    first.claim()
    second = subprocess.run([sys.executable, "-c", CLAIM, url], capture_output=True, text=True)
    assert second.returncode == 1
    assert "正被另一进程使用" in second.stderr
    assert "one process" in second.stderr
    first.close()
    third = subprocess.run([sys.executable, "-c", CLAIM, url], capture_output=True, text=True)
    assert third.returncode == 0, third.stderr


def test_r22_a_sqlite_file_is_free_again_after_its_process_was_killed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'service.db'}"
    waiting = CLAIM + "print('mine', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", waiting, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"mine\n"
        with pytest.raises(DatabaseRefused):
            Database(url).claim()
        holder.kill()
    database = Database(url)
    database.claim()
    database.close()


def test_a_transaction_that_raises_leaves_nothing(storage_url: str) -> None:
    database = Database(storage_url)
    metadata.create_all(database.engine)
    with pytest.raises(ZeroDivisionError), database.transaction() as connection:
        connection.execute(text("INSERT INTO numbers (series, year, last) VALUES ('A', 2026, 1)"))
        _ = 1 / 0
    with database.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM numbers")) == 0
    with database.transaction() as connection:
        connection.execute(text("INSERT INTO numbers (series, year, last) VALUES ('A', 2026, 1)"))
    with database.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM numbers")) == 1
    database.close()


def test_r22_writers_from_many_threads_all_get_their_turn(storage_url: str) -> None:
    database = Database(storage_url, pool_size=4)
    metadata.create_all(database.engine)
    with database.transaction() as connection:
        connection.execute(text("INSERT INTO numbers (series, year, last) VALUES ('A', 2026, 0)"))

    def add() -> None:
        for _ in range(20):
            with database.transaction() as connection:
                connection.execute(text("UPDATE numbers SET last = last + 1"))

    assert together(*[add] * 8) == [None] * 8
    with database.reading() as connection:
        assert connection.scalar(text("SELECT last FROM numbers")) == 160
    database.close()


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
def test_r22_a_second_writer_on_sqlite_waits_outside_of_the_driver(storage_url: str) -> None:
    """The driver's own waiting would stop every greenlet of the process."""
    database = Database(storage_url)

    def write() -> None:
        with database.transaction():
            pass

    second = threading.Thread(target=write, daemon=True)
    with database.transaction():
        second.start()
        second.join(0.2)
        assert second.is_alive()
        assert database.engine.pool.checkedout() == 1  # type: ignore[attr-defined]
    second.join(10)
    assert not second.is_alive()
    database.close()


def test_a_reader_does_not_wait_for_a_writer(storage_url: str) -> None:
    database = Database(storage_url)
    metadata.create_all(database.engine)
    with database.transaction() as connection:
        connection.execute(text("INSERT INTO numbers (series, year, last) VALUES ('A', 2026, 1)"))
        seen: list[int] = []

        def read() -> None:
            with database.reading() as other:
                seen.append(other.exec_driver_sql("SELECT count(*) FROM numbers").scalar_one())

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        reader.join(10)
        assert seen == [0]
    database.close()


def test_the_rows_of_a_script_arrive_however_many(storage_url: str) -> None:
    database = Database(storage_url)
    metadata.create_all(database.engine)
    rows = [{"series": f"S{number}", "year": 2026, "last": number} for number in range(4_500)]
    with database.transaction() as connection:
        database.script().insert(metadata.tables["numbers"], rows).run(connection)
    with database.reading() as connection:
        assert connection.scalar(text("SELECT sum(last) FROM numbers")) == 4_499 * 4_500 // 2
    database.close()


def test_a_taken_key_is_told_from_another_broken_rule(storage_url: str) -> None:
    database = Database(storage_url)
    metadata.create_all(database.engine)
    row = "INSERT INTO inbox VALUES ('a', '1', '2026-01-01 00:00:00')"
    number = "INSERT INTO numbers VALUES ('A', 2026, 1)"
    with database.transaction() as connection:
        connection.exec_driver_sql(row)
        connection.exec_driver_sql(number)
    for statement, taken in ((row, True), (number, False)):
        with pytest.raises(exc.IntegrityError) as refused, database.transaction() as connection:
            connection.exec_driver_sql(statement)
        assert is_taken(refused.value, inbox) is taken
    database.close()


@only_postgresql
def test_r22_waiting_for_a_statement_or_a_lock_ends(storage_url: str) -> None:
    database = Database(storage_url, statement_timeout_ms=200, lock_timeout_ms=100)
    metadata.create_all(database.engine)
    statement = pytest.raises(exc.OperationalError, match="statement timeout")
    with statement, database.reading() as connection:
        connection.exec_driver_sql("SELECT pg_sleep(5)")
    lock = pytest.raises(exc.OperationalError, match="lock timeout")
    with database.transaction() as holder:
        holder.exec_driver_sql("LOCK TABLE numbers")
        with lock, database.transaction() as connection:
            connection.exec_driver_sql("LOCK TABLE numbers")
    database.close()


def test_a_database_that_is_away_is_not_alive(storage_url: str, tmp_path: Path) -> None:
    database = Database(storage_url)
    assert database.is_alive()
    database.close()
    away = Database("postgresql+psycopg2://postgres@127.0.0.1:1/nowhere")
    assert not away.is_alive()
