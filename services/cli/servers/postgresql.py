"""A private PostgreSQL server, run as whoever runs this, root included."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from cli.guard import Plan
from cli.packages import find_postgresql
from cli.servers.server import HOST, Server, ServerFailed

SUPERUSER = "postgres"
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",  # a path may have 107 bytes: TCP is enough
    "max_connections": "200",
    "shared_buffers": "64MB",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

NOBODY = "65534"


class PostgreSQL(Server):
    title = "PostgreSQL"

    def __init__(
        self,
        folder: Path,
        port: int | None = None,
        *,
        durable: bool = True,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """Not durable: faster, survives `kill`, would not survive a power cut.

        `settings` are parameters of postgresql.conf.
        """
        super().__init__(folder, port)
        self._settings = settings or {}
        self._durable = durable
        self._data = self.folder / "data"

    def url(self, database: str) -> str:
        return f"postgresql+psycopg2://{SUPERUSER}@{HOST}:{self.port}/{database}"

    def create_database(self, name: str) -> None:
        self._run("createdb", *self._address(), name)

    def drop_database(self, name: str) -> None:
        """Also when it is in use."""
        self._run("dropdb", *self._address(), "--force", name)

    def dump(self, database: str, path: Path) -> None:
        """Backs a database up to a file, in PostgreSQL's custom format."""
        self._run("pg_dump", *self._address(), "--format=custom", f"--file={path}", database)

    def restore(self, path: Path, database: str) -> None:
        """Brings a backup back into an empty database."""
        options = ["--no-owner", "--exit-on-error", f"--dbname={database}"]
        self._run("pg_restore", *self._address(), *options, str(path))

    def _plan(self) -> Plan:
        unprivileged = _unprivileged(self.folder)
        if not self._data.exists():
            self._make_data(unprivileged)
        settings = SETTINGS | {"port": str(self.port)} | ({} if self._durable else NOT_DURABLE)
        settings |= self._settings
        options = [f"--{name}={value}" for name, value in settings.items()]
        return Plan(
            [*unprivileged, self._program("postgres"), "-D", str(self._data), *options],
            end_signal=signal.SIGINT,  # its fast shutdown
        )

    def _make_data(self, unprivileged: list[str]) -> None:
        unfinished = self.folder / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        self._run(
            "initdb",
            f"--pgdata={unfinished}",
            f"--username={SUPERUSER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--lc-ctype=C.UTF-8",  # order by code point, yet know what is a letter
            *([] if self._durable else ["--no-sync"]),
            prefix=unprivileged,
        )
        unfinished.rename(self._data)

    def _answers(self) -> bool:
        try:
            state = (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        # Of the lines, the first is the process and the eighth its state: what pg_ctl waits for.
        return len(state) > 7 and state[0] == str(self._pid) and state[7].strip() == "ready"

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return kept | {"LC_ALL": "C.UTF-8"}

    def _address(self) -> list[str]:
        return [f"--host={HOST}", f"--port={self.port}", f"--username={SUPERUSER}"]

    def _program(self, name: str) -> str:
        folder = find_postgresql()
        if folder is None:
            raise ServerFailed("没有 PostgreSQL，请运行 no PostgreSQL, please run: make setup")
        return str(folder / name)

    def _run(self, program: str, *arguments: str, prefix: list[str] | None = None) -> None:
        done = subprocess.run(
            [*(prefix or []), self._program(program), *arguments],
            env=self._environment(),
            cwd=self.folder,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            raise ServerFailed(f"{program} {' '.join(arguments)}\n{done.stderr}{done.stdout}")


def _unprivileged(folder: Path) -> list[str]:
    """What to put before a command that refuses to run as root, as postgres and initdb do.

    In a user namespace root is nobody, and what nobody writes is root's outside. Where
    there are none (in most containers) it is the real nobody; the folder becomes his, and he
    may enter the folders above it, whosever they are.
    """
    if os.geteuid() != 0:
        return []
    namespace = ["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--"]
    if _can_write(namespace, folder):
        return namespace
    nobody = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    nobody += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    nobody += ["--pdeathsig=KILL", "--"]  # a change of user takes away what the guard asked for
    subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", str(folder)], check=True)
    if _can_write(nobody, folder):
        return nobody
    raise ServerFailed(
        "PostgreSQL 不能以 root 运行，此处又无法改用其他用户。请以普通用户运行。\n"
        "PostgreSQL does not run as root, and root cannot run it as another user here. "
        "Please run this as an ordinary user."
    )


def _can_write(prefix: list[str], folder: Path) -> bool:
    if shutil.which(prefix[0]) is None:
        return False
    # Not `test -w`, which knows nothing of capabilities.
    probe = [*prefix, "touch", str(folder / "writable")]
    return subprocess.run(probe, capture_output=True).returncode == 0
