"""Engine, connections and the one way a transaction runs.

The driver is left in autocommit mode and transactions are spoken in SQL, so
that BEGIN and COMMIT share a round trip with the statements beside them; a read
is one statement and nothing else.

SQLite takes one writer at a time and its busy wait would stop the whole process
under eventlet, so writers queue at a gate, and a second process is refused.
"""

from __future__ import annotations

import fcntl
import itertools
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Table, create_engine, event, exc
from sqlalchemy.engine import make_url
from sqlalchemy.pool import QueuePool


class DatabaseRefused(RuntimeError):
    """The database cannot be used as configured."""


class Database:
    """One service's database.

    `pool_size` bounds the connections; ask for as many as there are workers. With `ca` (PEM)
    the server must show a certificate for its host name, signed by it.
    """

    def __init__(
        self,
        url: str,
        pool_size: int = 24,
        statement_timeout_ms: int = 5_000,
        lock_timeout_ms: int = 3_000,
        ca: Path | None = None,
    ) -> None:
        try:
            self.url = make_url(url)
        except exc.ArgumentError:
            raise DatabaseRefused(f"数据库地址无法解析 | {_KNOWN_URLS}") from None
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._gate = threading.Lock()
        self._lock_file: IO[str] | None = None
        if self.url.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg2"):
            raise DatabaseRefused(f"数据库驱动 {self.url.drivername} 不受支持 | {_KNOWN_URLS}")
        options: dict[str, Any] = {}
        if self.is_sqlite:
            if self.url.database:
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            options["connect_args"] = {"check_same_thread": False, "timeout": 5}
        else:
            settings = (
                f"-c timezone=UTC -c statement_timeout={statement_timeout_ms} "
                # Compiling a report costs more than the report: 100 ms of 300 where measured.
                f"-c lock_timeout={lock_timeout_ms} -c jit=off"
            )
            checked = {"sslmode": "verify-full", "sslrootcert": str(ca)} if ca else {}
            options["connect_args"] = {"options": settings, "connect_timeout": 5, **checked}
            options["executemany_mode"] = "values_plus_batch"
        self.engine = create_engine(
            self.url,
            poolclass=QueuePool,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
            **options,
        )
        if self.is_sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)
        else:
            event.listen(self.engine, "before_cursor_execute", _send_prelude, retval=True)

    def claim(self) -> None:
        """Makes this process the only one to use a SQLite file."""
        if not self.is_sqlite or not self.url.database or self._lock_file is not None:
            return
        lock = Path(f"{self.url.database}.lock").open("w")  # noqa: SIM115 (held while we live)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise DatabaseRefused(
                f"SQLite 数据库 {self.url.database} 正被另一进程使用 | "
                "a SQLite file serves one process; use PostgreSQL for replicas"
            ) from None
        self._lock_file = lock

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for single statements."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection on which one transaction may be spoken (see `begin`)."""
        if not self.is_sqlite:
            with self.engine.connect() as connection:
                yield connection
            return
        with self._gate, self.engine.connect() as connection:
            yield connection

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A plain transaction: committed at the end, rolled back on any error."""
        with self.writing() as connection:
            self.begin(connection)
            try:
                yield connection
            except BaseException:
                self.rollback(connection)
                raise
            connection.exec_driver_sql("COMMIT")

    def begin(self, connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if self.is_sqlite else "BEGIN")

    def begin_with(self, connection: Connection, table: Table, row: dict[str, Any]) -> None:
        """Begins a transaction whose first act is to insert `row`.

        On PostgreSQL both travel with the next statement, whatever it is. A row whose
        key is taken raises IntegrityError there (see `is_taken`), after waiting for
        the transaction that took it.
        """
        script = self.script().insert(table, [row])
        if self.is_sqlite:
            self.begin(connection)
            script.run(connection)
        else:
            connection.info[_PRELUDE] = script

    def rollback(self, connection: Connection) -> None:
        """Ends a transaction without effect; a connection that cannot is given up."""
        try:
            if connection.invalidated or connection.closed:
                return
            if connection.info.pop(_PRELUDE, None) is None:
                connection.exec_driver_sql("ROLLBACK")
        except Exception:
            connection.invalidate()

    def script(self) -> Script:
        return Script(self)

    def is_alive(self) -> bool:
        """Whether the database answers."""
        try:
            with self.reading() as connection:
                connection.exec_driver_sql("SELECT 1")
        except Exception:
            return False
        return True

    def close(self) -> None:
        self.engine.dispose()
        if self._lock_file is not None:
            self._lock_file.close()
            self._lock_file = None


class Script:
    """Several statements that travel together: one round trip on PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._mark = "?" if database.is_sqlite else "%s"
        self._statements: list[tuple[str, list[Any]]] = []

    def add(self, sql: str, *parameters: Any) -> Script:
        """`sql` with ? for each parameter."""
        self._statements.append((sql.replace("?", self._mark), list(parameters)))
        return self

    def insert(self, table: Table, rows: Sequence[dict[str, Any]]) -> Script:
        """Rows of a chassis table; every row has the same keys."""
        names = tuple(rows[0])
        processors = [self._processor(table, name) for name in names]
        # SQLite allows 32,766 parameters a statement.
        for start in range(0, len(rows), 2_000):
            chunk = rows[start : start + 2_000]
            sql = _insert_sql(table.name, names, len(chunk), self._mark)
            values = [
                process(row[name])
                for row in chunk
                for name, process in zip(names, processors, strict=True)
            ]
            self._statements.append((sql, values))
        return self

    def run(self, connection: Connection) -> Any:
        """Runs them; the result is the last one's."""
        if self._database.is_sqlite:
            result = None
            for sql, parameters in self._statements:
                result = connection.exec_driver_sql(sql, tuple(parameters))
            return result
        sql = ";".join(sql for sql, _ in self._statements)
        values = tuple(value for _, parameters in self._statements for value in parameters)
        return connection.exec_driver_sql(sql, values)

    def before(self, sql: str, parameters: Any) -> tuple[str, Any]:
        """BEGIN, these statements and then `sql`, as one text with all parameters."""
        own = [value for _, values in self._statements for value in values]
        if not isinstance(parameters, dict):
            text = ";".join(["BEGIN", *(each for each, _ in self._statements), sql])
            return text, (*own, *(parameters or ()))
        numbers = itertools.count()
        texts = [
            re.sub("%s", lambda _: f"%(_p{next(numbers)})s", each) for each, _ in self._statements
        ]
        named = {f"_p{number}": value for number, value in enumerate(own)}
        return ";".join(["BEGIN", *texts, sql]), {**named, **parameters}

    def _processor(self, table: Table, name: str) -> Any:
        key = (table.name, name)
        known = _processors.setdefault(self._database.is_sqlite, {})
        if key not in known:
            dialect = self._database.engine.dialect
            processor = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
            known[key] = processor or (lambda value: value)
        return known[key]


