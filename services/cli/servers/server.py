"""What the private servers have in common: a folder, a port, and a guard over a process."""

from __future__ import annotations

import atexit
import fcntl
import os
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import Self

from cli.guard import Plan, children_of, send

HOST = "127.0.0.1"
START_LIMIT = 60.0  # seconds
STOP_LIMIT = 30.0  # seconds; well above the grace of any plan

_reserved: dict[int, socket.socket] = {}


class ServerFailed(Exception):
    """A server did not start, is not running, or refused a command."""


def free_port() -> int:
    """A port that nobody else gets while this process lives.

    It stays bound but does not listen: the kernel then hands it out to nobody, here or in
    another process, yet lets a server that sets SO_REUSEADDR, as they all do, listen on it.
    """
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind((HOST, 0))
    port = int(held.getsockname()[1])
    _reserved[port] = held
    return port


class Server(ABC):
    """A process of somebody else's making, with a guard over it."""

    title: str

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.folder = folder.resolve()
        self.port = port or free_port()
        self.log = self.folder / "server.log"
        self._guard: subprocess.Popen[str] | None = None
        self._pid = 0

    @property
    def running(self) -> bool:
        return self._guard is not None and self._guard.poll() is None

    @property
    def pid(self) -> int:
        """The process that is the server; not its guard."""
        if not self.running:
            raise ServerFailed(f"{self.title} 没有运行 is not running")
        return self._pid

    def start(self) -> None:
        """Returns when the server answers; after `kill`, with the data and ports it had."""
        if self.running:
            raise ServerFailed(f"{self.title} 已在运行 is already running")
        deadline = time.monotonic() + START_LIMIT
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = self._lock(deadline)
        try:
            self._refuse_taken_port()
            self._launch(lock)
        finally:
            os.close(lock)
        atexit.register(self.stop)
        try:
            while not self._answers():
                if not self.running:
                    raise self._failure("退出 it ended")
                if time.monotonic() > deadline:
                    raise self._failure(f"{START_LIMIT:.0f} 秒内没有应答 no answer in time")
                time.sleep(0.05)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ends the server in good order, and all that belongs to it; none running is fine."""
        if self._guard and self._guard.stdin:
            self._guard.stdin.close()
            self._end()

    def kill(self) -> None:
        """SIGKILL for the server, then for whatever it leaves: a power cut."""
        send(signal.SIGKILL, self.pid)
        self._end()

    def freeze(self) -> None:
        """Stops the server in its tracks: it keeps its connections and answers nothing."""
        send(signal.SIGSTOP, self.pid, *children_of(self.pid))

    def thaw(self) -> None:
        send(signal.SIGCONT, *children_of(self.pid), self.pid)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @abstractmethod
    def _plan(self) -> Plan:
        """Prepares the folder, and says what to run."""

    @abstractmethod
    def _answers(self) -> bool:
        """Whether the server does its work."""

    @abstractmethod
    def _environment(self) -> dict[str, str]: ...

    def _launch(self, lock: int) -> None:
        command = self._plan().command()
        with self.log.open("a") as log:
            self._guard = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=self.folder,
                env=self._environment(),
                pass_fds=[lock],
                start_new_session=True,  # Ctrl-C is for whoever reads the terminal
                text=True,
            )
        assert self._guard.stdout
        said = self._guard.stdout.readline()
        if not said:
            raise self._failure("无法执行 could not be run")
        self._pid = int(said)

    def _end(self) -> None:
        assert self._guard
        try:
            self._guard.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            self._guard.kill()  # the kernel kills the server in turn
            self._guard.wait()
        self._guard = None
        atexit.unregister(self.stop)

    def _lock(self, deadline: float) -> int:
        """The guard holds it as long as it lives: one server at a time in a folder."""
        lock = os.open(self.folder / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    os.close(lock)
                    raise ServerFailed(f"{self.folder} 正被占用 is in use") from None
                time.sleep(0.05)
            else:
                return lock

    def _refuse_taken_port(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, self.port))
            except OSError as error:
                raise ServerFailed(f"端口 {self.port} 已被占用 port in use") from error

    def _failure(self, reason: str) -> ServerFailed:
        last = "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])
        return ServerFailed(
            f"{self.title} 未能启动 did not start: {reason}\n--- {self.log} ---\n{last}"
        )