@lru_cache(maxsize=200)
def _insert_sql(table: str, names: tuple[str, ...], rows: int, mark: str) -> str:
    marks = "(" + ", ".join([mark] * len(names)) + ")"
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES {', '.join([marks] * rows)}"


def is_duplicate(error: exc.IntegrityError) -> bool:
    """Whether a key that must be unique is taken; any other broken constraint is our fault."""
    sqlstate = getattr(error.orig, "pgcode", None)
    return sqlstate == "23505" or "UNIQUE constraint failed" in str(error.orig)


def is_taken(error: BaseException, table: Table) -> bool:
    """Whether `error` says that the key of a row in `table`, its only one, is taken."""
    if not isinstance(error, exc.IntegrityError) or not is_duplicate(error):
        return False
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:
        return bool(diagnosis.table_name == table.name)
    return f"UNIQUE constraint failed: {table.name}." in str(error.orig)


def _send_prelude(
    connection: Connection, _cursor: Any, sql: str, parameters: Any, _context: Any, many: bool
) -> tuple[str, Any]:
    """Lets a transaction's beginning travel with its first statement."""
    prelude: Script | None = connection.info.pop(_PRELUDE, None)
    if prelude is None:
        return sql, parameters
    if many:
        connection.exec_driver_sql("BEGIN")
        prelude.run(connection)
        return sql, parameters
    return prelude.before(sql, parameters)


_KNOWN_URLS = "use postgresql+psycopg2://… or sqlite:///…"
_PRELUDE = "guanjia_prelude"
_processors: dict[bool, dict[tuple[str, str], Any]] = {}


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=5000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
